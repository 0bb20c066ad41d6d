using System.Collections.Immutable;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Application.Worlds;

/// <summary>Plans by seed: whole lives of an application on cards of every kind, on roads of every kind.</summary>
internal static class SeededWorlds
{
    private static readonly string[] Life = ["install", "activate", "suspend", "resume", "audit", "terminate", "audit"];
    private static readonly string[] LifeWithProvider =
        ["install", "activate", "rotatekeys", "suspend", "resume", "personalise", "audit", "terminate", "audit"];

    private static readonly string[] Modes = ["provider-simple", "provider-delegated", "provider-authorized"];

    /// <summary>Carries out the plan of a seed.</summary>
    public static Outcome Run(int seed, BrokenRule broken = default) => Run(seed, Life, _ => [], broken);

    /// <summary>Carries out the plan of a seed in which everything is done for a provider, in a domain of its own.</summary>
    public static Outcome RunWithProvider(int seed) => Run(
        seed,
        LifeWithProvider,
        random => random.Next(3) == 0 ? [Modes[random.Next(Modes.Length)], "keys-by-store-data"] : [Modes[random.Next(Modes.Length)]],
        default);

    private static Outcome Run(int seed, string[] life, Func<Random, string[]> more, BrokenRule broken)
    {
        var random = new Random(seed);
        double Up(double most) => random.NextDouble() * most;
        double Seldom(int oneIn, double most) => random.Next(oneIn) == 0 ? Up(most) : 0;
        var hazards = new Hazards(
            Loss: Up(0.3),
            Repeat: Up(0.2),
            Late: Up(0.2),
            Days: Seldom(4, 0.05),
            Crash: Up(0.05),
            Commit: Seldom(3, 0.05),
            Unheard: Seldom(3, 0.05),
            Conflict: Seldom(3, 0.1),
            Stall: Seldom(4, 0.05),
            Reset: Seldom(3, 0.1),
            Refusal: Seldom(5, 0.02),
            Receipt: Seldom(4, 0.2),
            DoubleCommand: Up(0.3),
            GiveUp: Up(0.3),
            Forge: Seldom(4, 0.1));
        var plan = new CardWorldPlan(
            CardProfiles.Names[random.Next(CardProfiles.Names.Count)], [.. Quirks(random), .. more(random)], random.Next(3) == 0 ? random.Next(1, 6) : 30, Steps(random, life), []);
        return CardWorldRun.Of(plan, seed, hazards, broken);
    }

    private static ImmutableArray<string> Quirks(Random random)
    {
        var quirks = ImmutableArray.CreateBuilder<string>();
        for (int i = random.Next(4); i > 0; i--)
        {
            string quirk = StubbornCards.Names[random.Next(StubbornCards.Names.Length)];
            if (!quirks.Contains(quirk))
            {
                quirks.Add(quirk);
            }
        }

        return quirks.ToImmutable();
    }

    private static ImmutableArray<string> Steps(Random random, string[] life)
    {
        var steps = ImmutableArray.CreateBuilder<string>();
        foreach (string operation in life)
        {
            steps.Add(Variant(operation, random));
            if (random.Next(4) == 0)
            {
                steps.Add(Variant(life[random.Next(life.Length)], random));
            }

            if (random.Next(12) == 0)
            {
                steps.Add("cancel");
            }

            if (random.Next(8) == 0)
            {
                steps.AddRange(random.Next(2) == 0 ? "off" : "away", random.Next(4) == 0 ? "rest" : "wait", "on");
            }

            if (random.Next(3) > 0)
            {
                steps.Add(random.Next(4) == 0 ? "rest" : "wait");
            }
        }

        return steps.ToImmutable();
    }

    private static string Variant(string operation, Random random) => operation
        + (random.Next(8) == 0 && operation != "audit" ? "2" : "")
        + (random.Next(2) == 0 && operation == "install" ? "+" : "");
}
