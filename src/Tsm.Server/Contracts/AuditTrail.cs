using Tsm.Application.Ports;
using Tsm.Security.AuditTrail;

namespace Tsm.Server.Contracts;

/// <summary>An entry of the audit trail.</summary>
/// <param name="Id">Its place in the order of arrival.</param>
/// <param name="Position">Its place in the chain; absent as long as it is not sealed.</param>
/// <param name="At">When it happened.</param>
/// <param name="ActorKind">operator, provider or policy.</param>
/// <param name="Actor">Who, as the server knows it.</param>
/// <param name="Claimed">On whose behalf, as the caller said and nobody has checked.</param>
/// <param name="Action">What was done, such as job.asked.</param>
/// <param name="SubjectKind">What it was done to: card, cards, application or card-model.</param>
/// <param name="Subject">ICCID, id of the application, name of the model, or source of an import.</param>
/// <param name="Job">The job it belongs to.</param>
/// <param name="Text">The same in one sentence.</param>
/// <param name="Details">The particulars.</param>
public sealed record AuditTrailEntry(
    long Id,
    long? Position,
    DateTimeOffset At,
    string ActorKind,
    string Actor,
    string? Claimed,
    string Action,
    string SubjectKind,
    string Subject,
    string? Job,
    string Text,
    IReadOnlyDictionary<string, string> Details)
{
    internal static AuditTrailEntry From(AuditListEntry entry)
    {
        AuditRecord record = entry.Record;
        return new(
            record.Id, entry.Position, record.At, record.ActorKind, record.Actor, record.Claimed, record.Action, record.SubjectKind,
            record.Subject, record.Job, record.Text, record.Details);
    }
}

/// <summary>What a verification of the audit trail has found.</summary>
/// <param name="Status">intact or broken.</param>
/// <param name="Entries">Sealed entries that were read.</param>
/// <param name="Head">The last signed head that holds.</param>
/// <param name="Broken">The first broken place.</param>
/// <param name="Unsealed">What has gone in and is not sealed yet.</param>
public sealed record AuditTrailVerification(
    string Status, long Entries, AuditTrailHead? Head, AuditTrailBreak? Broken, AuditTrailTail Unsealed)
{
    internal static AuditTrailVerification From(AuditVerdict verdict, DateTimeOffset now) => new(
        verdict.Break is null ? "intact" : "broken",
        verdict.Entries,
        verdict.Head is { } head
            ? new(head.Number, head.Position, head.Hash.ToString(), head.Anchor.ToString(), head.At, head.Key, head.Signature.ToString())
            : null,
        verdict.Break is { } broken ? new(broken.Position, broken.Code, broken.What) : null,
        new(
            verdict.Tail.Count,
            verdict.Tail.Oldest is { } oldest ? Math.Max(0, (long)(now - oldest).TotalSeconds) : null));
}

/// <summary>The signed end of the chain.</summary>
/// <param name="Number">Heads are numbered 1, 2, 3, ...</param>
/// <param name="Position">The last entry it covers.</param>
/// <param name="Hash">The hash at that position, hexadecimal.</param>
/// <param name="Anchor">position:hash, to be kept elsewhere and given to a later verification as head.</param>
/// <param name="At">When it was signed.</param>
/// <param name="Key">The id of the key.</param>
/// <param name="Signature">ECDSA with P-256 and SHA-256, DER, hexadecimal.</param>
public sealed record AuditTrailHead(
    long Number, long Position, string Hash, string Anchor, DateTimeOffset At, string Key, string Signature);

/// <summary>The first broken place of a trail.</summary>
/// <param name="Position">From here on it cannot be trusted.</param>
/// <param name="Code">What programs compare, such as ENTRY_CHANGED.</param>
/// <param name="What">One sentence.</param>
public sealed record AuditTrailBreak(long Position, string Code, string What);

/// <summary>Entries that are not sealed yet.</summary>
/// <param name="Count">How many.</param>
/// <param name="AgeSeconds">The age of the oldest.</param>
public sealed record AuditTrailTail(long Count, long? AgeSeconds);

/// <summary>The public key of the audit trail.</summary>
/// <param name="Id">The first 16 octets of SHA-256 over the key, hexadecimal; heads name it.</param>
/// <param name="Algorithm">ECDSA-P256-SHA256.</param>
/// <param name="Pem">SubjectPublicKeyInfo as PEM.</param>
public sealed record AuditTrailKey(string Id, string Algorithm, string Pem);
