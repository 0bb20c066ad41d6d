using System.Security.Cryptography;
using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>The chain: each hash covers the one before, so that nothing behind a known hash can be changed, moved or taken out.</summary>
public static class AuditChain
{
    /// <summary>The length of a hash, in octets.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const string EntryForm = "tsm audit entry 1";

    /// <summary>What stands before the first entry: zeros.</summary>
    public static Octets Genesis { get; } = Octets.Own(new byte[HashLength]);

    /// <summary>The hash of an entry at its place.</summary>
    /// <param name="previous">The hash of the entry before, or <see cref="Genesis"/>.</param>
    /// <param name="position">The place of the entry, 1 for the first.</param>
    /// <remarks>
    /// SHA-256 over: previous hash (32 octets), form, tenant, position, id, time in milliseconds since 1970, kind of actor,
    /// actor, claimed, action, kind of subject, subject, job, text, number of details, and each detail's name and value in
    /// the ordinal order of names.
    /// </remarks>
    public static Octets Next(Octets previous, long position, AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        CanonicalForm form = new CanonicalForm()
            .Add(previous.Span)
            .Add(EntryForm)
            .Add(record.Tenant)
            .Add(position)
            .Add(record.Id)
            .Add(record.At.ToUnixTimeMilliseconds())
            .Add(record.ActorKind)
            .Add(record.Actor)
            .Add(record.Claimed)
            .Add(record.Action)
            .Add(record.SubjectKind)
            .Add(record.Subject)
            .Add(record.Job)
            .Add(record.Text)
            .Add(record.Details.Count);
        foreach ((string name, string value) in record.Details.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            form.Add(name).Add(value);
        }

        return Octets.Own(SHA256.HashData(form.Span));
    }
}
