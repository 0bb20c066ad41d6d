using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.AuditTrail;

namespace Tsm.Storage.AuditTrail;

/// <summary>The rows of audit trails in one kind of database: what <see cref="SealedAuditTrail"/> is made of.</summary>
internal interface IAuditRows
{
    /// <summary>The tenants with entries that are not sealed.</summary>
    Task<IReadOnlyList<string>> UnsealedTenantsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Seals entries of a tenant in one transaction: gives <paramref name="seal"/> the last head and the entries that are
    /// not sealed in the order of their ids, at most <paramref name="limit"/>, and writes what it returns.
    /// </summary>
    /// <returns>The number of entries; 0 when there were none or another is sealing.</returns>
    Task<int> SealAsync(
        string tenant, int limit, Func<AuditHead?, IReadOnlyList<AuditRecord>, SealedBatch> seal, CancellationToken cancellationToken);

    /// <summary>The key of a tenant as it is stored; null when it has none.</summary>
    Task<StoredSigningKey?> FindKeyAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Adds the key of a tenant that has none; otherwise nothing happens.</summary>
    Task AddKeyAsync(string tenant, StoredSigningKey key, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>How far the trail goes, all of it seen at one moment.</summary>
    Task<AuditExtent> ExtentAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Sealed entries with positions after one and up to another, in their order.</summary>
    Task<IReadOnlyList<SealedRecord>> EntriesAsync(string tenant, long after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>Heads with numbers after one and up to another, in their order.</summary>
    Task<IReadOnlyList<AuditHead>> HeadsAsync(string tenant, long after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>Entries, the newest first, before a place in that order.</summary>
    Task<IReadOnlyList<AuditListEntry>> ListAsync(
        string tenant, AuditFilter filter, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Writes what a recurring verification has found over what the one before has.</summary>
    Task NoteAsync(string tenant, AuditCheck check, CancellationToken cancellationToken);

    /// <summary>What the last recurring verification has found.</summary>
    Task<AuditCheck?> LastCheckAsync(string tenant, CancellationToken cancellationToken);
}

/// <summary>Entries with their places, and the head that covers them.</summary>
internal sealed record SealedBatch(IReadOnlyList<SealedRecord> Entries, AuditHead Head);

/// <summary>A key as it is stored.</summary>
/// <param name="Id">The id of its public part.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo.</param>
/// <param name="Wrapped">The private part under the tenant's key.</param>
internal sealed record StoredSigningKey(string Id, Octets PublicKey, Octets Wrapped);

/// <summary>How far a trail goes.</summary>
/// <param name="LastHead">The number of the last head; 0 when there is none.</param>
/// <param name="LastPosition">The highest position of an entry; 0 when none is sealed.</param>
internal sealed record AuditExtent(long LastHead, long LastPosition, AuditTail Tail);
