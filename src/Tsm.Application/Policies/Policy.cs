using System.Collections.Immutable;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Policies;

/// <summary>Rules by which usage records make a score, and thresholds at which a service on a card is suspended and resumed.</summary>
/// <remarks>
/// The score is of one service on one card: the start value and the points of the records in their windows. It acts only after
/// <see cref="ActiveSince"/>, and only in the revision that was tried.
/// </remarks>
public sealed record Policy : IBook
{
    /// <summary>The most rules of a policy.</summary>
    public const int MaxRules = 32;

    /// <summary>The longest window, in days.</summary>
    public const int MaxWindowDays = 366;

    /// <summary>The most points of a rule, either way.</summary>
    public const decimal MaxPoints = 10_000m;

    /// <inheritdoc/>
    public static string Kind => "policy";

    /// <summary>Unique in the tenant: lower-case letters, digits and hyphens, 2 to 32 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The provider whose policy it is; null for the carrier's.</summary>
    public string? Owner { get; init; }

    /// <summary>The service it is for; null for all of its owner's, or of everybody's.</summary>
    public string? Service { get; init; }

    /// <summary>The score without any record.</summary>
    public required decimal Start { get; init; }

    /// <summary>What records count.</summary>
    public ImmutableArray<PolicyRule> Rules { get; init; } = [];

    /// <summary>A service whose score is below this is suspended.</summary>
    public required decimal SuspendBelow { get; init; }

    /// <summary>A service that this policy has suspended is resumed when its score is this or above; higher than <see cref="SuspendBelow"/>.</summary>
    public required decimal ResumeAbove { get; init; }

    /// <summary>Rises by one when rules or thresholds change; 1 at first.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>When it was declared.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it acts; null for a draft.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>Since when it leaves everything as it is; null when it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Whether it acts.</summary>
    public bool IsLive => ActiveSince is not null && PausedAt is null;

    /// <summary>Whether it is for a service.</summary>
    public bool Covers(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return (Service is null || string.Equals(Service, service.Id, StringComparison.Ordinal))
            && (Owner is null || string.Equals(Owner, service.Provider, StringComparison.Ordinal));
    }

    /// <summary>How far back it looks.</summary>
    public TimeSpan Window => TimeSpan.FromDays(Rules.IsDefaultOrEmpty ? 0 : Rules.Max(r => r.WindowDays));

    /// <summary>Whether the score of both comes about in the same way, with the same thresholds, for the same services.</summary>
    public bool IsSameRule(Policy other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Start == Start && other.SuspendBelow == SuspendBelow && other.ResumeAbove == ResumeAbove
            && string.Equals(other.Service, Service, StringComparison.Ordinal) && other.Rules.SequenceEqual(Rules);
    }
}

/// <summary>What records of a kind count.</summary>
/// <param name="Kind">The kind of record.</param>
/// <param name="Points">The points, negative for what speaks against the user; four decimals at most.</param>
/// <param name="Per">Whether for each record or for each unit of its amount.</param>
/// <param name="WindowDays">How long after its use a record counts, 1 to <see cref="Policy.MaxWindowDays"/> days.</param>
public sealed record PolicyRule(string Kind, decimal Points, PointsPer Per, int WindowDays);

/// <summary>What points are multiplied with.</summary>
public enum PointsPer
{
    /// <summary>The number of records.</summary>
    Record,

    /// <summary>The amount of the records.</summary>
    Amount,
}

/// <summary>An operator's word that a policy leaves a service on a card alone.</summary>
public sealed record PolicyOverrule : IBook
{
    /// <inheritdoc/>
    public static string Kind => "policy-overrule";

    /// <inheritdoc/>
    public string Id => IdOf(Policy, Service, Card);

    /// <inheritdoc/>
    public string? Owner { get; init; }

    /// <summary>The policy that is overruled.</summary>
    public required string Policy { get; init; }

    /// <summary>The service that is left alone.</summary>
    public required string Service { get; init; }

    /// <summary>The internal id of the card's grain.</summary>
    public required string Card { get; init; }

    /// <summary>The card's ICCID.</summary>
    public required string Iccid { get; init; }

    /// <summary>Until when; null for an open end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who said so.</summary>
    public required string By { get; init; }

    /// <summary>When it was said.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it holds at a time.</summary>
    public bool HoldsAt(DateTimeOffset time) => Until is not { } until || time < until;

    /// <summary>One for each policy, service and card.</summary>
    public static string IdOf(string policy, string service, string card) => $"{policy}.{service}.{card}";
}

/// <summary>The last trial of a policy: what it would have done, tried on past usage.</summary>
public sealed record PolicyTrial : IBook
{
    /// <inheritdoc/>
    public static string Kind => "policy-trial";

    /// <summary>The policy's.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string? Owner { get; init; }

    /// <summary>The revision of the policy that was tried.</summary>
    public required int Revision { get; init; }

    /// <summary>When it was tried.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who tried it.</summary>
    public required string By { get; init; }

    /// <summary>The past it was tried on: from when.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Likewise: until when.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>How many records it was tried on.</summary>
    public required int Records { get; init; }

    /// <summary>How many services on cards these concern.</summary>
    public required int Cards { get; init; }

    /// <summary>How often it would have suspended.</summary>
    public required int Suspensions { get; init; }

    /// <summary>How often it would have resumed.</summary>
    public required int Resumptions { get; init; }
}
