using System.Collections.Immutable;
using Tsm.Application.Hosting;
using Tsm.Application.Usage;

namespace Tsm.Application.Policies;

/// <summary>What a policy would have done.</summary>
/// <param name="At">When.</param>
/// <param name="Step">Suspended or resumed.</param>
/// <param name="Score">At which score.</param>
/// <param name="Records">By which records.</param>
public sealed record TriedAction(
    GrainKey Card, string Iccid, string Service, DateTimeOffset At, PolicyStep Step, decimal Score, ImmutableArray<string> Records);

/// <summary>Tries policies on the past, without doing anything.</summary>
/// <remarks>Every service is taken for active when the past begins, and nobody but the policy for acting on it.</remarks>
public static class PolicyTrials
{
    /// <summary>What a policy would have done from a time to another, in the order of time.</summary>
    /// <param name="records">All records in its windows, those before <paramref name="from"/> too.</param>
    public static ImmutableArray<TriedAction> Run(Policy policy, IEnumerable<UsageRecord> records, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(records);
        return [.. records
            .GroupBy(r => (r.Card, r.Service))
            .SelectMany(g => Run(policy, [.. Reputation.InOrder(g)], from, to))
            .OrderBy(a => a.At)
            .ThenBy(a => a.Iccid, StringComparer.Ordinal)
            .ThenBy(a => a.Service, StringComparer.Ordinal)];
    }

    /// <summary>The score changes only when a record comes into its window and when it leaves it: nothing else is looked at.</summary>
    private static IEnumerable<TriedAction> Run(Policy policy, UsageRecord[] records, DateTimeOffset from, DateTimeOffset to)
    {
        var changes = new List<(DateTimeOffset At, decimal Points)>();
        foreach (UsageRecord record in records)
        {
            for (int i = 0; i < policy.Rules.Length; i++)
            {
                if (Reputation.Contribute(record, policy.Rules[i], i) is { } contribution)
                {
                    changes.Add((record.At, contribution.Points));
                    changes.Add((contribution.Until, -contribution.Points));
                }
            }
        }

        decimal score = policy.Start + changes.Where(c => c.At < from).Sum(c => c.Points);
        bool held = false;
        IEnumerable<(DateTimeOffset At, decimal Points)> seen = changes.Where(c => c.At >= from && c.At <= to).Append((from, 0m));
        foreach (IGrouping<DateTimeOffset, (DateTimeOffset At, decimal Points)> moment in seen.GroupBy(c => c.At).OrderBy(g => g.Key))
        {
            score += moment.Sum(c => c.Points);
            PolicyStep step = Reputation.Step(policy, score, held);
            if (step != PolicyStep.None)
            {
                held = step == PolicyStep.Suspend;
                yield return new(
                    records[0].Card, records[0].Iccid, records[0].Service, moment.Key, step, score,
                    Reputation.Score(policy, records, moment.Key).Records);
            }
        }
    }
}
