using System.CommandLine;

namespace Tsm.Benchmarks;

/// <summary>The command line of the load program.</summary>
internal static class CommandLine
{
    /// <summary>All loads, in the order of <c>all</c>.</summary>
    public static readonly string[] AllLoads = ["turns", "smpp", "endtoend", "import", "packets"];

    private const string Everything = "all";

    private static readonly string[] KnownHosts = ["sqlite", "postgres", "orleans"];

    private static readonly string[] UsualHosts = ["sqlite", "postgres"];

    private static readonly Argument<string> Load = OneOf(new("load") { Description = "turns, smpp, endtoend, import, packets or all" }, [.. AllLoads, Everything]);

    private static readonly Option<string[]> Hosts = AnyOf(
        new("--host") { Description = "sqlite, postgres or orleans; repeatable (default: sqlite and postgres)", AllowMultipleArgumentsPerToken = true }, KnownHosts);

    private static readonly Option<int?> Cards = Range(
        new("--cards") { Description = "Cards in the database (default: what the load is meant for, up to 1000000)" }, 100, 1_000_000);

    private static readonly Option<int?> Seconds = Range(
        new("--seconds") { Description = "How long each figure is measured after a warm-up (default 10)" }, 1, 3600);

    private static readonly Option<int?> Runs = Range(
        new("--runs") { Description = "How often; the best is shown (default 1)" }, 1, 100);

    private static readonly Option<int?> Window = Range(
        new("--window") { Description = "SMPP window: short messages without an answer (default 500)" }, 1, 1000);

    private static readonly Option<bool> Json = new("--json") { Description = "Write figures as JSON and nothing else" };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Write the table of the README and nothing else" };

    /// <summary>Makes the command.</summary>
    /// <param name="run">Does what was asked for and returns the exit code.</param>
    public static RootCommand Build(Func<BenchmarkOptions, CancellationToken, Task<int>> run)
    {
        RootCommand root = new("Measures Tsm beside the limits of the machine it runs on.")
        {
            Load, Hosts, Cards, Seconds, Runs, Window, Json, Markdown,
        };
        root.SetAction((parsed, cancellationToken) => run(Read(parsed), cancellationToken));
        return root;
    }

    /// <summary>What a command line asks for.</summary>
    public static BenchmarkOptions Read(ParseResult parsed)
    {
        string load = parsed.GetRequiredValue(Load);
        return new()
        {
            Loads = load == Everything ? AllLoads : [load],
            Hosts = parsed.GetValue(Hosts) is { Length: > 0 } named ? [.. named.Distinct(StringComparer.Ordinal)] : UsualHosts,
            Cards = parsed.GetValue(Cards),
            Span = TimeSpan.FromSeconds(parsed.GetValue(Seconds) ?? 10),
            Runs = parsed.GetValue(Runs) ?? 1,
            Window = parsed.GetValue(Window) ?? 500,
            Form = parsed.GetValue(Json) ? OutputForm.Json : parsed.GetValue(Markdown) ? OutputForm.Markdown : OutputForm.Text,
        };
    }

    private static Argument<string> OneOf(Argument<string> argument, string[] values)
    {
        argument.AcceptOnlyFromAmong(values);
        return argument;
    }

    private static Option<string[]> AnyOf(Option<string[]> option, string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static Option<int?> Range(Option<int?> option, int least, int most)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < least || value > most))
            {
                result.AddError($"{option.Name} takes {least} to {most}.");
            }
        });
        return option;
    }
}
