using System.Collections.Immutable;
using Tsm.Application.Services;
using Tsm.Application.Usage;

namespace Tsm.Application.Policies;

/// <summary>What one record counts by one rule.</summary>
/// <param name="Record">The record.</param>
/// <param name="Rule">The place of the rule in the policy, from 0.</param>
/// <param name="Points">What it counts.</param>
/// <param name="Until">From when on it does not count any more.</param>
public sealed record Contribution(UsageRecord Record, int Rule, decimal Points, DateTimeOffset Until);

/// <summary>A score and how it came about.</summary>
/// <param name="Value">The start value of the policy and the points of all contributions.</param>
/// <param name="Contributions">In the order of the records' use.</param>
/// <param name="NextChange">When the first of them stops counting; null when none counts.</param>
public sealed record ReputationScore(decimal Value, ImmutableArray<Contribution> Contributions, DateTimeOffset? NextChange)
{
    /// <summary>The records that count, by their names, each once.</summary>
    public ImmutableArray<string> Records => [.. Contributions.Select(c => c.Record.Name).Distinct(StringComparer.Ordinal)];
}

/// <summary>What a policy does to a service on a card.</summary>
public enum PolicyStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It suspends.</summary>
    Suspend,

    /// <summary>It resumes what it has suspended.</summary>
    Resume,
}

/// <summary>How a service on a card stands towards a policy.</summary>
/// <param name="Wanted">What the service will be when all jobs that wait have succeeded; null when it was never there.</param>
/// <param name="IsHeld">Whether this policy has suspended it, and nobody has changed that since.</param>
/// <param name="IsOverruled">Whether an operator has said that the policy leaves it alone.</param>
/// <param name="IsWantedByOthers">Whether another policy would have it suspended.</param>
/// <param name="JudgedAt">When somebody last undid what this policy did, or refused it; null when nobody did.</param>
public sealed record PolicySituation(
    InstanceState? Wanted, bool IsHeld = false, bool IsOverruled = false, bool IsWantedByOthers = false, DateTimeOffset? JudgedAt = null);

/// <summary>The pure part of policies: from records to a score, from a score to a step.</summary>
public static class Reputation
{
    /// <summary>The score at a time. The order of the records does not matter, and a record that stands twice counts once.</summary>
    public static ReputationScore Score(Policy policy, IEnumerable<UsageRecord> records, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        var contributions = ImmutableArray.CreateBuilder<Contribution>();
        foreach (UsageRecord record in InOrder(records))
        {
            for (int i = 0; i < policy.Rules.Length; i++)
            {
                if (Contribute(record, policy.Rules[i], i) is { } contribution && record.At <= now && now < contribution.Until)
                {
                    contributions.Add(contribution);
                }
            }
        }

        return new(
            policy.Start + contributions.Sum(c => c.Points),
            contributions.ToImmutable(),
            contributions.Count == 0 ? null : contributions.Min(c => c.Until));
    }

    /// <summary>What the thresholds alone say: between them everything stays as it is.</summary>
    /// <param name="isHeld">Whether the policy has suspended.</param>
    public static PolicyStep Step(Policy policy, decimal score, bool isHeld)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return isHeld
            ? score >= policy.ResumeAbove ? PolicyStep.Resume : PolicyStep.None
            : score < policy.SuspendBelow ? PolicyStep.Suspend : PolicyStep.None;
    }

    /// <summary>
    /// What is done: nothing where an operator has overruled; only what is active is suspended; only what this policy has
    /// suspended is resumed, and not while another policy wants it suspended; what somebody has undone is done again only for a
    /// record against the user that came in after that.
    /// </summary>
    public static PolicyStep Decide(Policy policy, ReputationScore score, PolicySituation situation)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(situation);
        if (situation.IsOverruled)
        {
            return PolicyStep.None;
        }

        return Step(policy, score.Value, situation.IsHeld) switch
        {
            PolicyStep.Suspend when situation.Wanted == InstanceState.Active
                && (situation.JudgedAt is not { } judged || score.Contributions.Any(c => c.Points < 0 && c.Record.ReceivedAt > judged)) => PolicyStep.Suspend,
            PolicyStep.Resume when !situation.IsWantedByOthers => PolicyStep.Resume,
            _ => PolicyStep.None,
        };
    }

    /// <summary>Records in the order of their use, each once.</summary>
    internal static IEnumerable<UsageRecord> InOrder(IEnumerable<UsageRecord> records) => records
        .OrderBy(r => r.At)
        .ThenBy(r => r.Server, StringComparer.Ordinal)
        .ThenBy(r => r.Id, StringComparer.Ordinal)
        .ThenBy(r => r.Kind, StringComparer.Ordinal)
        .ThenBy(r => r.Amount)
        .DistinctBy(r => (r.Server, r.Id));

    /// <summary>What a record counts by a rule while it is in the rule's window; null when it is of another kind.</summary>
    internal static Contribution? Contribute(UsageRecord record, PolicyRule rule, int place) =>
        string.Equals(rule.Kind, record.Kind, StringComparison.Ordinal)
            ? new(record, place, rule.Per == PointsPer.Record ? rule.Points : rule.Points * record.Amount, record.At.AddDays(rule.WindowDays))
            : null;
}
