using Tsm.Application.Jobs;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Providers;

/// <summary>The refusals that concern providers and their contracts as documents.</summary>
public static class ProviderProblems
{
    private const string Layer = "provider";

    /// <summary>There is no such provider, or none that the caller may see.</summary>
    public static Problem Unknown(string provider) => Of(
        "PROVIDER_UNKNOWN",
        "Provider unknown",
        $"No provider is called {provider}.",
        "The name is mistyped, or the provider was not taken on yet.",
        "Look it up with GET /api/v1/providers.");

    /// <summary>The name is taken.</summary>
    public static Problem Exists(string provider) => Of(
        "PROVIDER_EXISTS",
        "Provider exists",
        $"A provider is called {provider} already.",
        "Names are given once, and stay with their provider when it has ended.",
        "Choose another name.");

    /// <summary>The provider has ended.</summary>
    public static Problem Ended(string provider) => Of(
        "PROVIDER_ENDED",
        "Provider ended",
        $"Provider {provider} has ended: it may ask for nothing more.",
        "The carrier has ended the provider and with it its contracts and tokens.",
        "Ask the carrier; a provider that comes back is taken on under another name.");

    /// <summary>The AID is another's.</summary>
    public static Problem AidTaken(Aid aid) => Of(
        "DOMAIN_AID_TAKEN",
        "AID taken",
        $"The AID {aid} is another security domain's.",
        "It belongs to another provider, one that has ended perhaps, or to the issuer.",
        "Choose another AID, or leave it out and the server allocates one.");

    /// <summary>The TAR is another's, or is reserved.</summary>
    /// <param name="reason">Whose it is.</param>
    public static Problem TarTaken(Tar tar, string reason) => Of(
        "DOMAIN_TAR_TAKEN",
        "TAR taken",
        $"The TAR {tar} cannot be had: {reason}.",
        "A TAR leads to one place on a card; packets for two could not be told apart.",
        "Choose another TAR, or leave it out and the server allocates one.");

    /// <summary>There is no such contract, or none that the caller may see.</summary>
    public static Problem ContractUnknown(string contract) => Of(
        "CONTRACT_UNKNOWN",
        "Contract unknown",
        $"No contract is called {contract}.",
        "The name is mistyped, or the contract was not made yet.",
        "Look it up with GET /api/v1/contracts.");

    /// <summary>The name is taken.</summary>
    public static Problem ContractExists(string contract) => Of(
        "CONTRACT_EXISTS",
        "Contract exists",
        $"A contract is called {contract} already.",
        "Names are given once, and stay with their contract when it has ended.",
        "Choose another name, or amend the contract with PUT.");

    /// <summary>The contract has ended.</summary>
    public static Problem ContractEnded(string contract) => Of(
        "CONTRACT_ENDED",
        "Contract ended",
        $"Contract {contract} has ended; it is not changed any more.",
        "Its time has run out, or the carrier has ended it.",
        "Make a new contract.");

    /// <summary>What instances on cards rest on is not changed below them.</summary>
    /// <param name="instances">How many there are.</param>
    public static Problem ContractInUse(string contract, int instances) => Of(
        "CONTRACT_IN_USE",
        "Contract in use",
        $"The mode of contract {contract} cannot be changed while {instances} instances are under it.",
        "The mode decides the privileges of the security domains that are on the cards.",
        "Make a new contract with the other mode, and move the services to it.");

    private static Problem Of(string code, string name, string meaning, string cause, string next) =>
        new(Layer, code, name, meaning, cause, next, []);
}
