using System.Globalization;
using System.Text.Json.Nodes;
using Tsm.Benchmarks.EndToEnd;
using Tsm.Benchmarks.Hosts;
using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks.Loads;

/// <summary><c>endtoend</c>: suspend and resume of an application, each proven by its card, over real SMPP between processes.</summary>
internal static class EndToEndLoad
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;

    /// <summary>Cards in the network: each has one packet under way, so there are enough for any window.</summary>
    private const int Active = 5_000;

    private const int UnderWay = 4_000;
    private const double WantedJobs = 1_000;
    private const double MostMemory = 1024;
    private const double MostDearer = 0.2;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        bench.Note(await bench.Limits.SmppAsync(bench.Options.Window));
        foreach (string host in bench.Options.Hosts)
        {
            double few = await RunAsync(bench, host, bench.Options.Cards ?? Few, cancellationToken);
            if (bench.Options.Cards is null && host == "postgres")
            {
                double many = await RunAsync(bench, host, Many, cancellationToken);
                bench.Add(new("endtoend", $"cost of a job with {Many.ToString("#,0", CultureInfo.InvariantCulture)} cards over that with {Few.ToString("#,0", CultureInfo.InvariantCulture)}", host, Many, 100 * few / many, "%", "")
                {
                    Wanted = 100 * (1 + MostDearer),
                });
            }
        }
    }

    private static async Task<double> RunAsync(Bench bench, string host, int cards, CancellationToken cancellationToken)
    {
        await using IHostKind kind = await bench.OpenAsync(host);
        int active = Math.Min(Active, cards);
        int[] numbers = [.. Enumerable.Range(0, active).Select(i => i * (cards / active))];
        bench.Say($"{host}: importing {cards} cards, {active} of them in the network");
        await using Site site = await Site.StartAsync(kind, cards, numbers, bench.Options.Window, cancellationToken);
        double idle = site.Server.MemoryNow;
        int underWay = Math.Min(UnderWay, active);
        var stream = new JobStream(site, [.. numbers.Select(LoadCards.IccidOf)], underWay);
        bench.Say($"{host}: installing an applet on {active} cards");
        await stream.InstallAsync(cancellationToken);
        kind.Settle();

        double best = 0;
        for (int run = 0; run < bench.Options.Runs; run++)
        {
            best = Math.Max(best, await MeasureAsync(bench, host, stream, () => Times(kind, site), cancellationToken));
        }

        bench.Add(new("endtoend", "proven one-SMS jobs, from the request to the proof", host, cards, best, Figure.PerSecond, $"{underWay} under way, window {bench.Options.Window}")
        {
            Limit = await bench.Limits.SmppAsync(bench.Options.Window),
            Wanted = host == "postgres" ? WantedJobs : null,
        });
        bench.Add(new("endtoend", "memory of the server after the import", host, cards, idle, "MiB", "idle cards"));
        bench.Add(new("endtoend", "most memory of the server", host, cards, site.Server.PeakMemory, "MiB", "") { Wanted = MostMemory });
        await AuditAsync(bench, host, site, cancellationToken);
        return best;
    }

    /// <returns>Jobs that ended proven per second between the end of the warm-up and the last request.</returns>
    private static async Task<double> MeasureAsync(
        Bench bench, string host, JobStream stream, Func<(string Process, double Seconds)[]> times, CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        Task<long> asking = stream.RunAsync(stop.Token, cancellationToken);
        await Task.WhenAny(asking, Task.Delay(WarmUp, cancellationToken));
        (string Process, double Seconds)[] before = times();
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        await Task.WhenAny(asking, Task.Delay(bench.Options.Span, cancellationToken));
        DateTimeOffset to = TimeProvider.System.GetUtcNow();
        (string Process, double Seconds)[] after = times();
        await stop.CancelAsync();
        long asked = await asking;
        await stream.EndAsync(cancellationToken);

        IReadOnlyList<EndToEnd.EndedJob> jobs = await stream.ReadAsync(asked, cancellationToken);
        int unproven = jobs.Count(j => !j.IsProven), longer = jobs.Count(j => j.SmsSent != 1);
        if (unproven > 0 || jobs.Count != asked)
        {
            bench.Report.AddFinding($"{host}: of {asked} jobs {jobs.Count} were found and {unproven} did not end proven.");
        }

        if (longer > 0)
        {
            bench.Report.AddFinding($"{host}: {longer} of {asked} jobs took more than one SMS.");
        }

        int proven = jobs.Count(j => j.IsProven && j.EndedAt >= from && j.EndedAt < to);
        bench.Say($"{host}: {TableForm.Number(proven / (to - from).TotalSeconds)} jobs/s; processor time of a job: "
            + string.Join(", ", before.Zip(after, (b, a) => $"{b.Process} {TableForm.Number(1e6 * (a.Seconds - b.Seconds) / proven)} µs")));
        return proven / (to - from).TotalSeconds;
    }

    /// <summary>Processor time so far of each process that takes part.</summary>
    private static (string Process, double Seconds)[] Times(IHostKind kind, Site site) =>
    [
        ("server", site.Server.Time), ("database", kind.DatabaseTime), ("simulator", site.SimulatorTime),
        ("load program", ProcessorTime.Of(Environment.ProcessId)),
    ];

    /// <summary>What the cards themselves say: nothing may have been executed twice, and no counter used for two packets.</summary>
    private static async Task AuditAsync(Bench bench, string host, Site site, CancellationToken cancellationToken)
    {
        JsonNode account = await site.AccountAsync(cancellationToken);
        foreach (string finding in new[] { "counterReused", "executedTwice", "repeatedAfterSuccess" })
        {
            if (account[finding]!.AsArray() is { Count: > 0 } found)
            {
                bench.Report.AddFinding($"{host}: the simulator found {found.Count} times {finding}.");
            }
        }
    }
}
