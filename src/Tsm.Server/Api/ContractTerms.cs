using System.Collections.Immutable;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Reads what a contract says, and finds all that is wrong with it.</summary>
internal sealed class ContractTerms(IBooks books, ICatalogueStore catalogue, TimeProvider time)
{
    private const int MaxItems = 1000;

    /// <summary>The contract, or its faults.</summary>
    /// <param name="before">The contract that is amended; null for a new one.</param>
    public async Task<(Contract? Contract, IReadOnlyList<ApiFault> Faults)> ReadAsync(
        string tenant, ContractRequest body, CancellationToken cancellationToken, Contract? before = null)
    {
        var faults = new Faults();
        faults.DemandId("id", body.Id);
        faults.Demand(
            before is null || string.Equals(body.Id, before.Id, StringComparison.Ordinal),
            "id", "ID_FIXED", "The id is not that of the address.", "Leave it out.");
        faults.Demand(body.Mode is not null, "mode", "MODE_MISSING", "The mode is missing.", "Write simple, delegated or authorized.");
        faults.Demand(body.Quota is null or >= 1, "quota", "QUOTA_INVALID", $"The quota is {body.Quota}.", "Write a number from 1 on, or leave it out for no limit.");
        await DemandProviderAsync(faults, tenant, body.Provider, before, cancellationToken);
        DemandTimes(faults, body);
        ImmutableArray<string> services = [.. (body.Services ?? []).Distinct(StringComparer.Ordinal)];
        await DemandServicesAsync(faults, tenant, services, body.Provider, cancellationToken);
        ImmutableArray<string> models = [.. (body.CardModels ?? []).Distinct(StringComparer.Ordinal)];
        if (models.Length > 0)
        {
            HashSet<string> known = [.. (await catalogue.ModelsAsync(tenant, cancellationToken)).Select(m => m.Name)];
            foreach (string model in models.Where(m => !known.Contains(m)).Take(MaxItems))
            {
                faults.Demand(false, "cardModels", "CARD_MODEL_UNKNOWN", $"No card model is called '{model}'.", "Look it up with GET /api/v1/card-models.");
            }
        }

        return faults.Any ? (null, faults.Found) : (new Contract
        {
            Id = body.Id!,
            Provider = body.Provider!,
            Mode = body.Mode!.Value,
            Services = services,
            CardModels = models,
            Operations = [.. (body.Operations ?? []).Distinct().Order()],
            Quota = body.Quota,
            From = body.From ?? time.GetUtcNow(),
            Until = body.Until,
            AtEnd = body.AtEnd ?? ContractEnd.Finish,
            RemoveDomainWhenEmpty = body.RemoveDomainWhenEmpty ?? true,
        }, []);
    }

    private async Task DemandProviderAsync(
        Faults faults, string tenant, string? id, Contract? before, CancellationToken cancellationToken)
    {
        if (!faults.Demand(id is not null, "provider", "PROVIDER_MISSING", "The provider is missing.", "Name one; GET /api/v1/providers lists them.")
            || !faults.Demand(
                before is null || string.Equals(id, before.Provider, StringComparison.Ordinal),
                "provider", "PROVIDER_FIXED", "A contract stays with its provider.", "Make a contract with the other provider."))
        {
            return;
        }

        BookEntry<Provider>? provider = await books.FindAsync<Provider>(tenant, id!, cancellationToken);
        faults.Demand(
            provider is not null, "provider", "PROVIDER_UNKNOWN", $"No provider is called '{id}'.", "Take it on with POST /api/v1/providers.");
        faults.Demand(
            provider?.Document.EndedAt is null, "provider", "PROVIDER_ENDED", $"Provider '{id}' has ended.", "Name one that has not.");
    }

    private void DemandTimes(Faults faults, ContractRequest body)
    {
        DateTimeOffset now = time.GetUtcNow();
        faults.Demand(
            body.Until is not { } until || until > now,
            "until", "UNTIL_PAST", "The contract would have ended already.", "Write a time to come, or leave it out for an open end.");
        faults.Demand(
            body.Until is not { } end || end > (body.From ?? now),
            "until", "UNTIL_BEFORE_FROM", "The contract would end before it begins.", "Write a time after from.");
    }

    /// <summary>A contract may name services that are not offered yet, but none that is another provider's.</summary>
    private async Task DemandServicesAsync(
        Faults faults, string tenant, ImmutableArray<string> services, string? provider, CancellationToken cancellationToken)
    {
        faults.Demand(
            services.Length <= MaxItems, "services", "TOO_MANY", $"The contract names {services.Length} services.", $"Name at most {MaxItems}, or none for all.");
        foreach (string service in services.Take(MaxItems))
        {
            if (faults.DemandId("services", service)
                && await books.FindAsync<Service>(tenant, service, cancellationToken) is { } there)
            {
                faults.Demand(
                    string.Equals(there.Document.Provider, provider, StringComparison.Ordinal),
                    "services", "SERVICE_FOREIGN", $"Service '{service}' is another provider's.", "Name services of this provider.");
            }
        }
    }
}
