using System.Text;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Application;

/// <summary>Tests that keep every core busy for long run alone: others, with time limits of their own, would starve beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>Generated histories: loss, repetition, delay, crashes between any two steps, cards that lose a load.</summary>
[Collection(Alone.Name)]
public sealed class CardWorldsTests
{
    private static readonly Operation[] Life =
        [Operation.Install, Operation.Activate, Operation.Suspend, Operation.Resume, Operation.Audit, Operation.Terminate, Operation.Audit];

    /// <summary>The number of worlds; TSM_WORLDS=100000 runs the long form.</summary>
    private static int Worlds => int.TryParse(Environment.GetEnvironmentVariable("TSM_WORLDS"), out int worlds) ? worlds : 10_000;

    [Fact]
    public void In_no_world_is_a_counter_reused_a_command_executed_twice_or_a_job_left_hanging()
    {
        var failures = new StringBuilder();
        int failed = 0;
        Parallel.For(0, Worlds, seed =>
        {
            if (Trouble(seed) is { } trouble)
            {
                lock (failures)
                {
                    failed++;
                    if (failed <= 3)
                    {
                        failures.AppendLine(trouble);
                    }
                }
            }
        });

        Assert.True(failed == 0, $"{failed} of {Worlds} worlds:\n{failures}");
    }

    [Fact]
    public void Without_loss_of_the_card_every_job_is_proven_at_last()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var world = new CardWorld(seed, new(Loss: 0.15, Repeat: 0.1, Late: 0.1, Crash: 0.02));
            foreach ((Operation operation, int i) in Life.Select((o, i) => (o, i)))
            {
                world.Ask(operation, $"{i}");
                world.Run();
                Assert.True(world.Job($"{i}").Status == JobStatus.Done, $"seed {seed}: {Describe(world)}");
            }

            Assert.Empty(world.Card.Content.Instances);
        }
    }

    [Theory]
    [InlineData(BrokenRule.SendsBeforeRemembering)]
    [InlineData(BrokenRule.ForgetsAnswers)]
    [InlineData(BrokenRule.TrustsUnsignedAnswers)]
    public void A_rule_that_is_broken_is_noticed(BrokenRule broken)
    {
        Assert.Contains(Enumerable.Range(0, 200), seed => Trouble(seed, broken) is not null);
    }

    private static string? Trouble(int seed, BrokenRule broken = BrokenRule.None)
    {
        var random = new Random(seed);
        double Up(double most) => random.NextDouble() * most;
        var hazards = new Hazards(
            Loss: Up(0.3), Repeat: Up(0.2), Late: Up(0.2), Crash: Up(0.05), Reset: random.Next(3) == 0 ? Up(0.1) : 0,
            Refusal: random.Next(5) == 0 ? Up(0.02) : 0, DoubleCommand: Up(0.3));
        string profile = CardProfiles.Names[random.Next(CardProfiles.Names.Count)];
        var world = new CardWorld(seed, hazards, CardProfiles.Get(profile), broken: broken) { Forge = random.Next(4) == 0 ? Up(0.1) : null };
        try
        {
            int asked = 0;
            foreach (Operation operation in Life)
            {
                world.Ask(operation, $"{asked++}", makeSelectable: random.Next(2) == 0);
                if (random.Next(4) == 0)
                {
                    world.Ask(Life[random.Next(Life.Length)], $"{asked++}");
                }

                if (random.Next(8) == 0)
                {
                    world.CardIsOn = false;
                    world.Run();
                    world.CardIsOn = true;
                }

                if (random.Next(3) > 0)
                {
                    world.Run();
                }
            }

            world.Run();
            return Violation(world) is { } violation ? $"seed {seed} ({profile}, {hazards}): {violation}\n{Describe(world)}" : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"seed {seed} ({profile}, {hazards}): {e}\n{Describe(world)}";
        }
    }

    /// <summary>The first invariant that does not hold.</summary>
    private static string? Violation(CardWorld world)
    {
        CardState state = world.State;
        if (world.Account.CounterReused.Count > 0)
        {
            return $"counter reused: {world.Account.CounterReused.First()}";
        }

        if (world.Account.ExecutedTwice.Count > 0)
        {
            return $"executed twice: {world.Account.ExecutedTwice.First()}";
        }

        if (world.SentAfterAnswer > 0)
        {
            return "a packet left again after its answer was taken";
        }

        if (state.Jobs.Length > 0 || state.Outstanding is not null)
        {
            return "a job hangs";
        }

        JobRow? open = world.Rows.GroupBy(r => r.Id).Select(g => g.Last()).FirstOrDefault(r => r.EndedAt is null || r.Grade is null);
        if (open is not null)
        {
            return $"a row is open: {open}";
        }

        if (state.Contents.Any(c => c.Wanted != c.Confirmed))
        {
            return "wanted and confirmed differ at rest";
        }

        // What is confirmed is true, unless the books themselves say that they are not sure.
        string books = string.Join(' ', state.Contents.Select(c => $"{c.Aid}={c.Confirmed?.Value:X2}").Order());
        string card = string.Join(' ', world.Card.Content.LoadFiles.Select(f => $"{f.Aid}=01")
            .Concat(world.Card.Content.Instances.Select(i => $"{i.Aid}={i.State.Value:X2}")).Order());
        return books != card && !state.Uncertain ? $"books [{books}] and card [{card}] differ" : null;
    }

    private static string Describe(CardWorld world) =>
        string.Join('\n', world.Rows.GroupBy(r => r.Id).Select(g => g.Last()).Select(r => $"  {r.Id} {r.Operation} {r.Status} {r.Grade}: {r.Now} {r.Problem}"))
        + "\n" + string.Join('\n', world.History.TakeLast(25).Select(h => $"    {h.At:mm:ss.fff} {h.Job} {h.Kind} {h.Text}"));
}
