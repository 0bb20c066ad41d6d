using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>Which services and cards a caller may see: what is not its own is as if it did not exist.</summary>
internal sealed class ServiceScope(IBooks books, IServiceInstances instances, Lookup lookup)
{
    /// <summary>Whether a service is the caller's.</summary>
    public static bool Includes(Caller caller, Service service) => caller.Role switch
    {
        Role.Operator or Role.CustomerService => true,
        Role.Provider => string.Equals(service.Provider, caller.Scope, StringComparison.Ordinal),
        Role.ApplicationServer => caller.Scope is not null && string.Equals(service.ApplicationServer, caller.Scope, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The service with this id, if it is the caller's.</summary>
    public async Task<Service?> FindAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        await books.FindAsync<Service>(caller.Tenant, id, cancellationToken) is { Document: { } service } && Includes(caller, service) ? service : null;

    /// <summary>All of the caller's services.</summary>
    public async Task<IReadOnlyList<Service>> AllAsync(Caller caller, CancellationToken cancellationToken) =>
        [.. (await books.ListAsync<Service>(caller.Tenant, caller.Provider, cancellationToken)).Select(s => s.Document).Where(s => Includes(caller, s))];

    /// <summary>The services that a policy is for.</summary>
    public async Task<string[]> CoveredAsync(string tenant, Policy policy, CancellationToken cancellationToken) =>
        [.. (await books.ListAsync<Service>(tenant, policy.Owner, cancellationToken)).Select(s => s.Document).Where(policy.Covers).Select(s => s.Id)];

    /// <summary>The card with this ICCID or MSISDN; for a provider only one that has, or had, a service of its own.</summary>
    public async Task<GrainKey?> CardAsync(Caller caller, string card, CancellationToken cancellationToken)
    {
        if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key)
        {
            return null;
        }

        if (caller.Role is Role.Operator or Role.CustomerService)
        {
            return key;
        }

        IReadOnlyList<Service> own = await AllAsync(caller, cancellationToken);
        IReadOnlyList<ServiceInstanceRow> there = (await instances.ListAsync(caller.Tenant, new(Card: key), null, 1000, cancellationToken)).Items;
        return there.Any(r => own.Any(s => string.Equals(s.Id, r.Service, StringComparison.Ordinal))) ? key : null;
    }
}
