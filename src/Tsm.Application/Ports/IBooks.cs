using Tsm.Application.AuditTrail;

namespace Tsm.Application.Ports;

/// <summary>Something that people declare and change now and then: a provider, a contract, a service, a rule. One document each.</summary>
public interface IBook
{
    /// <summary>What kind of document it is: part of its key, never changed.</summary>
    static abstract string Kind { get; }

    /// <summary>Unique among those of its kind in a tenant.</summary>
    string Id { get; }

    /// <summary>The provider it belongs to; null where it is the carrier's own.</summary>
    string? Owner { get; }
}

/// <summary>A document as it is stored.</summary>
/// <param name="Version">Rises by one with every change; 1 at first.</param>
public sealed record BookEntry<T>(T Document, long Version) where T : IBook;

/// <summary>Documents of all kinds, each with a version, so that nobody overwrites what they have not seen.</summary>
public interface IBooks
{
    /// <summary>One document; null when there is none.</summary>
    Task<BookEntry<T>?> FindAsync<T>(string tenant, string id, CancellationToken cancellationToken) where T : class, IBook;

    /// <summary>All documents of a kind, by id.</summary>
    /// <param name="owner">Those of a provider only; null for all.</param>
    Task<IReadOnlyList<BookEntry<T>>> ListAsync<T>(string tenant, string? owner, CancellationToken cancellationToken) where T : class, IBook;

    /// <summary>Writes a document and the entry of the audit trail; false, and nothing is written, when its version is not the expected one.</summary>
    /// <param name="expected">The version that was read; 0 for a document that is not there yet.</param>
    Task<bool> SaveAsync<T>(string tenant, T document, long expected, AuditEntry audit, CancellationToken cancellationToken) where T : class, IBook;

    /// <summary>Takes a document away, with the entry of the audit trail; false, and nothing is written, when its version is not the expected one.</summary>
    Task<bool> DeleteAsync<T>(string tenant, string id, long expected, AuditEntry audit, CancellationToken cancellationToken) where T : class, IBook;
}
