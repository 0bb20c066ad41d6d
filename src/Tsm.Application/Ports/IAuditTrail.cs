using Tsm.Security.AuditTrail;

namespace Tsm.Application.Ports;

/// <summary>The audit trail of each tenant: entries go in with what they tell of, and are chained and signed afterwards.</summary>
public interface IAuditTrail
{
    /// <summary>Entries, the newest first, sealed or not yet. Limit 1..1000.</summary>
    /// <exception cref="FormatException">The cursor is none of this list.</exception>
    Task<Page<AuditListEntry>> ListAsync(
        string tenant, AuditFilter filter, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Chains and signs what is there and not sealed yet, and returns the number of entries. Of several that seal at once one
    /// does it; the others return 0.
    /// </summary>
    /// <exception cref="InvalidOperationException">The signing key does not open, so nothing of that tenant was sealed.</exception>
    Task<int> SealAsync(CancellationToken cancellationToken);

    /// <summary>Reads a trail from its beginning and says whether it is what was sealed.</summary>
    /// <param name="known">A head that was kept elsewhere; null for none.</param>
    Task<AuditVerdict> VerifyAsync(string tenant, AuditAnchor? known, CancellationToken cancellationToken);

    /// <summary>What is sealed, line by line, as it stands in the database, broken or not.</summary>
    IAsyncEnumerable<AuditLine> ExportAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>The key that heads are verified with; it is made when it is asked for the first time.</summary>
    /// <exception cref="InvalidOperationException">The signing key does not open.</exception>
    Task<AuditPublicKey> PublicKeyAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>How much is not sealed yet.</summary>
    Task<AuditTail> TailAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Notes for all nodes what the recurring verification has found.</summary>
    Task NoteAsync(string tenant, AuditCheck check, CancellationToken cancellationToken);

    /// <summary>What the last recurring verification has found; null before the first.</summary>
    Task<AuditCheck?> LastCheckAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>Which entries of a trail; null for all.</summary>
/// <param name="Action">Exactly this action.</param>
/// <param name="Subject">Exactly this subject: ICCID, id of an application, name of a model, source of an import.</param>
/// <param name="From">Not before this time.</param>
/// <param name="To">Before this time.</param>
public sealed record AuditFilter(string? Action, string? Subject, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>An entry as it is listed.</summary>
/// <param name="Position">Its place in the chain; null as long as it is not sealed.</param>
public sealed record AuditListEntry(AuditRecord Record, long? Position);

/// <summary>What has gone in and is not sealed yet: it could still be changed unseen.</summary>
/// <param name="Count">The number of entries.</param>
/// <param name="Oldest">The time of the oldest; null when there are none.</param>
public sealed record AuditTail(long Count, DateTimeOffset? Oldest);

/// <summary>What a verification has found.</summary>
/// <param name="Entries">The number of sealed entries that were read.</param>
/// <param name="Head">The last signed head that holds.</param>
/// <param name="Break">The first broken place; null for a trail that is intact.</param>
/// <param name="Tail">What is not sealed yet.</param>
public sealed record AuditVerdict(long Entries, AuditHead? Head, AuditBreak? Break, AuditTail Tail);

/// <summary>The result of a recurring verification.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Entries">The number of sealed entries.</param>
/// <param name="Break">The first broken place; null for a trail that was intact.</param>
public sealed record AuditCheck(DateTimeOffset At, long Entries, AuditBreak? Break);
