using System.Diagnostics;
using System.Text;

namespace Tsm.Testing;

/// <summary>The programs under test, started as a user starts them: as processes of their own.</summary>
public static class Programs
{
    private static readonly string Configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!);

    /// <summary>The folder that holds Tsm.sln.</summary>
    public static string Root { get; } = FindRoot();

    public static string Server => Path.Combine(Root, "src/Tsm.Server/bin", Configuration, "net10.0/Tsm.Server.dll");

    public static string Simulator => Path.Combine(Root, "tools/Tsm.Simulator/bin", Configuration, "net10.0/Tsm.Simulator.dll");

    public static string Cli => Path.Combine(Root, "tools/Tsm.Cli/bin", Configuration, "net10.0/tsm.dll");

    public static string Benchmarks => Path.Combine(Root, "tools/Tsm.Benchmarks/bin", Configuration, "net10.0/Tsm.Benchmarks.dll");

    /// <summary>The sample application server.</summary>
    public static string Canteen => Path.Combine(Root, "tools/Tsm.Canteen/bin", Configuration, "net10.0/Tsm.Canteen.dll");

    /// <summary>A provider, and the client on a phone.</summary>
    public static string Parties => Path.Combine(Root, "tests/Tsm.Parties/bin", Configuration, "net10.0/Tsm.Parties.dll");

    /// <summary>Real CAP files of ETSI TS 102 268, where they lie beside the repository.</summary>
    public static string? EtsiCaps { get; } = Directory.Exists(Path.Combine(Root, "../shared/caps/etsi")) ? Path.Combine(Root, "../shared/caps/etsi") : null;

    /// <summary>Runs <c>tsm</c> to its end.</summary>
    public static Task<CliResult> TsmAsync(TimeSpan limit, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        RunAsync(Cli, limit, environment, arguments);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<CliResult> RunAsync(
        string dll, TimeSpan limit, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        ProcessStartInfo start = Start(dll, arguments);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(dll)} {string.Join(' ', arguments)} took longer than {limit}.\n{await output}\n{await error}", late);
        }

        return new(process.ExitCode, await output, await error);
    }

    public static ProcessStartInfo Start(string dll, IEnumerable<string> arguments) => new("dotnet", [dll, .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Path.GetTempPath(),
    };

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tsm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Tsm.sln is not above the tests.");
    }
}

/// <summary>What a run of a program left.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>A program that runs until the test ends it.</summary>
public sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private RunningProgram(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts a program and waits for its ready file.</summary>
    public static Task<(RunningProgram Program, string Ready)> StartAsync(string dll, string readyFile, params string[] arguments) =>
        StartAsync(dll, readyFile, environment: null, arguments);

    /// <summary>As the other, with variables of its own.</summary>
    public static async Task<(RunningProgram Program, string Ready)> StartAsync(
        string dll, string readyFile, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        File.Delete(readyFile);
        ProcessStartInfo start = Programs.Start(dll, [.. arguments, "--ready-file", readyFile, "--exit-with-stdin"]);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var program = new RunningProgram(Process.Start(start)!);
        try
        {
            await Wait.UntilAsync(
                () => Task.FromResult(File.Exists(readyFile) || program._process.HasExited), TimeSpan.FromSeconds(60), () => program.Log);
            return program._process.HasExited
                ? throw new InvalidOperationException($"{Path.GetFileName(dll)} ended with {program._process.ExitCode}.\n{program.Log}")
                : (program, await File.ReadAllTextAsync(readyFile));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            {
                // Waited for as well: its folder is deleted next.
                Kill();
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}

/// <summary>Waits for conditions, with a limit.</summary>
public static class Wait
{
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> otherwise)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                throw new TimeoutException($"Not within {limit}: {otherwise()}");
            }

            await Task.Delay(20);
        }
    }
}
