using Tsm.Cli.Api;
using Tsm.Security.AuditTrail;

namespace Tsm.Cli.Trails;

/// <summary>Verifies an exported audit trail without a server.</summary>
internal static class ExportedTrail
{
    /// <summary>Reads the lines of an export from first to last and says whether they are what was sealed.</summary>
    /// <param name="path">What the file is called in problems.</param>
    /// <param name="trusted">The public key as it is known from elsewhere; null to take the file's own.</param>
    /// <param name="known">A head that was kept elsewhere; null for none.</param>
    /// <exception cref="ProblemException">The file is no export.</exception>
    public static async Task<TrailVerification> VerifyAsync(
        TextReader lines, string path, AuditPublicKey? trusted, AuditAnchor? known, CancellationToken cancellation)
    {
        if (await lines.ReadLineAsync(cancellation) is not { } first
            || !AuditLine.TryRead(first, out AuditLine? begin, out _) || begin.Key is not { } own)
        {
            throw NoExport(path);
        }

        AuditPublicKey key = trusted ?? own;
        var verification = new AuditVerification(begin.Tenant!, key, known);
        TrailBreak? unreadable = null;
        long position = 1;
        for (int number = 2; unreadable is null && await lines.ReadLineAsync(cancellation) is { } text; number++)
        {
            if (!AuditLine.TryRead(text, out AuditLine? line, out string problem))
            {
                unreadable = new(position, "LINE_UNREADABLE", $"Line {number} of the file is none of an audit trail. {problem}");
            }
            else if (line.Entry is { } entry)
            {
                position = entry.Position + 1;
                verification.Add(entry);
            }
            else if (line.Head is { } head)
            {
                verification.Add(head);
            }
        }

        TrailBreak? broken = verification.Break is { } earlier ? Shown(earlier) : unreadable ?? Shown(verification.Complete());
        return new()
        {
            Status = broken is null ? "intact" : "broken",
            Entries = verification.Entries,
            Head = verification.Head is { } last
                ? new(last.Number, last.Position, last.Hash.ToString(), last.Anchor.ToString(), last.At, last.Key, last.Signature.ToString())
                : null,
            Broken = broken,
            Key = key.Id,
            KeyFromFile = trusted is null,
        };
    }

    private static TrailBreak? Shown(AuditBreak? broken) => broken is null ? null : new(broken.Position, broken.Code, broken.What);

    private static ProblemException NoExport(string path) => new(
        new()
        {
            Title = "The file is no exported audit trail",
            Detail = $"The first line of {path} is not the one with the public key.",
            Layer = "cli",
            Code = "NOT_AN_EXPORT",
            Cause = "It is another file, or its beginning was cut off.",
            Next = "Write one with `tsm audit-trail export FILE`.",
        },
        ExitCode.Usage);
}
