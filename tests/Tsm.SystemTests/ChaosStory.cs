using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Xunit.Abstractions;

namespace Tsm.SystemTests;

/// <summary>
/// Everything goes wrong at once: an SMSC with every fault there is, nodes that are killed, a database that stops and crashes, callers
/// that lose their answers. At the end cards, books and callers agree.
/// </summary>
/// <remarks>60 cards; <c>TSM_CHAOS=2000</c> for as many as one likes. <c>TSM_CHAOS_SEED</c> repeats the order of kills.</remarks>
public sealed class ChaosStory(ITestOutputHelper output)
{
    private const int ShortForm = 60;

    private static readonly string[] Faults =
    [
        "--loss", "0.02", "--repeat", "0.03", "--reorder", "0.05", "--delay", "30",
        "--throttle", "0.012", "--queue-full", "0.012", "--temporary-error", "0.012",
        "--disconnect-before", "0.006", "--disconnect-after", "0.006",
        "--response-lost", "0.001", "--response-late", "0.005", "--response-delay", "1500",
        "--malformed", "0.012", "--damaged", "0.05",
    ];

    [PostgresFact]
    public async Task Whatever_fails_every_install_ends_proven_once_and_the_books_are_what_is_on_the_cards()
    {
        int count = Setting("TSM_CHAOS") ?? ShortForm;
        int seed = Setting("TSM_CHAOS_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000);
        using var postgres = new PrivatePostgres();
        (string Model, string Profile)[] kinds =
        [
            ("uicc-aes", "aes"), ("uicc-3des", "3des"), ("uicc-small", "small"),
            ("uicc-aes256", "aes256"), ("uicc-3des3", "3des3"), ("uicc-aes-expanded", "aes-expanded"),
        ];
        SiteCard[] cards = [.. Enumerable.Range(1, count).Select(i => SiteCard.New(i, kinds[i % kinds.Length].Model, kinds[i % kinds.Length].Profile))];
        await using Site site = await Site.StartAsync(
            cards,
            new SiteOptions
            {
                Nodes = 2,
                Smsc = "window=30;rate=300;answerTimeout=8s;maxSends=100",
                Environment = new Dictionary<string, string>
                {
                    ["TSM_DATABASE"] = postgres.CreateDatabase(),
                    ["TSM_VAULT_KEY"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)),
                },
            },
            [.. Faults, "--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        await site.ImportAsync(cards);
        string application = await site.UploadAsync(CapBuilder.SampleApplet().ToArray(), "hello");
        var run = new ChaosRun(site, postgres, cards, seed);
        var watch = Stopwatch.StartNew();
        try
        {
            await run.InstallAsync(application, TimeSpan.FromMinutes(4) + TimeSpan.FromSeconds(count));
            TimeSpan chaos = watch.Elapsed;
            JsonNode account = await site.AccountAsync();
            await site.ControlAsync(HttpMethod.Put, "faults", QuietFaults);
            await run.AuditAsync(TimeSpan.FromMinutes(3) + TimeSpan.FromSeconds(count / 2));
            Report(run, account, chaos, seed);

            await run.BooksEqualCardsAsync();

            JsonNode trail = await site.SealedAsync();
            output.WriteLine($"The audit trail: {trail["status"]}, {trail["entries"]} entries sealed.");
            Assert.Equal("intact", (string?)trail["status"]);
        }
        catch
        {
            Report(run, await site.AccountAsync(), watch.Elapsed, seed);
            foreach (SiteNode node in site.Nodes)
            {
                output.WriteLine(node.Log.Length > 200_000 ? node.Log[^200_000..] : node.Log);
            }

            throw;
        }

        JsonNode end = await site.AccountAsync();
        Assert.Empty(end["counterReused"]!.AsArray());
        Assert.Empty(end["executedTwice"]!.AsArray());

        // Nothing of the chaos was left out.
        Assert.InRange(run.Kills, ChaosRun.FewestKills - 1, int.MaxValue);
        Assert.Equal((1, 1), (run.Stops, run.Crashes));
        Assert.All(
            ["lost", "repeated", "reordered", "throttled", "queueFull", "temporaryErrors", "dropped", "malformed", "damaged"],
            fault => Assert.True((int)end[fault]! > 0, $"The simulator counted no {fault}."));
    }

    // Every fault of the list, at nothing.
    private static Dictionary<string, int> QuietFaults { get; } = Faults
        .Where(f => f.StartsWith("--", StringComparison.Ordinal))
        .ToDictionary(f => string.Concat(f[2..].Split('-').Select((w, i) => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..])), _ => 0);

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    private void Report(ChaosRun run, JsonNode account, TimeSpan chaos, int seed)
    {
        string Count(string name) => ((int)account[name]!).ToString("N0", CultureInfo.InvariantCulture);
        (string What, string Figure)[] rows =
        [
            ("installs asked and proven", $"{run.Done:N0}"),
            ("asked again because the answer was lost or a refusal", $"{run.AskedAgain:N0}"),
            ("kill -9 of a node", $"{run.Kills:N0}"),
            ("PostgreSQL stopped / crashed", $"{run.Stops} / {run.Crashes}"),
            ("SMS handed over by the jobs, of them repeated", $"{run.SmsSent:N0}, {run.SmsRepeated:N0}"),
            ("submit_sm at the SMSC", Count("submitted")),
            ("throttled / queue full / other temporary errors", $"{Count("throttled")} / {Count("queueFull")} / {Count("temporaryErrors")}"),
            ("connections dropped before or after the answer", Count("dropped")),
            ("answers never given / given late", $"{Count("responsesLost")} / {Count("responsesLate")}"),
            ("malformed PDUs", Count("malformed")),
            ("damaged copies of cards' messages", Count("damaged")),
            ("SMS lost / repeated / overtaken by the network", $"{Count("lost")} / {Count("repeated")} / {Count("reordered")}"),
            ("replays that cards refused", Count("replays")),
            ("counters reused, commands executed twice", $"{account["counterReused"]!.AsArray().Count}, {account["executedTwice"]!.AsArray().Count}"),
            ("duration of the chaos", $"{chaos.TotalSeconds:N0} s"),
            ("seed", $"{seed}"),
        ];
        output.WriteLine("| what | figure |");
        output.WriteLine("|---|---|");
        foreach ((string what, string figure) in rows)
        {
            output.WriteLine($"| {what} | {figure} |");
        }
    }
}

/// <summary>A fact that needs a PostgreSQL of its own; skipped, and said so, where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PrivatePostgres.WhyNot;
}
