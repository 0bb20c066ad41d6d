using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Demo;

namespace Tsm.Cli.Rendering;

/// <summary>The demo for people.</summary>
internal static class DemoText
{
    /// <summary>Pieces of evidence shown of one job: the first ones and the last.</summary>
    private const int ShownEvidence = 3;

    public static void Opening(IAnsiConsole console, DemoOptions options, IReadOnlyList<DemoCard> cards)
    {
        string[] faults =
        [
            .. new[] { ("lost", options.Loss), ("repeated", options.Repeat), ("reordered", options.Reorder) }
                .Where(f => f.Item2 > 0).Select(f => $"{f.Item2:P0} {f.Item1}"),
        ];
        string network = faults.Length == 0 ? "a network without faults" : $"a network with {string.Join(", ", faults)} (seed {options.Seed})";
        console.Write(new Text($"Tsm demo: {Print.Count(cards.Count, "simulated card")}, SMS over SMPP, {network}\n", new(decoration: Decoration.Bold)));
    }

    public static void Closing(IAnsiConsole console, DemoReport report)
    {
        foreach (DemoRegistry registry in report.Registries)
        {
            Print.Heading(console, $"On card {registry.Iccid} ({registry.Model}), read over the air");
            CardText.Contents(console, registry.Contents);
        }

        int hidden = report.Cards.Count - report.Registries.Count;
        if (hidden > 0 && report.Registries.Count > 0)
        {
            console.Write(new Text($"... and {Print.Count(hidden, "more card")}, each audited and compared\n", new(Color.Grey)));
        }

        Evidence(console, report);
        Totals(console, report);
    }

    public static void Staying(IAnsiConsole console, DemoSite site, DemoReport report, Func<string, string?> environment)
    {
        string card = report.Cards[0].Iccid;
        string app = report.Applications.LastOrDefault()?.Name ?? "hello";
        Print.Heading(console, "The demo stays. Go on in another shell:");
        string[] lines =
        [
            .. Alias(environment) is { } alias ? [alias] : Array.Empty<string>(),
            $"export TSM_URL={site.Server.Url}",
            $"export TSM_TOKEN={site.Server.Token}",
            "tsm card list",
            $"tsm card show {card}",
            $"tsm suspend --card {card} --app {app}",
            $"tsm audit --card {card}",
            "tsm job list",
            $"curl {site.Simulator.ControlUrl.TrimEnd('/')}/account",
        ];
        foreach (string line in lines)
        {
            console.Write(new Text($"  {line}\n"));
        }

        console.Write(new Text($"Logs: {site.Folder}. Ctrl-C stops server and simulator and removes everything.\n", new(Color.Grey)));
    }

    private static void Evidence(IAnsiConsole console, DemoReport report)
    {
        Job[] jobs = [.. report.Jobs.Where(j => j.Evidence.Count > 0)];
        if (jobs.Length == 0)
        {
            return;
        }

        Print.Heading(console, "Proofs, decoded");
        var table = new TextTable("card", "step", "kind", "grade", "what it says");
        foreach (Job job in jobs.OrderBy(j => j.Card, StringComparer.Ordinal).ThenBy(j => j.CreatedAt))
        {
            Evidence[] proofs = [.. job.Evidence.Where(e => e.Kind is "por" or "audit")];
            for (int i = 0; i < proofs.Length; i++)
            {
                if (proofs.Length > ShownEvidence + 1 && i >= ShownEvidence - 1 && i < proofs.Length - 1)
                {
                    table.Row(job.Card, job.Operation, "...", "", $"{proofs.Length - ShownEvidence} more of this kind");
                    i = proofs.Length - 2;
                }
                else
                {
                    table.Row(job.Card, job.Operation, JobText.Kind(proofs[i].Kind), proofs[i].Grade, proofs[i].Text);
                }
            }
        }

        table.Write(console);
    }

    private static void Totals(IAnsiConsole console, DemoReport report)
    {
        DemoTotals totals = report.Totals;
        Print.Heading(console, "Totals");
        console.Write(new Text(
            $"{Print.Count(totals.SmsSent)} SMS sent ({Print.Count(totals.SmsRepeated)} of them again), {Print.Count(totals.SmsReceived)} received, "
            + $"{Print.Count(totals.OctetsSent, "octet")}, {Print.Count(totals.Proofs, "proof")}, {Print.Duration(TimeSpan.FromSeconds(report.Seconds))}\n"));
        if (report.Account is { } account)
        {
            string network = string.Join(", ", new[] { ("smsIn", "SMS in"), ("smsOut", "SMS out"), ("lost", "lost"), ("repeated", "repeated"),
                ("reordered", "reordered"), ("replays", "replays refused"), ("badCc", "bad checksums") }
                .Select(n => $"{Print.Count(DemoAccount.Number(account, n.Item1))} {n.Item2}"));
            console.Write(new Text($"The simulator counted {network}.\n"));
            if (!DemoAccount.Problems(account).Any())
            {
                Print.Tick(console, "no counter was used twice, and no command was executed twice");
            }
        }

        if (report.Ok)
        {
            Print.Tick(console, "every step was proven on every card");
        }
        else
        {
            Print.Cross(console, "not every step was proven on every card; see above");
        }
    }

    /// <summary>How to call us, when the shell does not find us.</summary>
    private static string? Alias(Func<string, string?> environment)
    {
        bool found = (environment("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "tsm")));
        if (found || Environment.ProcessPath is not { } own)
        {
            return null;
        }

        string dll = Path.Combine(AppContext.BaseDirectory, "tsm.dll");
        return Path.GetFileNameWithoutExtension(own) is "dotnet" ? $"alias tsm='{own} {dll}'" : $"alias tsm='{own}'";
    }
}
