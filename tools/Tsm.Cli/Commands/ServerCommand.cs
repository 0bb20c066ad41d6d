using System.Diagnostics;
using Tsm.Cli.Api;
using Tsm.Cli.Hosting;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm server</c>: a server in the foreground.</summary>
internal static class ServerCommand
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public static Verb Build(Terminal terminal)
    {
        Verb verb = new Verb("server", "Start a server in the foreground; options not listed here are passed on to it",
            "tsm server --smsc \"name=main;host=127.0.0.1;port=2775;systemId=tsm;password=secret;source=12345\"",
            "tsm server --data /var/lib/tsm --urls http://0.0.0.0:8080")
            .Takes(CommonOptions.Data)
            .Does(terminal, RunAsync);
        verb.TreatUnmatchedTokensAsErrors = false;
        return verb;
    }

    private static async Task<int> RunAsync(Invocation run)
    {
        HostedProgram program = HostedProgram.Server(run.Terminal.Environment);
        string data = run.Get(CommonOptions.Data) ?? run.Terminal.Environment("TSM_DATA") ?? Connection.DefaultDataFolder;
        string? readyFile = run.Rest.Any(a => a.Split('=')[0] is "--ready-file") ? null : Path.Combine(data, Connection.ReadyFile);
        string[] own = readyFile is null ? [] : ["--ready-file", Path.GetFullPath(readyFile)];
        CreateFolder(data);
        var start = new ProcessStartInfo(
            program.File, [.. program.Arguments, .. run.Rest, "--data", Path.GetFullPath(data), .. own, "--exit-with-stdin"])
        {
            UseShellExecute = false,

            // Its end: when we close this, or when we are gone.
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(run.Cancellation);
            return process.ExitCode is ExitCode.Done or ExitCode.Usage ? process.ExitCode : ExitCode.Refused;
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            throw;
        }
        finally
        {
            if (readyFile is not null)
            {
                File.Delete(readyFile);
            }
        }
    }

    /// <summary>A new data folder is for its owner only: the vault's key will lie in it.</summary>
    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static async Task StopAsync(Process process)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
