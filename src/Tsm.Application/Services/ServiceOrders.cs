using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Providers;

namespace Tsm.Application.Services;

/// <summary>A service on a card with what a job on it needs to say.</summary>
/// <param name="Row">The newest generation of the service on the card.</param>
/// <param name="Version">Its version.</param>
/// <param name="Order">On whose behalf a job on it is done, and where its application is.</param>
public sealed record KnownInstance(ServiceInstanceRow Row, ServiceVersion Version, ServiceOrder Order);

/// <summary>Makes orders for services that are on cards, from the books.</summary>
public sealed class ServiceOrders(IBooks books, IServiceInstances instances)
{
    /// <summary>The newest generation of a service on a card; null when it was never there, or the books do not know it.</summary>
    public async Task<KnownInstance?> FindAsync(GrainKey card, string service, CancellationToken cancellationToken)
    {
        if (await RowAsync(card, service, cancellationToken) is not { } row
            || await books.FindAsync<Service>(card.Tenant, service, cancellationToken) is not { Document: { } document }
            || document.Versions.FirstOrDefault(v => string.Equals(v.Version, row.Version, StringComparison.Ordinal)) is not { } version)
        {
            return null;
        }

        return new(row, version, await OrderAsync(card.Tenant, document, version.Version, row.Contract, cancellationToken));
    }

    /// <summary>The order of a service under a contract.</summary>
    public async Task<ServiceOrder> OrderAsync(
        string tenant, Service service, string version, string? contract, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        Provider? provider = (await books.FindAsync<Provider>(tenant, service.Provider, cancellationToken))?.Document;
        Contract? under = contract is null ? null : (await books.FindAsync<Contract>(tenant, contract, cancellationToken))?.Document;
        return new()
        {
            Service = service.Id,
            Version = version,
            Provider = service.Provider,
            Contract = contract,
            Domain = provider is null
                ? null
                : new(provider.DomainAid, provider.DomainTar, under?.Mode ?? ContractMode.Simple, under?.RemoveDomainWhenEmpty ?? true),
        };
    }

    /// <summary>The row of the newest generation.</summary>
    public async Task<ServiceInstanceRow?> RowAsync(GrainKey card, string service, CancellationToken cancellationToken) =>
        (await instances.ListAsync(card.Tenant, new(Service: service, Card: card), null, 100, cancellationToken)).Items.MaxBy(r => r.Generation);
}
