using System.Collections.Immutable;

namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// Reduces a plan that breaks a rule to a small one that breaks the same rule: a delta debugging of steps and mishaps. It
/// takes away a hazard as a whole, runs of steps and mishaps, quirks of the card, and makes values smaller, until nothing
/// can be taken away any more.
/// </summary>
/// <remarks>FsCheck shrinks values by their type; here what is left must be lived again to know which mishaps still come true.</remarks>
internal sealed class PlanShrinker
{
    private const int MostRuns = 4_000;

    private readonly BrokenRule _broken;
    private Outcome _best;
    private int _runs;

    private PlanShrinker(Outcome failure, BrokenRule broken)
    {
        _best = failure;
        _broken = broken;
    }

    /// <summary>The smallest plan found that breaks the rule that <paramref name="failure"/> breaks.</summary>
    public static Outcome Shrink(Outcome failure, BrokenRule broken = default)
    {
        var shrinker = new PlanShrinker(failure, broken);
        CardWorldPlan before;
        do
        {
            before = shrinker._best.Plan;
            shrinker.Pass();
        }
        while (shrinker._best.Plan.ToString() != before.ToString() && shrinker._runs < MostRuns);
        return shrinker._best;
    }

    private void Pass()
    {
        foreach (Hazard hazard in Enum.GetValues<Hazard>())
        {
            if (_best.Plan.Mishaps.Any(m => m.Hazard == hazard))
            {
                Try(p => p with { Mishaps = [.. p.Mishaps.Where(m => m.Hazard != hazard)] });
            }
        }

        Cut(p => p.Steps, (p, steps) => p with { Steps = steps });
        Cut(p => p.Mishaps, (p, mishaps) => p with { Mishaps = mishaps });
        Cut(p => p.Quirks, (p, quirks) => p with { Quirks = quirks });
        Try(p => p with { Card = "aes" });
        Each(p => p.Steps, Plainer, (p, steps) => p with { Steps = steps });
        Each(p => p.Mishaps, m => m with { Value = 0 }, (p, mishaps) => p with { Mishaps = mishaps });
        Each(p => p.Mishaps, m => m with { Value = m.Value / 2 }, (p, mishaps) => p with { Mishaps = mishaps });
        Each(p => p.Mishaps, m => m with { Occurrence = 0 }, (p, mishaps) => p with { Mishaps = mishaps });
        Each(p => p.Mishaps, m => m with { Occurrence = Math.Max(0, m.Occurrence - 1) }, (p, mishaps) => p with { Mishaps = mishaps });
    }

    private static string Plainer(string step) => step switch
    {
        "rest" => "wait",
        "away" => "off",
        _ => step.TrimEnd('+', '2'),
    };

    /// <summary>Takes away runs of half, a quarter, ... and single items, wherever the failure stays.</summary>
    private void Cut<T>(Func<CardWorldPlan, ImmutableArray<T>> part, Func<CardWorldPlan, ImmutableArray<T>, CardWorldPlan> with)
    {
        for (int length = Math.Max(1, part(_best.Plan).Length); length > 0; length /= 2)
        {
            for (int at = 0; at < part(_best.Plan).Length;)
            {
                int start = at;
                if (!Try(p => with(p, part(p).RemoveRange(start, Math.Min(length, part(p).Length - start)))))
                {
                    at += length;
                }
            }
        }
    }

    /// <summary>Makes single items plainer, wherever the failure stays.</summary>
    private void Each<T>(Func<CardWorldPlan, ImmutableArray<T>> part, Func<T, T> plainer, Func<CardWorldPlan, ImmutableArray<T>, CardWorldPlan> with)
    {
        for (int at = 0; at < part(_best.Plan).Length; at++)
        {
            int item = at;
            Try(p => with(p, part(p).SetItem(item, plainer(part(p)[item]))));
        }
    }

    private bool Try(Func<CardWorldPlan, CardWorldPlan> change)
    {
        CardWorldPlan candidate = change(_best.Plan);
        if (_runs >= MostRuns || candidate.ToString() == _best.Plan.ToString())
        {
            return false;
        }

        _runs++;
        Outcome outcome = CardWorldRun.Of(candidate, _broken);
        if (outcome.Rule != _best.Rule || outcome.Plan.Size > _best.Plan.Size)
        {
            return false;
        }

        _best = outcome;
        return true;
    }
}
