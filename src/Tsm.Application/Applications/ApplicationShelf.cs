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
        if (provider is null)
        {
            return all;
        }

        ILookup<string, ApplicationOwner> owners = (await books.ListAsync<ApplicationOwner>(tenant, null, cancellationToken))
            .Select(e => e.Document).ToLookup(o => o.Application, StringComparer.Ordinal);
        return
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
        AuditEntry audit = AuditEntries.ApplicationUploaded(uploaded.UploadedAt, actor, uploaded);
        bool added = await catalogue.AddApplicationAsync(tenant, uploaded, audit, cancellationToken);
        if (provider is null)
        {
            // What a provider has brought before is the carrier's too from now on.
            IEnumerable<ApplicationOwner> owners = (await books.ListAsync<ApplicationOwner>(tenant, null, cancellationToken))
                .Select(e => e.Document).Where(o => string.Equals(o.Application, uploaded.Id, StringComparison.Ordinal));
            return IsCarriers(owners) ? added : await OwnAsync(tenant, null, uploaded, actor, cancellationToken);
        }

        bool owned = await OwnAsync(tenant, provider, uploaded, actor, cancellationToken);
        if (!added && owned)
        {
            await KeepCarriersAsync(tenant, provider, uploaded, actor, cancellationToken);
        }

        return owned;
    }

    /// <summary>A load file without entries was the carrier's, and the first entry of a provider shall not take it away.</summary>
    private async Task KeepCarriersAsync(string tenant, string provider, CatalogueApplication uploaded, Actor actor, CancellationToken cancellationToken)
    {
        bool others = (await books.ListAsync<ApplicationOwner>(tenant, null, cancellationToken)).Any(
            e => string.Equals(e.Document.Application, uploaded.Id, StringComparison.Ordinal)
                && !string.Equals(e.Document.Provider, provider, StringComparison.Ordinal));
        if (!others && await catalogue.ApplicationsAsync(tenant, [uploaded.Id], cancellationToken) is [var there])
        {
            await OwnAsync(tenant, null, there, actor, cancellationToken);
        }
    }

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
