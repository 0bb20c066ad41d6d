using System.ComponentModel;
using System.Diagnostics;
using Tsm.Cli.Api;

namespace Tsm.Cli.Hosting;

/// <summary>
/// A process that lives no longer than we do: it stops when its standard input closes, which happens however we end.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 10;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);

    private readonly string _name;
    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Queue<string> _lastOutput = new();
    private readonly Queue<string> _lastErrors = new();
    private readonly Lock _lock = new();
    private readonly StreamWriter? _log;
    private readonly Task _reading;

    private ChildProcess(string name, Process process, string? logPath, TimeProvider time)
    {
        _name = name;
        _process = process;
        _time = time;
        _log = logPath is null ? null : new(logPath, append: true) { AutoFlush = true };
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _lastOutput), ReadAsync(process.StandardError, _lastErrors));
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Completes when the process has ended, whoever ended it.</summary>
    public Task Exited { get; }

    public int Id => _process.Id;

    /// <summary>The last lines it wrote: what it complains of last, without stack frames, which only the log keeps.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lastOutput, .. _lastErrors];
            }
        }
    }

    /// <summary>Starts a program with its standard input in our hand.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="logPath">Where its output goes as well, or null.</param>
    /// <param name="time">For time limits.</param>
    /// <exception cref="ProblemException">It cannot be started.</exception>
    public static ChildProcess Start(
        string name, HostedProgram program, IEnumerable<string> arguments, string folder, string? logPath, TimeProvider time)
    {
        var start = new ProcessStartInfo(program.File, [.. program.Arguments, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };

        // What is set for the user's own server is not meant for this one.
        foreach (string variable in start.Environment.Keys.Where(IsForeign).ToArray())
        {
            start.Environment.Remove(variable);
        }

        try
        {
            return new(name, Process.Start(start)!, logPath, time);
        }
        catch (Win32Exception fault)
        {
            throw new ProblemException(
                new()
                {
                    Title = $"The {name} does not start",
                    Detail = $"{program.File} cannot be executed.",
                    Layer = "cli",
                    Code = "CHILD_NOT_STARTED",
                    Cause = fault.Message,
                    Next = "Check that the file is there and may be executed; a .dll needs `dotnet` on the PATH.",
                },
                ExitCode.Refused);
        }
    }

    /// <summary>Waits until the process has written its ready file.</summary>
    /// <returns>The content of the file.</returns>
    /// <exception cref="ProblemException">It ended before, or the time is over; with its last lines.</exception>
    public async Task<string> WaitForFileAsync(string path, TimeSpan limit, CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        while (!File.Exists(path))
        {
            if (_process.HasExited)
            {
                await _reading.WaitAsync(Grace, _time, cancellation);
                throw NotReady($"It ended with exit code {_process.ExitCode} before it was ready.");
            }

            if (_time.GetElapsedTime(started) > limit)
            {
                throw NotReady($"It was not ready within {limit.TotalSeconds:0} seconds.");
            }

            await Task.Delay(Glance, _time, cancellation);
        }

        return await File.ReadAllTextAsync(path, cancellation);
    }

    /// <summary>The problem that this process has gone, or is not as it should be.</summary>
    public ProblemException NotReady(string reason) => new(
        new()
        {
            Title = $"The {_name} is not running as it should",
            Detail = reason,
            Layer = "cli",
            Code = "CHILD_FAILED",
            Cause = LastLines.Count == 0 ? "It wrote nothing." : "Its last lines are below.",
            Next = "Correct what the lines complain of and try again.",
            Evidence = LastLines,
        },
        ExitCode.Refused);

    /// <summary>Lets the process end: closes its standard input, and only if that does not help kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It was gone already.
        }

        try
        {
            await Exited.WaitAsync(Grace, _time);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await Exited;
        }

        await Task.WhenAny(_reading, Task.Delay(Grace, _time));
        _log?.Dispose();
        _process.Dispose();
    }

    private static bool IsForeign(string variable) =>
        variable.StartsWith("TSM_", StringComparison.OrdinalIgnoreCase) || variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase);

    private static bool IsStackFrame(string line) =>
        line.TrimStart() is var text && (text.StartsWith("at ", StringComparison.Ordinal) || text.StartsWith("--- End of", StringComparison.Ordinal));

    private async Task ReadAsync(StreamReader reader, Queue<string> lastLines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _log?.WriteLine(line);
                if (IsStackFrame(line))
                {
                    continue;
                }

                lastLines.Enqueue(line);
                if (lastLines.Count > KeptLines)
                {
                    lastLines.Dequeue();
                }
            }
        }
    }
}
