using System.CommandLine;
using System.Globalization;
using Tsm.Cli.Demo;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm demo</c>: everything at once, on simulated cards.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Keep = new("--keep") { Description = "Stay until Ctrl-C, to go on by hand" };
    private static readonly Option<string?> Cap = new("--cap")
    {
        Description = "Your own CAP file; libraries it needs are taken from the same folder",
        HelpName = "FILE",
    };

    private static readonly Option<int> Cards = new("--cards")
    {
        Description = "How many cards, of six models in turn",
        HelpName = "N",
        DefaultValueFactory = _ => DemoCards.Models.Count,
        Validators = { result => CommonOptions.Range(result, 1, DemoCards.MaxCards) },
    };

    private static readonly Option<double> Loss = Probability("--loss", "Probability that a short message is lost, 0 to 1");
    private static readonly Option<double> Repeat = Probability("--repeat", "Probability that it arrives twice");
    private static readonly Option<double> Reorder = Probability("--reorder", "Probability that it is overtaken");
    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "What chance in the network depends on",
        HelpName = "N",
        Validators = { result => CommonOptions.Range(result, 0, int.MaxValue) },
    };

    public static Verb Build(Terminal terminal) =>
        new Verb("demo", "Try everything: server, SMSC and cards of their own, an applet through its whole life, with proof",
            "tsm demo", "tsm demo --cards 100 --loss 0.1 --repeat 0.1", "tsm demo --cap my-applet.cap --keep")
            .Takes(Keep, Cap, Cards, Loss, Repeat, Reorder, Seed, CommonOptions.Json)
            .Does(terminal, run => new DemoRun(terminal, new(
                run.Get(Keep), run.Get(Cap), run.Get(Cards), run.Get(Loss), run.Get(Repeat), run.Get(Reorder), run.Get(Seed), run.Json),
                run.Cancellation).RunAsync());

    private static Option<double> Probability(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "P",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double p) && p is >= 0 and <= 1)
            {
                return p;
            }

            result.AddError($"{name} takes a probability from 0 to 1, such as 0.1, not '{text}'.");
            return 0;
        },
    };
}
