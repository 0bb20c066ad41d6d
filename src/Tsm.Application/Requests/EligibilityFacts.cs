using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Everything that an eligibility rests on, gathered at one time.</summary>
public sealed record EligibilityFacts
{
    /// <summary>From which side the request comes.</summary>
    public required RequestOrigin Origin { get; init; }

    /// <summary>Who asks.</summary>
    public required string Requester { get; init; }

    /// <summary>The service as it was named.</summary>
    public required string Identifier { get; init; }

    /// <summary>The operation as it was named.</summary>
    public required string OperationGiven { get; init; }

    /// <summary>The operation; null when nobody knows it.</summary>
    public ServiceOperation? Operation { get; init; }

    /// <summary>The number, and what is known of it.</summary>
    public required NumberFacts Number { get; init; }

    /// <summary>The card; null when it was not found.</summary>
    public CardStanding? Card { get; init; }

    /// <summary>The service; null when none that may be asked for goes by the identifier.</summary>
    public Service? Service { get; init; }

    /// <summary>Whether a provider has named the service of another.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The newest generation of the service on the card; null when it never was there.</summary>
    public ServiceInstanceRow? Instance { get; init; }

    /// <summary>Who holds a suspended service; empty when nobody is known to, which leaves it to the carrier.</summary>
    public ImmutableArray<Holder> Holders { get; init; } = [];

    /// <summary>What the contracts say.</summary>
    public ContractVerdict Contract { get; init; } = new(null, null);

    /// <summary>The version asked for, as it was named; null for the newest that is approved.</summary>
    public string? VersionGiven { get; init; }

    /// <summary>The version; null when there is none that is approved.</summary>
    public ServiceVersion? Version { get; init; }

    /// <summary>For an upgrade: why it cannot be done.</summary>
    public Problem? UpgradeProblem { get; init; }

    /// <summary>Whether it can run on the card's model; null when it could not be looked at.</summary>
    public Compatibility? Compatibility { get; init; }

    /// <summary>Octets that its load files take on the card beyond what is there.</summary>
    public int MemoryNeeded { get; init; }

    /// <summary>The application server, where the operation needs one.</summary>
    public ServerFacts? Server { get; init; }
}

/// <summary>What is known of a number.</summary>
/// <param name="Given">The number as it was given; null when the card was named by its ICCID.</param>
/// <param name="Standing">Whether it exists and is in service at this time.</param>
/// <param name="Sender">The number a message came from; null where none did.</param>
/// <param name="GivenCard">The ICCID that was given beside or instead of it.</param>
/// <param name="Holder">The card that holds the number at this time.</param>
public sealed record NumberFacts(string? Given, NumberStanding Standing, string? Sender, string? GivenCard, GrainKey? Holder);

/// <summary>Whether a number is in service.</summary>
public enum NumberStanding
{
    /// <summary>It never was one of ours.</summary>
    Unknown,

    /// <summary>It was a card's, and is nobody's now.</summary>
    NotInService,

    /// <summary>A card has it now.</summary>
    InService,
}

/// <summary>What is known of a card.</summary>
/// <param name="Card">Its grain.</param>
/// <param name="HasKeys">Whether we have a key set of it.</param>
/// <param name="FreeMemory">Octets that are free and not reserved, by our books.</param>
/// <param name="HasDomain">Whether the provider's security domain is there; null when it was not looked for.</param>
public sealed record CardStanding(GrainKey Card, string Iccid, string Msisdn, string Model, bool HasKeys, int FreeMemory, bool? HasDomain);

/// <summary>What the contracts of a provider say to a request.</summary>
/// <param name="Contract">The contract that covers it; null when none does.</param>
/// <param name="Problem">Why none does.</param>
/// <param name="Room">The most instances under it, with the one that the request brings; null for no limit, or when it brings none.</param>
public sealed record ContractVerdict(Contract? Contract, Problem? Problem, int? Room = null);

/// <summary>What is known of an application server that is needed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Problem">Why it cannot be used now; null when it answers.</param>
public sealed record ServerFacts(string Name, Problem? Problem);
