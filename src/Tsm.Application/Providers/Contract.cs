using System.Collections.Immutable;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Providers;

/// <summary>What a provider and the carrier have agreed on: which services, on which cards, how many, who commands the cards.</summary>
public sealed record Contract : IBook
{
    /// <inheritdoc/>
    public static string Kind => "contract";

    /// <summary>Unique in the tenant: lower-case letters, digits and hyphens, 2 to 32 characters.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string Owner => Provider;

    /// <summary>The provider's id.</summary>
    public required string Provider { get; init; }

    /// <summary>Who commands the cards.</summary>
    public required ContractMode Mode { get; init; }

    /// <summary>The services it covers; empty for all of the provider's.</summary>
    public ImmutableArray<string> Services { get; init; } = [];

    /// <summary>The card models it covers; empty for all.</summary>
    public ImmutableArray<string> CardModels { get; init; } = [];

    /// <summary>The operations that the provider may ask for; empty for all.</summary>
    public ImmutableArray<ServiceOperation> Operations { get; init; } = [];

    /// <summary>The most instances under this contract at one time, 1 or more; null for no limit.</summary>
    public int? Quota { get; init; }

    /// <summary>From when on it holds.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when it holds; null for an open end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What becomes of work that is in flight when it ends.</summary>
    public ContractEnd AtEnd { get; init; }

    /// <summary>Whether the provider's security domain is removed from a card with its last application. Default: true.</summary>
    public bool RemoveDomainWhenEmpty { get; init; } = true;

    /// <summary>When it was ended before its time; null otherwise.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it holds at a time.</summary>
    public bool HoldsAt(DateTimeOffset time) => From <= time && (Until is not { } until || time < until) && (EndedAt is not { } ended || time < ended);

    /// <summary>Whether it covers a service on cards of a model.</summary>
    public bool Covers(string service, string cardModel) =>
        (Services.IsDefaultOrEmpty || Services.Contains(service, StringComparer.Ordinal))
        && (CardModels.IsDefaultOrEmpty || CardModels.Contains(cardModel, StringComparer.Ordinal));

    /// <summary>Whether the provider may ask for an operation.</summary>
    public bool Allows(ServiceOperation operation) => Operations.IsDefaultOrEmpty || Operations.Contains(operation);
}

/// <summary>Who commands the content of a provider's security domain.</summary>
public enum ContractMode
{
    /// <summary>The carrier's domain executes everything at the provider's request; the provider's domain has no management privilege.</summary>
    Simple,

    /// <summary>The provider's domain executes, each operation permitted by a token of the carrier and confirmed by a receipt of the card.</summary>
    Delegated,

    /// <summary>The provider manages its domain by itself, with keys of its own over a bearer of its own.</summary>
    Authorized,
}

/// <summary>What becomes of work that is in flight when a contract ends.</summary>
public enum ContractEnd
{
    /// <summary>What was asked for before the end is finished.</summary>
    Finish,

    /// <summary>What brings or changes services is called off, and what it has put on cards is taken back; suspensions and terminations are finished.</summary>
    Undo,
}
