using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;

namespace Tsm.Application.Ports;

/// <summary>A page of a list and where the next begins; null at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Lists of cards; from the primary, so a list shows one's own writes.</summary>
public interface ICardReads
{
    /// <summary>Cards by ICCID; <paramref name="search"/> is a part of ICCID or MSISDN. Limit 1..1000.</summary>
    Task<Page<CardRow>> ListAsync(string tenant, string? model, string? search, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>The row of one card.</summary>
    Task<CardRow?> FindAsync(GrainKey card, CancellationToken cancellationToken);

    /// <summary>The card's history, the newest first.</summary>
    Task<Page<StoredHistoryEntry>> HistoryAsync(GrainKey card, string? job, string? before, int limit, CancellationToken cancellationToken);
}

/// <summary>A line of history with its place in the order of all.</summary>
public sealed record StoredHistoryEntry(long Id, HistoryEntry Entry);

/// <summary>Lists of jobs.</summary>
public interface IJobReads
{
    /// <summary>Jobs, the newest first. Limit 1..1000.</summary>
    Task<Page<JobRow>> ListAsync(
        string tenant, GrainKey? card, JobStatus? status, IReadOnlyCollection<string>? ids, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>One job.</summary>
    Task<JobRow?> FindAsync(string tenant, string id, CancellationToken cancellationToken);
}

/// <summary>Cards as an import brings them: all of a file, or none.</summary>
public interface ICardImport
{
    /// <summary>Which of these ICCIDs and MSISDNs are taken already (kind, value).</summary>
    Task<IReadOnlySet<(string Kind, string Value)>> TakenAsync(
        string tenant, IReadOnlyCollection<(string Kind, string Value)> aliases, CancellationToken cancellationToken);

    /// <summary>Writes grains, aliases, keys and rows of all cards, and the entry of the audit trail, in one transaction.</summary>
    /// <param name="cards">The cards; they are enumerated again when another import was in the way, and never held all at once.</param>
    /// <exception cref="DuplicateAliasException">An ICCID or MSISDN is taken; nothing was written.</exception>
    Task ImportAsync(
        string tenant, IEnumerable<ImportedCard> cards, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken);
}

/// <summary>A card to import: its first state, its keys and its row.</summary>
public sealed record ImportedCard(GrainKey Grain, int Schema, byte[] State, IReadOnlyList<WrappedKeySet> Keys, CardRow Row);

/// <summary>An ICCID or MSISDN is another card's.</summary>
public sealed class DuplicateAliasException(string kind, string value) : Exception($"{kind} {value} is another card's.")
{
    /// <summary><c>iccid</c> or <c>msisdn</c>.</summary>
    public string Kind { get; } = kind;

    /// <summary>The value that is taken.</summary>
    public string Value { get; } = value;
}

/// <summary>The catalogue as it is stored.</summary>
public interface ICatalogueStore
{
    /// <summary>
    /// Adds an application and the entry of the audit trail; false, and nothing is written, when the same content is there already.
    /// </summary>
    Task<bool> AddApplicationAsync(
        string tenant, CatalogueApplication application, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Applications of a tenant with their load files, in the order of their upload.</summary>
    Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Those of these applications that exist, with their load files.</summary>
    Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(
        string tenant, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Writes a card model under its name, and the entry of the audit trail.</summary>
    Task SaveModelAsync(string tenant, CardModel model, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>The card models of a tenant.</summary>
    Task<IReadOnlyList<CardModel>> ModelsAsync(string tenant, CancellationToken cancellationToken);
}
