using System.Reflection;
using Tsm.Cli.Api;

namespace Tsm.Cli.Hosting;

/// <summary>A program of ours that runs as a process of its own.</summary>
/// <param name="File">What to execute.</param>
/// <param name="Arguments">What comes before the program's own arguments.</param>
internal sealed record HostedProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>The server; TSM_SERVER_PATH names another one.</summary>
    public static HostedProgram Server(Func<string, string?> environment) => Find("Tsm.Server", "TSM_SERVER_PATH", environment);

    /// <summary>The simulator; TSM_SIMULATOR_PATH names another one.</summary>
    public static HostedProgram Simulator(Func<string, string?> environment) => Find("Tsm.Simulator", "TSM_SIMULATOR_PATH", environment);

    /// <summary>How to run a program that is a .dll or an executable.</summary>
    public static HostedProgram Of(string path)
    {
        if (!path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return new(path, []);
        }

        // We run on a runtime; whatever found it for us finds it for the program too.
        string? own = Environment.ProcessPath;
        string apphost = path[..^4] + (OperatingSystem.IsWindows() ? ".exe" : "");
        return Path.GetFileNameWithoutExtension(own) is "dotnet" ? new(own!, [path])
            : System.IO.File.Exists(apphost) ? new(apphost, [])
            : new("dotnet", [path]);
    }

    /// <summary>Looks where an environment variable says, then where the build put it, then beside this executable.</summary>
    /// <exception cref="ProblemException">It is nowhere.</exception>
    private static HostedProgram Find(string name, string variable, Func<string, string?> environment)
    {
        if (environment(variable) is { Length: > 0 } named)
        {
            return System.IO.File.Exists(named) ? Of(Path.GetFullPath(named)) : throw Missing(name, variable, [named]);
        }

        string here = AppContext.BaseDirectory;
        string[] places =
        [
            .. typeof(HostedProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Where(a => string.Equals(a.Key, name, StringComparison.Ordinal) && a.Value is not null).Select(a => Path.GetFullPath(Path.Combine(here, a.Value!))),
            .. new[] { here, Path.Combine(here, name), Path.Combine(here, "..", name) }
                .SelectMany(folder => new[] { Path.Combine(folder, name + ".dll"), Path.Combine(folder, name) })
                .Select(Path.GetFullPath),
        ];
        return Array.Find(places, System.IO.File.Exists) is { } found ? Of(found) : throw Missing(name, variable, places);
    }

    private static ProblemException Missing(string name, string variable, string[] places) => new(
        new()
        {
            Title = $"{name} is not there",
            Detail = $"The program {name} was not found.",
            Layer = "cli",
            Code = "PROGRAM_NOT_FOUND",
            Cause = "It was not built, or not published beside tsm.",
            Next = $"Build it with `dotnet build`, or name it with {variable}.",
            Evidence = [.. places.Select(p => "looked for " + p)],
        },
        ExitCode.Refused);
}
