using System.Diagnostics;
using System.Text;
using Tsm.Application.Jobs;
using Xunit.Abstractions;

namespace Tsm.Tests.Application.Worlds;

/// <summary>Tests that keep every core busy for long run alone: others, with time limits of their own, would starve beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>
/// Generated histories: loss, repetition, delays of days, nodes that die between any two steps, commits that fail, forgers,
/// and cards of every recovery behaviour.
/// </summary>
[Collection(Alone.Name)]
public sealed class CardWorldsTests(ITestOutputHelper output)
{
    private static readonly Operation[] Life =
        [Operation.Install, Operation.Activate, Operation.Suspend, Operation.Resume, Operation.Audit, Operation.Terminate, Operation.Audit];

    /// <summary>The number of worlds; TSM_WORLDS=100000 runs the long form.</summary>
    private static int Worlds => int.TryParse(Environment.GetEnvironmentVariable("TSM_WORLDS"), out int worlds) ? worlds : 10_000;

    [Fact]
    public void In_no_world_is_a_rule_broken() => CarryOut(Worlds, seed => SeededWorlds.Run(seed));

    [Fact]
    public void In_no_world_of_a_provider_is_a_rule_broken() => CarryOut(Worlds / 5, SeededWorlds.RunWithProvider);

    private void CarryOut(int worlds, Func<int, Outcome> run)
    {
        var failures = new List<(int Seed, Outcome Outcome)>();
        long steps = 0;
        long started = Stopwatch.GetTimestamp();
        Parallel.For(0, worlds, seed =>
        {
            Outcome outcome = run(seed);
            Interlocked.Add(ref steps, outcome.Steps);
            if (outcome.Rule is not null)
            {
                lock (failures)
                {
                    failures.Add((seed, outcome));
                }
            }
        });

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{worlds} worlds, {steps} steps, {steps / took.TotalMinutes:N0} steps a minute on {Environment.ProcessorCount} cores.");
        Assert.True(failures.Count == 0, Report(failures));
    }

    [Fact]
    public void A_plan_that_was_written_down_is_the_same_world_again()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Outcome first = SeededWorlds.Run(seed);

            Outcome again = CardWorldRun.Of(CardWorldPlan.Parse(first.Plan.ToString()));

            Assert.Equal(first.Plan.ToString(), again.Plan.ToString());
            Assert.Equal(first.Steps, again.Steps);
            Assert.Equal(first.Describe(), again.Describe());
        }
    }

    [Fact]
    public void Without_loss_of_the_card_every_job_is_proven_at_last()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var world = new CardWorld(seed, new(Loss: 0.15, Repeat: 0.1, Late: 0.1, Crash: 0.02, Commit: 0.02, Unheard: 0.02, Conflict: 0.02));
            foreach ((Operation operation, int i) in Life.Select((o, i) => (o, i)))
            {
                world.Ask(operation, $"{i}");
                world.Run();
                Assert.True(world.Job($"{i}").Status == JobStatus.Done, $"seed {seed}: {world.Describe()}");
            }

            Assert.Empty(world.Card.Content.Instances);
        }
    }

    [Theory]
    [InlineData(BrokenRule.SendsBeforeRemembering, "a counter is used for two packets")]
    [InlineData(BrokenRule.ForgetsAnswers, "an acknowledged answer is lost")]
    [InlineData(BrokenRule.TrustsUnsignedAnswers, "the registry changes without proof")]
    public void A_rule_that_is_broken_is_noticed_and_shrinks_to_a_handful_of_steps(BrokenRule broken, string rule)
    {
        Outcome failure = Enumerable.Range(0, 1_000).Select(seed => SeededWorlds.Run(seed, broken)).First(o => o.Rule == rule);

        Outcome smallest = PlanShrinker.Shrink(failure, broken);

        output.WriteLine($"{failure.Plan.Size} -> {smallest.Plan.Size}: {smallest.Plan}\n{smallest.Trouble}");
        Assert.Equal(rule, CardWorldRun.Of(CardWorldPlan.Parse(smallest.Plan.ToString()), broken).Rule);
        Assert.Null(CardWorldRun.Of(smallest.Plan).Rule);
        Assert.InRange(smallest.Plan.Size, 1, 5);
    }

    /// <summary>The first failure of each rule, shrunk: a line to paste into a test, and what happened there.</summary>
    private static string Report(List<(int Seed, Outcome Outcome)> failures)
    {
        var report = new StringBuilder($"{failures.Count} of {Worlds} worlds:\n");
        foreach (var of in failures.GroupBy(f => f.Outcome.Rule))
        {
            (int seed, Outcome outcome) = of.OrderBy(f => f.Outcome.Plan.Size).First();
            Outcome smallest = PlanShrinker.Shrink(outcome);
            report.AppendLine($"{of.Key}: {of.Count()} worlds, seeds {string.Join(", ", of.Select(f => f.Seed).Take(5))}; seed {seed} shrinks to")
                .AppendLine($"CardWorldPlan.Parse(\"{smallest.Plan}\")").AppendLine(smallest.Trouble).AppendLine(smallest.Describe());
        }

        return report.ToString();
    }
}
