using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary>One run of a command: its options, its terminal and its server.</summary>
internal sealed class Invocation(ParseResult parse, Terminal terminal, CancellationToken cancellation) : IDisposable
{
    private ApiClient? _api;

    public Terminal Terminal => terminal;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Whether a program reads the output.</summary>
    public bool Json { get; } = parse.GetValue(CommonOptions.Json);

    /// <summary>What was written that no option took.</summary>
    public IReadOnlyList<string> Rest => parse.UnmatchedTokens;

    /// <summary>The server, found when first needed.</summary>
    public ApiClient Api => _api ??= Connection.Open(
        parse.GetValue(CommonOptions.Server), parse.GetValue(CommonOptions.Token), parse.GetValue(CommonOptions.Data), terminal.Environment);

    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    public T Get<T>(Argument<T> argument) => parse.GetRequiredValue(argument);

    /// <summary>Shows a result: for programs the JSON that the server sent, for people what <paramref name="show"/> draws.</summary>
    public int Result(JsonElement json, Action<IAnsiConsole> show)
    {
        if (Json)
        {
            terminal.WriteJson(TsmJson.Text(json));
        }
        else
        {
            show(terminal.Screen);
        }

        return ExitCode.Done;
    }

    /// <summary>Reads a file that the user named; a minus is standard input.</summary>
    /// <exception cref="ProblemException">The file cannot be read.</exception>
    public async Task<byte[]> ReadFileAsync(string path)
    {
        try
        {
            return path is "-"
                ? System.Text.Encoding.UTF8.GetBytes(await terminal.Input.ReadToEndAsync(cancellation))
                : await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Files.NotReadable(path, fault);
        }
    }

    public void Dispose() => _api?.Dispose();
}
