using System.CommandLine;
using System.CommandLine.Invocation;
using Tsm.Cli.Api;
using Tsm.Cli.Commands;
using Tsm.Cli.Rendering;

namespace Tsm.Cli;

/// <summary>Runs a command line: wrong usage, problems and interruption each end as they should.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command under the signals of the process.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, Interrupts interrupts)
    {
        int code = await RunAsync(args, terminal, interrupts.Token);
        return code == ExitCode.Interrupted ? interrupts.ExitCode : code;
    }

    /// <summary>Runs one command.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        ParseResult parse = Program.Build(terminal).Parse(args);
        bool json = args.Contains("--json", StringComparer.Ordinal);
        try
        {
            if (parse.Action is ParseErrorAction or null)
            {
                return WrongUsage(parse, terminal, json);
            }

            return await parse.InvokeAsync(
                new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Output, Error = terminal.Error },
                cancellation);
        }
        catch (ProblemException fault)
        {
            terminal.Write(fault.Problem, json);
            return fault.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            terminal.Write(OurFault(fault, terminal), json);
            return ExitCode.Refused;
        }
    }

    private static int WrongUsage(ParseResult parse, Terminal terminal, bool json)
    {
        Command command = parse.CommandResult.Command;
        if (!json && command is RootCommand or Verb { HasVerbs: true } && parse.UnmatchedTokens.Count == 0)
        {
            HelpText.Write(command, terminal.Error);
            return ExitCode.Usage;
        }

        string name = HelpText.FullName(command);
        string[] errors = [.. parse.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal)];
        string? meant = parse.UnmatchedTokens.Count == 0 ? null : HelpText.Nearest(command, parse.UnmatchedTokens[0]);
        terminal.Write(
            new()
            {
                Title = $"'{name}' is not used like that",
                Detail = errors.Length == 0 ? "A command is missing." : string.Join(' ', errors),
                Layer = "cli",
                Code = "WRONG_USAGE",
                Next = (meant is null ? "" : $"Did you mean '{meant}'? ") + $"See `{name} --help`.",
            },
            json);
        return ExitCode.Usage;
    }

    private static Problem OurFault(Exception fault, Terminal terminal) => new()
    {
        Title = "tsm itself has failed",
        Detail = "Something happened that the command line was not made for.",
        Layer = "cli",
        Code = "INTERNAL_FAULT",
        Cause = fault.Message,
        Next = "Please report it with what is shown here; TSM_DEBUG=1 shows where it happened.",
        Evidence = terminal.Environment("TSM_DEBUG") is null ? [fault.GetType().Name] : fault.ToString().Split('\n'),
    };
}
