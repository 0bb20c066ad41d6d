using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>Takes providers on, and sees that no two have the same AID or TAR, whoever asks at once.</summary>
internal sealed class ProviderAdmission(IBooks books, ICatalogueStore catalogue, TimeProvider time)
{
    private const int MaxTries = 8;

    /// <summary>The provider, or why it was not taken on.</summary>
    public async Task<(Provider? Provider, Problem? Problem)> AdmitAsync(
        Caller caller, string id, string name, Aid? aid, Tar? tar, CancellationToken cancellationToken)
    {
        if (await books.FindAsync<Provider>(caller.Tenant, id, cancellationToken) is not null)
        {
            return (null, ProviderProblems.Exists(id));
        }

        // Before anything is reserved, so that a refusal leaves nothing behind.
        if (aid is { } chosenAid && !await IsFreeAsync(caller.Tenant, chosenAid, id, cancellationToken))
        {
            return (null, ProviderProblems.AidTaken(chosenAid));
        }

        Dictionary<Tar, string> taken = await TakenAsync(caller.Tenant, id, cancellationToken);
        if (tar is { } wanted && Clash(wanted, taken) is { } reason)
        {
            return (null, ProviderProblems.TarTaken(wanted, reason));
        }

        // Another may take the same one between the look and the reservation: then the next is tried.
        for (int i = 0; i < MaxTries; i++)
        {
            Tar chosen = tar ?? DomainNames.TarFor(id, taken.Keys.ToHashSet());
            if (await ReserveAsync(caller, DomainName.Of(chosen), id, $"TAR {chosen}", cancellationToken))
            {
                return await AdmitAsync(caller, id, name, aid ?? DomainNames.AidFor(id, chosen), chosen, cancellationToken);
            }

            if (tar is not null)
            {
                return (null, ProviderProblems.TarTaken(chosen, "it is another provider's"));
            }

            taken[chosen] = "it is another provider's";
        }

        throw new Application.Hosting.HostBusyException("Others take on providers all the time.");
    }

    private async Task<(Provider? Provider, Problem? Problem)> AdmitAsync(
        Caller caller, string id, string name, Aid aid, Tar tar, CancellationToken cancellationToken)
    {
        if (!await ReserveAsync(caller, DomainName.Of(aid), id, $"AID {aid}", cancellationToken))
        {
            return (null, ProviderProblems.AidTaken(aid));
        }

        var provider = new Provider { Id = id, Name = name, DomainAid = aid, DomainTar = tar, CreatedAt = time.GetUtcNow() };
        AuditEntry audit = AuditEntries.BookSaved(
            provider.CreatedAt, caller.Actor, provider, $"Provider {id} was taken on.", ("domainAid", aid.ToString()), ("domainTar", tar.ToString()));
        return await books.SaveAsync(caller.Tenant, provider, expected: 0, audit, cancellationToken)
            ? (provider, null)
            : (null, ProviderProblems.Exists(id));
    }

    private async Task<bool> IsFreeAsync(string tenant, Aid aid, string provider, CancellationToken cancellationToken) =>
        aid != Aid.IssuerSecurityDomain
        && (await books.FindAsync<DomainName>(tenant, DomainName.Of(aid), cancellationToken) is not { } there
            || string.Equals(there.Document.Provider, provider, StringComparison.Ordinal));

    /// <summary>Makes a name the provider's; true as well when it is already.</summary>
    private async Task<bool> ReserveAsync(Caller caller, string name, string provider, string what, CancellationToken cancellationToken)
    {
        var reserved = new DomainName { Id = name, Provider = provider };
        AuditEntry audit = AuditEntries.BookSaved(time.GetUtcNow(), caller.Actor, reserved, $"{what} is provider {provider}'s.");
        return await books.SaveAsync(caller.Tenant, reserved, expected: 0, audit, cancellationToken)
            || await books.FindAsync<DomainName>(caller.Tenant, name, cancellationToken) is { } there
                && string.Equals(there.Document.Provider, provider, StringComparison.Ordinal);
    }

    /// <summary>The TARs that are in use, and whose they are.</summary>
    private async Task<Dictionary<Tar, string>> TakenAsync(string tenant, string provider, CancellationToken cancellationToken)
    {
        Dictionary<Tar, string> taken = [];
        foreach (CardModel model in await catalogue.ModelsAsync(tenant, cancellationToken))
        {
            taken[model.RamTar] = $"it is the issuer's on cards of model {model.Name}";
        }

        foreach (BookEntry<Service> service in await books.ListAsync<Service>(tenant, owner: null, cancellationToken))
        {
            foreach (Tar tar in service.Document.Versions.Select(v => v.Tar).OfType<Tar>())
            {
                taken[tar] = "it is a toolkit application's";
            }
        }

        foreach (BookEntry<DomainName> name in await books.ListAsync<DomainName>(tenant, owner: null, cancellationToken))
        {
            if (name.Document.Id.Split('-', 2) is ["tar", var digits] && Tar.TryParse(digits, out Tar tar, out _)
                && !string.Equals(name.Document.Provider, provider, StringComparison.Ordinal))
            {
                taken[tar] = "it is another provider's";
            }
        }

        return taken;
    }

    private static string? Clash(Tar tar, Dictionary<Tar, string> taken) =>
        taken.TryGetValue(tar, out string? whose) ? whose
        : KnownTars.MayBeAllocated(tar) ? null
        : KnownTars.Find(tar) is { } known ? $"it is reserved for: {known.Name}" : "it is reserved by TS 101 220";
}
