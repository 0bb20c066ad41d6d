using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>What is declared of services, as requests need it.</summary>
public interface IServiceBook
{
    /// <summary>The service that somebody names: cards by a code of the private table or a registered AID, rules by its id, all others by any of these.</summary>
    /// <returns>Null when none goes by it.</returns>
    Task<Service?> ResolveServiceAsync(string tenant, RequestOrigin origin, string identifier, CancellationToken cancellationToken);

    /// <summary>The service of an id; null when there is none.</summary>
    Task<Service?> FindServiceAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>What a version is made of, approved or not; null when a part of it is gone.</summary>
    Task<ServicePlan?> PlanAsync(string tenant, Service service, ServiceVersion version, CancellationToken cancellationToken);

    /// <summary>A provider; null when there is none.</summary>
    Task<Provider?> FindProviderAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>A contract; null when there is none.</summary>
    Task<Contract?> FindContractAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Which contract covers an operation, or why none does.</summary>
    /// <param name="isMove">Whether it takes the place of an instance on another card, which counts already.</param>
    Task<ContractVerdict> DecideAsync(
        string tenant, Service service, string cardModel, ServiceOperation operation, bool isMove, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The same from the books.</summary>
public sealed class ServiceBook(ServiceCatalogue services, IBooks books, IServiceInstances instances, IRequests requests) : IServiceBook
{
    /// <inheritdoc/>
    public Task<Service?> ResolveServiceAsync(string tenant, RequestOrigin origin, string identifier, CancellationToken cancellationToken) => origin switch
    {
        RequestOrigin.Card => services.ResolveOnCardAsync(tenant, identifier, cancellationToken),
        RequestOrigin.Policy => services.FindAsync(tenant, identifier, cancellationToken),
        _ => services.ResolveAsync(tenant, identifier, cancellationToken),
    };

    /// <inheritdoc/>
    public Task<Service?> FindServiceAsync(string tenant, string id, CancellationToken cancellationToken) =>
        services.FindAsync(tenant, id, cancellationToken);

    /// <inheritdoc/>
    public async Task<ServicePlan?> PlanAsync(string tenant, Service service, ServiceVersion version, CancellationToken cancellationToken) =>
        (await services.PlanAsync(tenant, service, version, cancellationToken)).Plan;

    /// <inheritdoc/>
    public async Task<Provider?> FindProviderAsync(string tenant, string id, CancellationToken cancellationToken) =>
        (await books.FindAsync<Provider>(tenant, id, cancellationToken))?.Document;

    /// <inheritdoc/>
    public async Task<Contract?> FindContractAsync(string tenant, string id, CancellationToken cancellationToken) =>
        (await books.FindAsync<Contract>(tenant, id, cancellationToken))?.Document;

    /// <inheritdoc/>
    public async Task<ContractVerdict> DecideAsync(
        string tenant, Service service, string cardModel, ServiceOperation operation, bool isMove, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        Contract[] contracts = [.. (await books.ListAsync<Contract>(tenant, service.Provider, cancellationToken)).Select(e => e.Document)];
        int moved = isMove ? 1 : 0;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        if (ContractRules.NeedsRoom(operation))
        {
            foreach (Contract contract in contracts.Where(c => c.Quota is not null))
            {
                counts[contract.Id] = await instances.CountAsync(tenant, new(Contract: contract.Id), cancellationToken)
                    + await requests.CountGrantedAsync(tenant, contract.Id, cancellationToken) - moved;
            }
        }

        ContractDecision decision = ContractRules.Decide(
            contracts, service.Id, cardModel, operation, c => counts.GetValueOrDefault(c.Id), now);
        return new(decision.Contract, decision.Problem, ContractRules.NeedsRoom(operation) ? decision.Contract?.Quota + moved : null);
    }
}
