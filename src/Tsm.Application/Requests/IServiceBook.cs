using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>What is declared of services, as requests need it.</summary>
public interface IServiceBook
{
    /// <summary>The service of an identifier: its id, a registered AID, or a code of the private table; null when none goes by it.</summary>
    Task<Service?> FindServiceAsync(string tenant, string identifier, CancellationToken cancellationToken);

    /// <summary>A provider; null when there is none.</summary>
    Task<Provider?> FindProviderAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>A contract; null when there is none.</summary>
    Task<Contract?> FindContractAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>Which contract covers an operation, or why none does.</summary>
    Task<ContractVerdict> DecideAsync(
        string tenant, Service service, string cardModel, ServiceOperation operation, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>All services that are offered.</summary>
    Task<IReadOnlyList<Service>> OfferedAsync(string tenant, CancellationToken cancellationToken);
}
