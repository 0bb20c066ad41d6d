using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Server.Contracts;

/// <summary>A provider to be taken on. What is left out the server allocates.</summary>
/// <param name="Id">2 to 32 lower-case letters, digits and hyphens.</param>
/// <param name="Name">What people call it, 1 to 100 characters.</param>
/// <param name="DomainAid">The AID of its security domain, 5 to 16 octets in hexadecimal.</param>
/// <param name="DomainTar">The TAR of its security domain, six hexadecimal digits.</param>
public sealed record ProviderRequest(string? Id, string? Name, string? DomainAid, string? DomainTar);

/// <summary>A provider.</summary>
/// <param name="Id">The name by which everything else refers to it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="DomainAid">The AID of its security domain on every card.</param>
/// <param name="DomainTar">The TAR of its security domain on every card.</param>
/// <param name="CreatedAt">When it was taken on.</param>
/// <param name="EndedAt">Since when it may ask for nothing more.</param>
public sealed record ProviderDetails(
    string Id, string Name, string DomainAid, string DomainTar, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    internal static ProviderDetails From(Provider provider) => new(
        provider.Id, provider.Name, provider.DomainAid.ToString(), provider.DomainTar.ToString(), provider.CreatedAt, provider.EndedAt);
}

/// <summary>What a contract says. Lists that are left out or empty leave nothing out.</summary>
/// <param name="Id">2 to 32 lower-case letters, digits and hyphens; in an amendment that of the address.</param>
/// <param name="Provider">The provider's id; in an amendment it stays as it is.</param>
/// <param name="Mode">Who commands the cards: simple, delegated or authorized.</param>
/// <param name="Services">The services it covers.</param>
/// <param name="CardModels">The card models it covers.</param>
/// <param name="Operations">The operations that the provider may ask for.</param>
/// <param name="Quota">The most instances at one time, 1 or more; absent for no limit.</param>
/// <param name="From">From when on it holds; absent for now.</param>
/// <param name="Until">Until when it holds; absent for an open end.</param>
/// <param name="AtEnd">What becomes of work that is in flight when it ends: finish (default) or undo.</param>
/// <param name="RemoveDomainWhenEmpty">Whether the provider's security domain goes with its last application. Default: true.</param>
public sealed record ContractRequest(
    string? Id,
    string? Provider,
    ContractMode? Mode,
    IReadOnlyList<string>? Services,
    IReadOnlyList<string>? CardModels,
    IReadOnlyList<ServiceOperation>? Operations,
    int? Quota,
    DateTimeOffset? From,
    DateTimeOffset? Until,
    ContractEnd? AtEnd,
    bool? RemoveDomainWhenEmpty);

/// <summary>A contract. Empty lists leave nothing out.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Provider">The provider's id.</param>
/// <param name="Mode">Who commands the cards.</param>
/// <param name="State">notBegun, holds or ended.</param>
/// <param name="Services">The services it covers.</param>
/// <param name="CardModels">The card models it covers.</param>
/// <param name="Operations">The operations that the provider may ask for.</param>
/// <param name="Quota">The most instances at one time.</param>
/// <param name="Instances">How many there are now; with one contract only.</param>
/// <param name="From">From when on it holds.</param>
/// <param name="Until">Until when it holds.</param>
/// <param name="AtEnd">What becomes of work that is in flight when it ends.</param>
/// <param name="RemoveDomainWhenEmpty">Whether the provider's security domain goes with its last application.</param>
/// <param name="EndedAt">When it was ended before its time.</param>
/// <param name="Version">Rises with every change; the ETag is the same in quotes.</param>
public sealed record ContractDetails(
    string Id,
    string Provider,
    ContractMode Mode,
    string State,
    IReadOnlyList<string> Services,
    IReadOnlyList<string> CardModels,
    IReadOnlyList<ServiceOperation> Operations,
    int? Quota,
    int? Instances,
    DateTimeOffset From,
    DateTimeOffset? Until,
    ContractEnd AtEnd,
    bool RemoveDomainWhenEmpty,
    DateTimeOffset? EndedAt,
    long Version)
{
    internal static ContractDetails Show(Contract contract, long version, DateTimeOffset now, int? instances = null) => new(
        contract.Id,
        contract.Provider,
        contract.Mode,
        contract.HoldsAt(now) ? "holds" : contract.EndedAt is null && contract.From > now ? "notBegun" : "ended",
        contract.Services.IsDefault ? [] : contract.Services,
        contract.CardModels.IsDefault ? [] : contract.CardModels,
        contract.Operations.IsDefault ? [] : contract.Operations,
        contract.Quota,
        instances,
        contract.From,
        contract.Until,
        contract.AtEnd,
        contract.RemoveDomainWhenEmpty,
        contract.EndedAt,
        version);
}
