using System.Collections.Immutable;
using Tsm.Application.Hosting;

namespace Tsm.Application.AuditTrail;

/// <summary>What the audit trail is to record. It goes in unchained, in the transaction of what it tells of.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, one of <see cref="AuditAction"/>.</param>
/// <param name="SubjectKind">To what kind of thing, one of <see cref="AuditSubject"/>.</param>
/// <param name="Subject">Its name: ICCID, id of the application, name of the model, source of an import.</param>
/// <param name="Job">The job it belongs to, if to one.</param>
/// <param name="Text">The same in one sentence.</param>
/// <param name="Details">The particulars for programs; never a key.</param>
public sealed record AuditEntry(
    DateTimeOffset At,
    Actor Actor,
    string Action,
    string SubjectKind,
    string Subject,
    string? Job,
    string Text,
    ImmutableSortedDictionary<string, string> Details);

/// <summary>Records an entry of the audit trail of the grain's tenant.</summary>
public sealed record RecordAudit(AuditEntry Entry) : Effect;

/// <summary>What is recorded. Names are never reused for something else.</summary>
public static class AuditAction
{
    /// <summary>A job was asked for and taken.</summary>
    public const string JobAsked = "job.asked";

    /// <summary>A job was called off.</summary>
    public const string JobCancelled = "job.cancelled";

    /// <summary>A job has ended because the card's security refused, proven or indicated.</summary>
    public const string JobRefusedBySecurity = "job.refused-by-security";

    /// <summary>A counter was moved ahead, because the card may be ahead of us.</summary>
    public const string CounterAdvanced = "counter.advanced";

    /// <summary>A packet that may have changed the card was given up without knowing whether it was executed.</summary>
    public const string PacketWrittenOff = "packet.written-off";

    /// <summary>Cards were imported.</summary>
    public const string CardsImported = "cards.imported";

    /// <summary>An application was added to the catalogue.</summary>
    public const string ApplicationUploaded = "application.uploaded";

    /// <summary>A card model was declared, or declared anew.</summary>
    public const string CardModelSaved = "card-model.saved";

    /// <summary>A receipt of delegated management does not hold.</summary>
    public const string ReceiptWrong = "receipt.wrong";

    /// <summary>A document of the books was written for the first time, or changed; the subject says of which kind.</summary>
    public const string BookSaved = "book.saved";

    /// <summary>A document of the books was taken away.</summary>
    public const string BookDeleted = "book.deleted";

    /// <summary>A token of the API was made.</summary>
    public const string TokenCreated = "token.created";

    /// <summary>A token of the API was revoked.</summary>
    public const string TokenRevoked = "token.revoked";

    /// <summary>A contract has ended.</summary>
    public const string ContractEnded = "contract.ended";

    /// <summary>A policy has suspended or resumed a service, or would have and was refused.</summary>
    public const string PolicyActed = "policy.acted";

    /// <summary>A card has got a number, or another one.</summary>
    public const string NumberChanged = "number.changed";

    /// <summary>A card has lost its number.</summary>
    public const string NumberLost = "number.lost";
}

/// <summary>The kinds of things that something is done to.</summary>
public static class AuditSubject
{
    /// <summary>One card, by its ICCID.</summary>
    public const string Card = "card";

    /// <summary>Many cards, by the source they came from.</summary>
    public const string Cards = "cards";

    /// <summary>An application, by its id in the catalogue.</summary>
    public const string Application = "application";

    /// <summary>A card model, by its name.</summary>
    public const string CardModel = "card-model";

    /// <summary>A token of the API, by its id.</summary>
    public const string Token = "token";

    /// <summary>A contract, by its id.</summary>
    public const string Contract = "contract";
}
