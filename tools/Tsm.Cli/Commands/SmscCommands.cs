using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm smsc</c>: how the SMSCs are, and their switches.</summary>
internal static class SmscCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "Name of the SMSC" };

    public static Verb Build(Terminal terminal) => new Verb("smsc", "SMSCs: list, pause, resume").With(
        new Verb("list", "List the SMSCs and how their connections are", "tsm smsc list")
            .TalksToServer().Does(terminal, ListAsync),
        new Verb("pause", "Pause an SMSC on all nodes: nothing leaves, what cards send is still taken", "tsm smsc pause main")
            .Takes(Name).TalksToServer().Does(terminal, run => SwitchAsync(run, "pause")),
        new Verb("resume", "Let a paused SMSC go on, on all nodes", "tsm smsc resume main")
            .Takes(Name).TalksToServer().Does(terminal, run => SwitchAsync(run, "resume")));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<SmscHealth>> answer = await run.Api.SmscAsync(run.Cancellation);
        return run.Result(answer.Json, console => Write(console, answer.Value.Items));
    }

    private static async Task<int> SwitchAsync(Invocation run, string verb)
    {
        Answer<SmscHealth> answer = await run.Api.SwitchSmscAsync(run.Get(Name), verb, run.Cancellation);
        return run.Result(answer.Json, console => Write(console, [answer.Value]));
    }

    private static void Write(Spectre.Console.IAnsiConsole console, IReadOnlyList<SmscHealth> items)
    {
        var table = new TextTable("name", "address", "state", "sending", "rate", "free window", "outstanding");
        foreach (SmscHealth smsc in items)
        {
            table.Row(
                smsc.Name, $"{smsc.Host}:{smsc.Port}", smsc.State, smsc.Paused ? "paused" : "on",
                smsc.Rate is { } rate ? $"{rate}/s" : null, $"{smsc.WindowFree}", $"{smsc.Outstanding}");
        }

        ListText.Write(console, table, null, "No SMSCs.");
    }
}
