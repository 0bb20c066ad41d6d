using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Services;

namespace Tsm.Application.Ports;

/// <summary>Lists of services on cards; from the primary.</summary>
public interface IServiceInstances
{
    /// <summary>Services on cards, the newest first. Limit 1..1000.</summary>
    Task<Page<ServiceInstanceRow>> ListAsync(
        string tenant, ServiceInstanceFilter filter, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>How many there are that are on a card or wanted there.</summary>
    Task<int> CountAsync(string tenant, ServiceInstanceFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which services on cards; null for all.</summary>
public sealed record ServiceInstanceFilter(
    string? Provider = null, string? Service = null, GrainKey? Card = null, string? Contract = null, InstanceState? State = null);

/// <summary>Events as they are stored.</summary>
public interface IEvents
{
    /// <summary>Adds an event that no turn has raised.</summary>
    Task AddAsync(string tenant, ServiceEvent raised, CancellationToken cancellationToken);

    /// <summary>Events after a place in their order, the oldest first. Limit 1..1000.</summary>
    /// <param name="provider">Those of a provider only; null for all.</param>
    Task<IReadOnlyList<StoredEvent>> AfterAsync(string tenant, string? provider, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Events, the newest first.</summary>
    Task<Page<StoredEvent>> ListAsync(string tenant, EventFilter filter, string? cursor, int limit, CancellationToken cancellationToken);
}

/// <summary>Which events; null for all.</summary>
public sealed record EventFilter(string? Provider = null, string? Kind = null, string? Service = null, string? Iccid = null);

/// <summary>An event with its place in the order of all.</summary>
public sealed record StoredEvent(long Id, ServiceEvent Event);
