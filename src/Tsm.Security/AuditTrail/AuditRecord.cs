using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>One entry of the audit trail: who did what to whom, and when. It never holds a key.</summary>
/// <param name="Tenant">Whose trail it is in.</param>
/// <param name="Id">The order of arrival in the tenant's trail, 1 or more; not dense.</param>
/// <param name="At">When it happened, in whole milliseconds.</param>
/// <param name="ActorKind"><c>operator</c>, <c>provider</c> or <c>policy</c>.</param>
/// <param name="Actor">Who, as the server knows it.</param>
/// <param name="Claimed">On whose behalf, as the caller says and nobody has checked; null when nothing was said.</param>
/// <param name="Action">What was done, such as <c>job.asked</c>.</param>
/// <param name="SubjectKind">What it was done to: <c>card</c>, <c>cards</c>, <c>application</c> or <c>card-model</c>.</param>
/// <param name="Subject">Its name: ICCID, id of the application, name of the model, source of an import.</param>
/// <param name="Job">The job it belongs to, if to one.</param>
/// <param name="Text">The same in one sentence.</param>
/// <param name="Details">The particulars for programs.</param>
public sealed record AuditRecord(
    string Tenant,
    long Id,
    DateTimeOffset At,
    string ActorKind,
    string Actor,
    string? Claimed,
    string Action,
    string SubjectKind,
    string Subject,
    string? Job,
    string Text,
    ImmutableSortedDictionary<string, string> Details);

/// <summary>An entry with its place in the chain.</summary>
/// <param name="Position">1, 2, 3, ... without a gap.</param>
/// <param name="Record">The entry.</param>
/// <param name="Hash">SHA-256 over the hash before, the position and the entry; 32 octets.</param>
public sealed record SealedRecord(long Position, AuditRecord Record, Octets Hash);

/// <summary>A place in the chain that somebody has kept elsewhere: the trail must still contain it.</summary>
/// <param name="Position">1 or more.</param>
/// <param name="Hash">The hash at that position, 32 octets.</param>
public sealed record AuditAnchor(long Position, Octets Hash)
{
    /// <summary><c>position:hash</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Position}:{Hash}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AuditAnchor? anchor)
    {
        anchor = text?.Split(':') is [{ } position, { } hash]
            && long.TryParse(position, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number)
            && number > 0
            && Octets.TryParse(hash, out Octets octets)
            && octets.Length == AuditChain.HashLength
                ? new(number, octets)
                : null;
        return anchor is not null;
    }
}
