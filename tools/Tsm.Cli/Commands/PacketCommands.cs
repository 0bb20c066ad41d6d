using System.CommandLine;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Packets;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm packet</c>: secured packets for test laboratories, without a server.</summary>
internal static class PacketCommands
{
    private static readonly Option<bool> JsonLines = new("--jsonl") { Description = "One JSON case a line on standard input, one result a line on standard output" };

    public static Verb Build(Terminal terminal) => new Verb("packet", "Secured packets (SCP80): protect and open them, without a server").With(
        new Verb("wrap", "Protect data and cut the packet into short messages", "tsm packet wrap --jsonl < cases.jsonl > packets.jsonl")
            .Takes(JsonLines).Does(terminal, run => RunAsync(run, PacketWrapping.Wrap)),
        new Verb("unwrap", "Open packets of servers and of cards", "tsm packet unwrap --jsonl < packets.jsonl")
            .Takes(JsonLines).Does(terminal, run => RunAsync(run, PacketUnwrapping.Unwrap)));

    private static async Task<int> RunAsync(Invocation run, Action<CaseMembers, Utf8JsonWriter> answer)
    {
        if (!run.Get(JsonLines))
        {
            throw new ProblemException(
                new()
                {
                    Title = "Cases come as lines of JSON",
                    Detail = "Cases are read from standard input, one JSON object a line.",
                    Layer = "cli",
                    Code = "WRONG_USAGE",
                    Next = "Add --jsonl, and see the README for the members of a case.",
                },
                ExitCode.Usage);
        }

        var cases = new CaseRun(answer);
        await cases.RunAsync(run.Terminal.InputStream, run.Terminal.OutputStream, run.Cancellation);
        if (cases.Refused > 0)
        {
            await run.Terminal.Error.WriteLineAsync($"{cases.Refused} of {cases.Cases} cases have an error instead of a result.");
        }

        return ExitCode.Done;
    }
}
