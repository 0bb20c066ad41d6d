using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Caps;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm cap</c>: CAP files, without a server.</summary>
internal static class CapCommand
{
    private static readonly Argument<string> File = new("file") { Description = "CAP file" };

    public static Verb Build(Terminal terminal) => new Verb("cap", "CAP files: look into one, without a server").With(
        new Verb("info", "Check a CAP file and show packages, sizes and what it costs to load", "tsm cap info hello.cap")
            .Takes(File, CommonOptions.Json).Does(terminal, InfoAsync));

    private static async Task<int> InfoAsync(Invocation run)
    {
        string path = run.Get(File);
        CapReport report = CapReading.Read(await run.ReadFileAsync(path), path);
        if (run.Json)
        {
            run.Terminal.WriteJson(TsmJson.Text(report, TsmJson.Default.CapReport));
        }
        else
        {
            CapText.Show(run.Terminal.Screen, report);
        }

        return ExitCode.Done;
    }
}
