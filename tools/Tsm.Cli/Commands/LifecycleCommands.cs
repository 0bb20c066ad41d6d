using System.CommandLine;
using System.CommandLine.Parsing;
using Tsm.Card.Encoding;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm install</c>, <c>activate</c>, <c>suspend</c>, <c>resume</c>, <c>terminate</c>: the life of an application on cards.</summary>
internal static class LifecycleCommands
{
    private const int MinAidLength = 5;
    private const int MaxAidLength = 16;

    private static readonly Option<string> App = new("--app", "-a")
    {
        Description = "Application: identifier, package AID or name",
        HelpName = "APP",
        Required = true,
    };

    private static readonly Option<string?> Applet = Aid("--applet", "Applet of the package, when it has several");
    private static readonly Option<string?> Instance = Aid("--instance", "AID of the instance on the card (default: the applet's)");
    private static readonly Option<bool> Activate = new("--activate") { Description = "Make it selectable at once" };
    private static readonly Option<string?> Privileges = Hex("--privileges", "Privileges of the instance, 1 or 3 octets in hexadecimal");
    private static readonly Option<string?> Parameters = Hex("--parameters", "Install parameters of the applet (content of C9) in hexadecimal");

    /// <summary>The five verbs.</summary>
    public static IEnumerable<Verb> Build(Terminal terminal)
    {
        yield return Order(terminal, "install", "Load an application onto cards and install it",
            "tsm install --card 8988211000000000017 --app hello --activate", "tsm install -c 8988211000000000017 -c 999000000001 -a hello --no-wait")
            .Takes(Activate, Privileges, Parameters);
        yield return Order(terminal, "activate", "Make an installed application selectable",
            "tsm activate --card 8988211000000000017 --app hello");
        yield return Order(terminal, "suspend", "Lock an application; it stays on the card",
            "tsm suspend --card 8988211000000000017 --app hello");
        yield return Order(terminal, "resume", "Unlock a suspended application",
            "tsm resume --card 8988211000000000017 --app hello");
        yield return Order(terminal, "terminate", "Delete an application, and its load file when nothing else needs it",
            "tsm terminate --card 8988211000000000017 --app hello");
    }

    private static Verb Order(Terminal terminal, string operation, string description, params string[] examples) =>
        new Verb(operation, description, examples)
            .Takes(CommonOptions.Cards, App, Applet, Instance, CommonOptions.NoWait, CommonOptions.Timeout).TalksToServer()
            .Does(terminal, run => JobRun.OrderAsync(run, new JobOrder
            {
                Operation = operation,
                Cards = run.Get(CommonOptions.Cards)!,
                Application = run.Get(App),
                Applet = Upper(run.Get(Applet)),
                Instance = Upper(run.Get(Instance)),
                Activate = operation is "install" && run.Get(Activate) ? true : null,
                Privileges = operation is "install" ? Upper(run.Get(Privileges)) : null,
                Parameters = operation is "install" ? Upper(run.Get(Parameters)) : null,
            }));

    private static string? Upper(string? hex) => hex is null ? null : Octets.Parse(hex).ToString();

    private static Option<string?> Aid(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "AID",
        Validators = { result => CheckHex(result, MinAidLength, MaxAidLength) },
    };

    private static Option<string?> Hex(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "HEX",
        Validators = { result => CheckHex(result, 0, 255) },
    };

    private static void CheckHex(OptionResult result, int min, int max)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (!Octets.TryParse(text, out Octets octets))
        {
            result.AddError($"{result.Option.Name} takes pairs of hexadecimal digits, not '{text}'.");
        }
        else if (octets.Length < min || octets.Length > max)
        {
            result.AddError($"{result.Option.Name} takes {min} to {max} octets, not {octets.Length}.");
        }
    }
}
