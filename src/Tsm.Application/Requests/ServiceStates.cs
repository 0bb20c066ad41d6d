using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Short ways to where a service on a card stands.</summary>
public static class ServiceStates
{
    private const int MostGenerations = 1000;

    /// <summary>The newest generation of a service on a card; null when it never was there.</summary>
    public static async Task<ServiceInstanceRow?> NewestAsync(
        this IServiceInstances instances, GrainKey card, string service, CancellationToken cancellationToken) =>
        (await instances.ListAsync(card.Tenant, new(Service: service, Card: card), cursor: null, 1, cancellationToken)).Items is [var newest, ..]
            ? newest
            : null;

    /// <summary>The newest generation of each service on a card.</summary>
    public static async Task<IReadOnlyList<ServiceInstanceRow>> OnCardAsync(
        this IServiceInstances instances, GrainKey card, CancellationToken cancellationToken) =>
    [
        .. (await instances.ListAsync(card.Tenant, new(Card: card), cursor: null, MostGenerations, cancellationToken)).Items
            .DistinctBy(r => r.Service, StringComparer.Ordinal),
    ];
}
