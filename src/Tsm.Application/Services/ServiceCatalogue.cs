using Tsm.Application.Applications;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>Finds services by what cards, phones and people call them, and what it takes to bring one to a card.</summary>
public sealed class ServiceCatalogue(IBooks books, ICatalogueStore catalogue)
{
    /// <summary>The service of an id; null when there is none.</summary>
    public async Task<Service?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        ServiceRules.IsId(id) ? (await books.FindAsync<Service>(tenant, id, cancellationToken))?.Document : null;

    /// <summary>The service that has, or had, a registered AID; null when there is none.</summary>
    public async Task<Service?> FindByAidAsync(string tenant, Aid aid, CancellationToken cancellationToken) =>
        (await AllAsync(tenant, cancellationToken)).FirstOrDefault(s => s.Has(aid));

    /// <summary>The service that has, or had, a code of the private table; null when there is none.</summary>
    public async Task<Service?> FindByCodeAsync(string tenant, byte code, CancellationToken cancellationToken) =>
        (await AllAsync(tenant, cancellationToken)).FirstOrDefault(s => s.Has(code));

    /// <summary>The service that a card names: by two hexadecimal digits of the private table, or by a registered AID.</summary>
    public async Task<Service?> ResolveOnCardAsync(string tenant, string identifier, CancellationToken cancellationToken) =>
        ServiceRules.IsCode(identifier, out byte code) ? await FindByCodeAsync(tenant, code, cancellationToken)
        : Aid.TryParse(identifier, out Aid aid, out _) ? await FindByAidAsync(tenant, aid, cancellationToken)
        : null;

    /// <summary>The service that an identifier names: what it is on cards comes first, so that no id stands before the code or AID of another.</summary>
    public async Task<Service?> ResolveAsync(string tenant, string identifier, CancellationToken cancellationToken) =>
        await ResolveOnCardAsync(tenant, identifier, cancellationToken) ?? await FindAsync(tenant, identifier, cancellationToken);

    /// <summary>What it takes to bring a version of a service to a card; null and the problem when it cannot go to any.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="service">The id of the service.</param>
    /// <param name="version">The version; null for the newest that is approved.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<(ServicePlan? Plan, Problem? Problem)> PlanAsync(
        string tenant, string service, string? version, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, service, cancellationToken) is not { } found)
        {
            return (null, ServiceProblems.Unknown(service));
        }

        if (found.WithdrawnAt is not null)
        {
            return (null, ServiceProblems.Withdrawn(found));
        }

        ServiceVersion? wanted = version is null ? found.Current : found.Find(version);
        if (wanted is not { ApprovedAt: not null })
        {
            return (null, wanted is not null ? ServiceProblems.VersionNotApproved(service, wanted)
                : version is null ? ServiceProblems.NotApproved(service)
                : ServiceProblems.VersionUnknown(service, version));
        }

        return await PlanAsync(tenant, found, wanted, cancellationToken);
    }

    /// <summary>What a version is made of, approved or not.</summary>
    public async Task<(ServicePlan? Plan, Problem? Problem)> PlanAsync(
        string tenant, Service service, ServiceVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(version);
        string[] ids = [.. version.Libraries, version.Application];
        Dictionary<string, CatalogueApplication> loads = (await catalogue.ApplicationsAsync(tenant, ids, cancellationToken))
            .ToDictionary(a => a.Id, StringComparer.Ordinal);
        if (ids.FirstOrDefault(id => !loads.ContainsKey(id)) is { } gone)
        {
            return (null, ServiceProblems.ApplicationGone(service.Id, version.Version, gone));
        }

        Provider? provider = (await books.FindAsync<Provider>(tenant, service.Provider, cancellationToken))?.Document;
        return provider is null
            ? (null, ServiceProblems.Unknown(service.Id))
            : (new(service, version, provider, [.. version.Libraries.Select(l => loads[l])], loads[version.Application]), null);
    }

    private async Task<IEnumerable<Service>> AllAsync(string tenant, CancellationToken cancellationToken) =>
        (await books.ListAsync<Service>(tenant, null, cancellationToken)).Select(e => e.Document);
}
