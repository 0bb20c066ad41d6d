using Tsm.Application.Jobs;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Application.Worlds;

/// <summary>A plan carried out in a world of its own.</summary>
internal sealed class CardWorldRun
{
    private static readonly Aid SecondInstance = Aid.Parse("F0546D53010102");

    private static readonly Dictionary<string, Operation> Operations =
        Enum.GetValues<Operation>().ToDictionary(o => o.ToString().ToLowerInvariant());

    private readonly CardWorld _world;
    private readonly IReadOnlyList<string> _steps;
    private int _asked;

    private CardWorldRun(CardWorldPlan plan, Fate fate, BrokenRule broken)
    {
        var (profile, model) = StubbornCards.Make(plan.Card, plan.Quirks);
        _steps = plan.Steps;
        _world = new(
            fate,
            profile,
            model,
            plan.Quirks.Contains("wrong-key") ? StubbornCards.WrongKey : null,
            plan.Quirks.Contains("ahead") ? StubbornCards.AheadBy : 0,
            broken);
        _world.Road = _world.Road with { MaxSends = plan.Sends };
        _world.Order = StubbornCards.ModeOf(plan.Quirks) is { } mode ? CardDomainTests.OrderOf(mode) : null;
    }

    /// <summary>Carries out a plan with its mishaps.</summary>
    public static Outcome Of(CardWorldPlan plan, BrokenRule broken = default) => new CardWorldRun(plan, new(plan.Mishaps), broken).Carry(plan);

    /// <summary>Carries out a plan while a seed decides what goes wrong; the plan of the outcome has the mishaps.</summary>
    public static Outcome Of(CardWorldPlan plan, int seed, Hazards hazards, BrokenRule broken = default) =>
        new CardWorldRun(plan, new(seed, hazards), broken).Carry(plan);

    private Outcome Carry(CardWorldPlan plan)
    {
        string? rule = null;
        string trouble = "";
        try
        {
            foreach (string step in _steps)
            {
                Do(step);
            }

            _world.CardIsOn = true;
            _world.Run();
            _world.CheckRest();
        }
        catch (RuleBrokenException broken)
        {
            (rule, trouble) = (broken.Rule, broken.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            (rule, trouble) = (e.GetType().Name, e.ToString());
        }

        return new(plan with { Mishaps = [.. _world.Happened] }, rule, trouble, _world.Steps, _world.Describe);
    }

    /// <summary>
    /// An operation, with <c>+</c> to make selectable and <c>2</c> for a second instance; <c>cancel</c> of the last one; the card
    /// <c>off</c> or <c>away</c> (the SMSC keeps what comes), <c>on</c> again; <c>wait</c> for all jobs, <c>rest</c> until nothing is
    /// under way.
    /// </summary>
    private void Do(string step)
    {
        switch (step)
        {
            case "cancel":
                _world.Cancel($"{_asked - 1}");
                break;
            case "off" or "away":
                _world.SmscKeeps = step == "away";
                _world.CardIsOn = false;
                break;
            case "on":
                _world.CardIsOn = true;
                break;
            case "wait":
                _world.Wait();
                break;
            case "rest":
                _world.Run();
                break;
            default:
                Operation operation = Operations[step.TrimEnd('+', '2')];
                Aid? instance = operation != Operation.Audit && step.Contains('2', StringComparison.Ordinal) ? SecondInstance : null;
                _world.TryAsk(operation, $"{_asked++}", makeSelectable: step.EndsWith('+'), instance: instance);
                break;
        }
    }
}

/// <summary>What became of a plan.</summary>
/// <param name="Plan">The plan with the mishaps that came true: it leads here again.</param>
/// <param name="Rule">The rule that does not hold, or null.</param>
/// <param name="Trouble">What was seen.</param>
/// <param name="Steps">Turns and arrivals.</param>
/// <param name="Describe">Rows and history of the world, for people.</param>
internal sealed record Outcome(CardWorldPlan Plan, string? Rule, string Trouble, int Steps, Func<string> Describe);
