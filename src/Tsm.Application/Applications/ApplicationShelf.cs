using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;

namespace Tsm.Application.Applications;

/// <summary>The load files as one of those who use them sees them: operators all, a provider its own and the carrier's libraries.</summary>
public sealed class ApplicationShelf(IBooks books, ICatalogueStore catalogue)
{
    /// <summary>The load files that somebody may use, under the names that they know, in the order of their upload.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider; null for the carrier, who sees all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<CatalogueApplication>> SeenAsync(string tenant, string? provider, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogueApplication> all = await catalogue.ApplicationsAsync(tenant, cancellationToken);
        ILookup<string, ApplicationOwner> owners = (await books.ListAsync<ApplicationOwner>(tenant, null, cancellationToken))
            .Select(e => e.Document).ToLookup(o => o.Application, StringComparer.Ordinal);
        return provider is null ? [.. all.Select(a => As(a, owners[a.Id].FirstOrDefault(o => o.Provider is null)) ?? a)] :
        [
            .. all.Select(a => As(a, owners[a.Id].FirstOrDefault(o => string.Equals(o.Provider, provider, StringComparison.Ordinal)))
                ?? (a.IsLibrary && IsCarriers(owners[a.Id]) ? a : null)).OfType<CatalogueApplication>(),
        ];
    }

    /// <summary>Adds a load file for somebody; false when they have it already.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider; null for the carrier.</param>
    /// <param name="uploaded">The load file.</param>
    /// <param name="actor">Who brings it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<bool> AddAsync(
        string tenant, string? provider, CatalogueApplication uploaded, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uploaded);
        if (provider is null)
        {
            // What a provider has brought before is the carrier's too from now on.
            bool added = await WriteAsync(tenant, uploaded, actor, cancellationToken);
            return IsCarriers(await OwnersAsync(tenant, uploaded.Id, cancellationToken)) ? added : await OwnAsync(tenant, null, uploaded, actor, cancellationToken);
        }

        // A load file that is there without entries is the carrier's, and the first entry of a provider shall not take it away. Read in this
        // order: a provider's entry is there before its load file is.
        if (await catalogue.ApplicationsAsync(tenant, [uploaded.Id], cancellationToken) is [var there] && (await OwnersAsync(tenant, uploaded.Id, cancellationToken)).Length == 0)
        {
            await OwnAsync(tenant, null, there, actor, cancellationToken);
        }

        bool owned = await OwnAsync(tenant, provider, uploaded, actor, cancellationToken);
        return await WriteAsync(tenant, uploaded, actor, cancellationToken) || owned;
    }

    private Task<bool> WriteAsync(string tenant, CatalogueApplication uploaded, Actor actor, CancellationToken cancellationToken) =>
        catalogue.AddApplicationAsync(tenant, uploaded, AuditEntries.ApplicationUploaded(uploaded.UploadedAt, actor, uploaded), cancellationToken);

    private async Task<ApplicationOwner[]> OwnersAsync(string tenant, string application, CancellationToken cancellationToken) =>
        [.. (await books.ListAsync<ApplicationOwner>(tenant, null, cancellationToken))
            .Select(e => e.Document)
            .Where(o => string.Equals(o.Application, application, StringComparison.Ordinal))];

    private Task<bool> OwnAsync(string tenant, string? provider, CatalogueApplication application, Actor actor, CancellationToken cancellationToken)
    {
        var owner = new ApplicationOwner
        {
            Id = ApplicationOwner.IdOf(application.Id, provider),
            Application = application.Id,
            Provider = provider,
            Name = application.Name,
            UploadedAt = application.UploadedAt,
        };
        AuditEntry audit = AuditEntries.BookSaved(
            application.UploadedAt, actor, owner, $"Load file {application.Name} belongs to {provider ?? "the carrier"}.", ("sha256", application.Sha256));
        return books.SaveAsync(tenant, owner, 0, audit, cancellationToken);
    }

    private static CatalogueApplication? As(CatalogueApplication application, ApplicationOwner? owner) =>
        owner is null ? null : application with { Name = owner.Name, UploadedAt = owner.UploadedAt };

    private static bool IsCarriers(IEnumerable<ApplicationOwner> owners) => !owners.Any() || owners.Any(o => o.Provider is null);
}
