using System.Diagnostics;

namespace Tsm.SystemTests.Peers;

/// <summary>A program that answers every line with a line.</summary>
public sealed class LineProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private LineProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a foreign program, or one of ours.</summary>
    /// <param name="program">A program on the path.</param>
    /// <param name="environment">One variable and its value; null for none.</param>
    /// <param name="arguments">Its arguments.</param>
    public static LineProcess Start(string program, (string Name, string Value)? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        if (environment is var (name, value))
        {
            start.Environment[name] = value;
        }

        return new(start);
    }

    /// <summary>Starts <c>tsm packet</c>, one JSON case a line.</summary>
    public static LineProcess Tsm(string verb) => new(Programs.Start(Programs.Cli, ["packet", verb, "--jsonl"]));

    /// <summary>Hands a line over and waits for the answer.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
            ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended at: {line}\n{await _errors}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Limit))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
