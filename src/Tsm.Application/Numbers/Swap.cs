using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Numbers;

/// <summary>A subscription that moves to another card: its number, and the services that go with it.</summary>
public sealed record Swap : IBook
{
    /// <inheritdoc/>
    public static string Kind => "swap";

    /// <summary>Follows from the number and the two cards, so that the same swap twice is one.</summary>
    public required string Id { get; init; }

    /// <summary>It is the carrier's.</summary>
    public string? Owner => null;

    /// <summary>The number that moves.</summary>
    public required string Msisdn { get; init; }

    /// <summary>The internal id of the old card's grain.</summary>
    public required string OldCard { get; init; }

    /// <summary>The old card's ICCID.</summary>
    public required string OldIccid { get; init; }

    /// <summary>The internal id of the new card's grain.</summary>
    public required string NewCard { get; init; }

    /// <summary>The new card's ICCID.</summary>
    public required string NewIccid { get; init; }

    /// <summary>The services that were on the old card.</summary>
    public ImmutableArray<SwapService> Services { get; init; } = [];

    /// <summary>Who asked for it.</summary>
    public required Actor By { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the number has moved; null while it has not.</summary>
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>When nothing was left to do; null while something is.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The old card's grain.</summary>
    public GrainKey Old(string tenant) => new(tenant, Cards.CardMachine.GrainKind, OldCard);

    /// <summary>The new card's grain.</summary>
    public GrainKey New(string tenant) => new(tenant, Cards.CardMachine.GrainKind, NewCard);
}

/// <summary>A service that a subscriber had on the old card.</summary>
public sealed record SwapService
{
    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>Its provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Its version on the old card.</summary>
    public required string Version { get; init; }

    /// <summary>The generation that was on the old card; null in swaps from before it was kept.</summary>
    public int? Generation { get; init; }

    /// <summary>The contract under which it is there.</summary>
    public string? Contract { get; init; }

    /// <summary>What the provider has chosen for a swap.</summary>
    public required CardSwapRule Rule { get; init; }

    /// <summary>Where it stands.</summary>
    public SwapState State { get; init; }

    /// <summary>1 for the first time that it is tried, then 2, 3, ...</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>When the old card, which has refused to let it go, is asked again; null for as soon as it can be asked.</summary>
    public DateTimeOffset? AgainAt { get; init; }

    /// <summary>The job that concerned it last.</summary>
    public string? Job { get; init; }

    /// <summary>Why it did not succeed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Why an operator has written the old instance off.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether its instance is on a card that its subscriber no longer has, and nobody has written it off.</summary>
    public bool IsOrphaned => State is SwapState.Orphaned or SwapState.LeftBehind or SwapState.Failed;

    /// <summary>Whether nothing more happens to it by itself.</summary>
    public bool IsSettled => State is SwapState.Orphaned or SwapState.Moved or SwapState.WrittenOff or SwapState.Failed;
}

/// <summary>Where a service stands in a swap.</summary>
public enum SwapState
{
    /// <summary>Nothing was done yet.</summary>
    Waiting,

    /// <summary>It is being deployed to the new card.</summary>
    Deploying,

    /// <summary>The new card has proven it; the old card cannot be reached, so its instance stays there until it can, or is written off.</summary>
    LeftBehind,

    /// <summary>The new card has proven it; it is being terminated on the old one.</summary>
    Terminating,

    /// <summary>It is on the new card and gone from the old one, both proven.</summary>
    Moved,

    /// <summary>It stays on the old card, as the provider chose.</summary>
    Orphaned,

    /// <summary>It could not be deployed to the new card; the old instance is orphaned.</summary>
    Failed,

    /// <summary>An operator has written the old instance off: the card will not be seen again.</summary>
    WrittenOff,
}

/// <summary>How the services of a swap are brought to the new card and taken from the old one.</summary>
/// <remarks>Both are asked again and again until they have ended: the same move twice is done once.</remarks>
public interface ISwapActions
{
    /// <summary>Deploys the service to the new card.</summary>
    /// <exception cref="HostBusyException">Transient: it is tried again.</exception>
    Task<SwapProgress> DeployAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken);

    /// <summary>Terminates the service on the old card.</summary>
    /// <exception cref="HostBusyException">Transient: it is tried again.</exception>
    Task<SwapProgress> TerminateAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken);
}

/// <summary>How far an action has come.</summary>
/// <param name="IsDone">Whether the card has proven it.</param>
/// <param name="Job">The job that concerned it last.</param>
/// <param name="Problem">Why it has ended without success, or why nobody knows its outcome yet.</param>
/// <param name="GoesOn">Whether it has not ended.</param>
public sealed record SwapProgress(bool IsDone, string? Job, Problem? Problem, bool GoesOn = false);
