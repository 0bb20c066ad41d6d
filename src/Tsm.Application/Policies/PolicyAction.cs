using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Requests;

namespace Tsm.Application.Policies;

/// <summary>What a policy has decided on a service of a card: written first, carried out afterwards.</summary>
public sealed record PolicyAction
{
    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>The policy's revision.</summary>
    public required int Revision { get; init; }

    /// <summary>The card's grain.</summary>
    public required GrainKey Card { get; init; }

    /// <summary>The card's ICCID.</summary>
    public required string Iccid { get; init; }

    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>1 for the first action of this policy on this service of this card, then 2, 3, ...</summary>
    public required int Number { get; init; }

    /// <summary>What is done.</summary>
    public required PolicyStep Step { get; init; }

    /// <summary>The score at which it was decided.</summary>
    public required decimal Score { get; init; }

    /// <summary>The names of the records by which it was decided.</summary>
    public required ImmutableArray<string> Records { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>What became of it.</summary>
    public PolicyOutcome Outcome { get; init; }

    /// <summary>The job that carries it out.</summary>
    public string? Job { get; init; }

    /// <summary>Why it was not taken.</summary>
    public Problem? Problem { get; init; }

    /// <summary>When its request was taken or refused.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>As what the policy asks, and stands in the audit trail.</summary>
    public Actor By => new(ActorKind.Policy, $"policy:{Policy}");

    /// <summary>The key of its request follows from the action: whoever carries it out, and however often, it is done once.</summary>
    public string Key => $"{Card}|{Service}|{Number}";

    /// <summary>The id of its request.</summary>
    public string RequestId => RequestIds.Of(RequestOrigin.Policy, By.Name, Key);

    /// <summary>The id of the job of its request.</summary>
    public string JobId => RequestIds.Job(RequestId, 1);
}

/// <summary>What became of an action.</summary>
public enum PolicyOutcome
{
    /// <summary>It was decided; the card was not asked yet, or nobody knows.</summary>
    Decided,

    /// <summary>Its request was taken.</summary>
    Taken,

    /// <summary>Its request was refused.</summary>
    Refused,
}

/// <summary>How a policy's decisions are carried out.</summary>
public interface IPolicyActions
{
    /// <summary>Suspends the service. The same action twice is done once.</summary>
    /// <exception cref="HostBusyException">Transient: it is tried again.</exception>
    Task<PolicyActionResult> SuspendAsync(PolicyAction action, CancellationToken cancellationToken);

    /// <summary>Resumes the service. The same action twice is done once.</summary>
    /// <exception cref="HostBusyException">Transient: it is tried again.</exception>
    Task<PolicyActionResult> ResumeAsync(PolicyAction action, CancellationToken cancellationToken);
}

/// <summary>What became of the request of an action.</summary>
/// <param name="Job">The job that the card gets.</param>
/// <param name="Problem">Why it gets none.</param>
public sealed record PolicyActionResult(string? Job, Problem? Problem);
