using Tsm.Application.Hosting;
using Tsm.Application.Usage;

namespace Tsm.Application.Ports;

/// <summary>Usage records as they are stored.</summary>
public interface IUsageRecords
{
    /// <summary>
    /// Adds records, and asks for a look at the reputations they concern, in one transaction. A record that is there already counts
    /// once; when one differs from what is stored under its id, nothing is written.
    /// </summary>
    Task<UsageIntake> AddAsync(string tenant, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken);

    /// <summary>All records of a service on a card since a time, in the order of their use.</summary>
    Task<IReadOnlyList<UsageRecord>> OfCardAsync(
        GrainKey card, string service, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Records of services that were used from <paramref name="from"/> until before <paramref name="until"/>, by the order of their use.</summary>
    Task<IReadOnlyList<UsageRecord>> BetweenAsync(
        string tenant, IReadOnlyCollection<string> services, DateTimeOffset from, DateTimeOffset until, int limit, CancellationToken cancellationToken);

    /// <summary>Records, the newest first. Limit 1..1000.</summary>
    Task<Page<UsageRecord>> ListAsync(string tenant, UsageFilter filter, string? cursor, int limit, CancellationToken cancellationToken);
}

/// <summary>Which records; null for all.</summary>
/// <param name="Services">Those of one of these services only.</param>
public sealed record UsageFilter(GrainKey? Card = null, IReadOnlyCollection<string>? Services = null, string? Server = null);

/// <summary>What became of a batch.</summary>
/// <param name="Added">Records that are new.</param>
/// <param name="Known">Records that were there already.</param>
/// <param name="Differing">Places in the batch of records whose id stands for another record; then nothing was written.</param>
public sealed record UsageIntake(int Added, int Known, IReadOnlyList<int> Differing);
