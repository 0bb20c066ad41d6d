using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tsm.Cli.Commands;

/// <summary>Help: what System.CommandLine writes, and examples and exit codes below it.</summary>
internal static class HelpText
{
    private const int MaxDistance = 2;

    private static readonly string[] First =
    [
        "tsm demo                                  everything at once, with simulated cards",
        "tsm server --smsc name=main;host=...      a server of your own",
        "tsm card import cards.csv && tsm app add hello.cap --name hello",
        "tsm install --card 8988211000000000017 --app hello --activate",
    ];

    /// <summary>The root with its commands.</summary>
    public static RootCommand Root(IEnumerable<Verb> verbs)
    {
        var root = new RootCommand("Tsm, an over-the-air trusted service manager: put applets on SIM cards by SMS, with proof.");
        foreach (Verb verb in verbs)
        {
            root.Add(verb);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, TextWriter output)
    {
        Command root = command;
        while (root.Parents.OfType<Command>().FirstOrDefault() is { } parent)
        {
            root = parent;
        }

        root.Parse([.. FullName(command).Split(' ').Skip(1), "--help"]).Invoke(new() { Output = output });
    }

    /// <summary>The command as it is typed.</summary>
    public static string FullName(Command command) => command switch
    {
        RootCommand => "tsm",
        _ when command.Parents.OfType<Command>().FirstOrDefault() is { } parent => $"{FullName(parent)} {command.Name}",
        _ => command.Name,
    };

    /// <summary>The command or option that was probably meant.</summary>
    public static string? Nearest(Command command, string typed) => command.Subcommands.Select(c => c.Name)
        .Concat(command.Options.Select(o => o.Name))
        .Select(name => (Name: name, Distance: Distance(name, typed)))
        .Where(c => c.Distance <= MaxDistance)
        .OrderBy(c => c.Distance).Select(c => c.Name).FirstOrDefault();

    private static void Examples(Command command, TextWriter output)
    {
        IReadOnlyList<string> examples = command is RootCommand ? First : (command as Verb)?.Examples ?? [];
        if (examples.Count > 0)
        {
            output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
            foreach (string example in examples)
            {
                output.WriteLine("  " + example);
            }

            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            foreach ((int code, string meaning) in ExitCode.Table)
            {
                output.WriteLine($"  {code,3}  {meaning}");
            }

            output.WriteLine();
            output.WriteLine("The server is found by --server and --token, else TSM_URL and TSM_TOKEN, else the data folder (--data).");
            output.WriteLine("TSM_CLAIMED_BY says on whose behalf you act; the audit trail shows it as claimed.");
        }
    }

    /// <summary>Insertions, deletions and exchanges between two words.</summary>
    private static int Distance(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int exchange = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(exchange, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            Examples(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
            return code;
        }
    }
}
