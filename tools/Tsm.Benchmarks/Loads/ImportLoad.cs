using System.Diagnostics;
using System.Text;
using Tsm.Benchmarks.EndToEnd;
using Tsm.Benchmarks.Hosts;
using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks.Loads;

/// <summary><c>import</c>: a file of cards through the API of a server, and the same through the store alone.</summary>
internal static class ImportLoad
{
    private const int Usual = 1_000_000;
    private const double MostSeconds = 180;
    private const double MostMemory = 1024;

    public static async Task RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        int cards = bench.Options.Cards ?? Usual;
        string folder = Directory.CreateTempSubdirectory("tsm-import-").FullName;
        try
        {
            string file = Path.Combine(folder, "cards.csv");
            bench.Say($"writing a file of {cards} cards");
            await WriteAsync(file, cards, cancellationToken);
            foreach (string host in bench.Options.Hosts.Where(h => h != "orleans")) // Silos import as PostgreSQL does.
            {
                await StoreAsync(bench, host, cards, cancellationToken);
                await ServerAsync(bench, host, cards, file, folder, cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task StoreAsync(Bench bench, string host, int cards, CancellationToken cancellationToken)
    {
        await using IHostKind kind = await bench.OpenAsync(host);
        await using ILoadNode node = kind.StartNode(new LoadMachine());
        var watch = Stopwatch.StartNew();
        await LoadCards.WriteAsync(node, cards, cancellationToken);
        bench.Add(new("import", "cards into the store, keys wrapped", host, cards, cards / watch.Elapsed.TotalSeconds, Figure.PerSecond, "10,000 a transaction"));
    }

    private static async Task ServerAsync(
        Bench bench, string host, int cards, string file, string folder, CancellationToken cancellationToken)
    {
        await using IHostKind kind = await bench.OpenAsync(host);
        using (ServerProcess server = await ServerProcess.StartAsync(kind, folder, smsc: null))
        {
            var watch = Stopwatch.StartNew();
            await using FileStream body = File.OpenRead(file);
            int taken = await server.ImportAsync(new StreamContent(body), cancellationToken);
            TimeSpan elapsed = watch.Elapsed;
            if (taken != cards)
            {
                bench.Report.AddFinding($"{host}: of {cards} cards {taken} were imported.");
            }

            string offered = $"one file of {new FileInfo(file).Length / 1_000_000} MB in one request";
            bench.Add(new("import", "import through the API", host, cards, elapsed.TotalSeconds, "s", offered) { Wanted = MostSeconds });
            bench.Add(new("import", "most memory of the server during it", host, cards, server.PeakMemory, "MiB", offered) { Wanted = MostMemory });
        }

        using ServerProcess idle = await ServerProcess.StartAsync(kind, folder, smsc: null);
        await idle.GetAsync("/api/v1/cards?limit=1000", cancellationToken);
        bench.Add(new("import", "most memory of a server that starts with these cards and lists 1,000", host, cards, idle.PeakMemory, "MiB", "idle cards"));
    }

    private static async Task WriteAsync(string file, int cards, CancellationToken cancellationToken)
    {
        await using var lines = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await lines.WriteAsync(SiteCard.CsvHeader);
        for (int i = 0; i < cards; i++)
        {
            await lines.WriteAsync(SiteCard.New(i).ToCsv().AsMemory(), cancellationToken);
        }
    }
}
