using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Xunit.Abstractions;

namespace Tsm.SystemTests;

/// <summary>The main job on the Orleans host. The server must have been built with it: <c>TSM_ORLEANS=1 tests/run.sh</c>.</summary>
public sealed class OrleansStory(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 4;
    private const string Password = "secret";

    private readonly PrivatePostgres _postgres = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-story-").FullName;

    public void Dispose()
    {
        _postgres.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [OrleansFact]
    public async Task A_server_that_cannot_live_where_it_is_told_to_says_why_and_what_to_do()
    {
        Dictionary<string, string> environment = Setting();
        string database = environment["TSM_DATABASE"];
        Dictionary<string, string> without = new() { ["TSM_VAULT_KEY"] = environment["TSM_VAULT_KEY"] };
        string smsc = $"name=story;host=127.0.0.1;port={OrleansNode.FreePort()};systemId=story;password={Password};source=99900";

        await RefusedAsync(2, "the database is SQLite", without, "--host", "orleans");
        await RefusedAsync(3, "PostgreSQL-Main.sql", new(without) { ["TSM_DATABASE"] = database }, "--host", "orleans");
        using (var node = new OrleansNode(Path.Combine(_folder, "once"), smsc, environment))
        {
            await node.StartAsync();
        }

        await RefusedAsync(3, "--host orleans", new(without) { ["TSM_DATABASE"] = database }, "--host", "embedded");
    }

    [OrleansFact]
    public async Task Kills_of_one_of_two_silos_in_the_middle_of_loads_lose_nothing_and_repeat_no_command()
    {
        SiteCard[] cards = [SiteCard.New(1, "uicc-aes", "aes"), SiteCard.New(2, "uicc-3des", "3des"), SiteCard.New(3, "uicc-small", "small")];
        string cardsFile = Path.Combine(_folder, "cards.json");
        await File.WriteAllTextAsync(cardsFile, new JsonObject { ["cards"] = new JsonArray([.. cards.Select(Simulated)]) }.ToJsonString());
        (RunningProgram simulator, string ready) = await RunningProgram.StartAsync(
            Programs.Simulator, Path.Combine(_folder, "simulator.ready"),
            "--port", "0", "--control-port", "0", "--cards", cardsFile, "--system-id", "story", "--password", Password, "--delay", "300");
        using RunningProgram running = simulator;
        JsonNode ports = JsonNode.Parse(ready)!;
        string smsc = $"name=story;host=127.0.0.1;port={ports["smppPort"]};systemId=story;password={Password};source=99900;answerTimeout=1s;maxSends=20";
        Dictionary<string, string> environment = Setting();
        using var a = new OrleansNode(Path.Combine(_folder, "a"), smsc, environment);
        using var b = new OrleansNode(Path.Combine(_folder, "b"), smsc, environment);
        OrleansNode[] nodes = [a, b];
        await a.StartAsync();
        await b.StartAsync();
        string application = await ImportAsync(a, cards);

        // A load for each kill: while one silo starts again, which takes what the machine takes, the other goes on.
        for (int kill = 0; kill < Kills; kill++)
        {
            OrleansNode victim = nodes[kill % 2], other = nodes[(kill + 1) % 2];
            IReadOnlyList<string> jobs = await AskAsync(other, "install", application, cards);
            int wanted = 1 + kill;
            JsonArray rows = [];
            await Wait.UntilAsync(
                async () =>
                {
                    rows = (await other.GetAsync($"/api/v1/jobs?ids={string.Join(',', jobs)}"))["items"]!.AsArray();
                    return rows.Sum(r => (int)r!["smsSent"]! + (int)r["proofs"]!) >= wanted || rows.All(r => r!["endedAt"] is not null);
                },
                TimeSpan.FromMinutes(1),
                () => $"{rows}\n{a.Log}\n{b.Log}");
            Assert.False(rows.All(r => r!["endedAt"] is not null), $"The load was over before kill {kill + 1}.");
            victim.Kill();
            await victim.StartAsync();
            await EndAsync(other, jobs, $"kill {kill + 1}");
            await EndAsync(victim, await AskAsync(victim, "terminate", application, cards), "and away");
        }

        using var control = new HttpClient { BaseAddress = new(((string)ports["controlUrl"]!).TrimEnd('/') + "/") };
        JsonNode account = (await control.GetFromJsonAsync<JsonNode>("account"))!;
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());
    }

    private async Task RefusedAsync(int exitCode, string sentence, Dictionary<string, string> environment, params string[] options)
    {
        ProcessStartInfo start = Programs.Start(
            Programs.Server, [.. options, "--silo-port", OrleansNode.FreePort(), "--urls", "http://127.0.0.1:0", "--data", Path.Combine(_folder, "refused")]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Task<string> said = process.StandardError.ReadToEndAsync(patience.Token);
        _ = process.StandardOutput.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Assert.Contains(sentence, await said, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.ExitCode);
    }

    /// <summary>About 9 KiB on each card: enough packets that the load is still going on after all kills.</summary>
    private static async Task<string> ImportAsync(OrleansNode node, IReadOnlyList<SiteCard> cards)
    {
        string csv = "iccid,msisdn,model,kvn,kic,kid,dek\n" + string.Concat(cards.Select(c => $"{c.Iccid},{c.Msisdn},{c.Model},1,{c.Kic},{c.Kid},{c.Dek}\n"));
        await node.PostAsync("/api/v1/cards/import", new StringContent(csv, Encoding.UTF8, "text/csv"));
        byte[] cap = new CapBuilder
        {
            PackageAid = Aid.Parse("F0546D5399"),
            Name = "org.tsm.big",
            Applets = [new(Aid.Parse("F0546D539901"), 9_000)],
        }.Build().ToArray();
        var content = new ByteArrayContent(cap);
        content.Headers.ContentType = new("application/octet-stream");
        return (string)(await node.PostAsync("/api/v1/applications?name=big", content))["id"]!;
    }

    private static async Task<IReadOnlyList<string>> AskAsync(OrleansNode node, string operation, string application, IReadOnlyList<SiteCard> cards)
    {
        JsonNode answer = await node.PostAsync(
            "/api/v1/jobs", JsonContent.Create(new { operation, application, cards = cards.Select(c => c.Iccid).ToArray() }));
        return [.. answer["jobs"]!.AsArray().Select(j => (string)j!["id"]!)];
    }

    private async Task EndAsync(OrleansNode node, IReadOnlyList<string> jobs, string what)
    {
        foreach (string job in jobs)
        {
            JsonNode? row = null;
            await Wait.UntilAsync(
                async () => (row = await node.GetAsync($"/api/v1/jobs/{job}"))["endedAt"] is not null, TimeSpan.FromMinutes(3), () => $"{row}\n{node.Log}");
            Assert.True((string?)row!["status"] == "done" && (string?)row["grade"] == "proven", row.ToString());
            output.WriteLine($"{what}, {row["card"]}, {row["operation"]}: {row["smsSent"]} SMS, {row["smsRepeated"]} of them repeated, {row["proofs"]} proofs");
        }
    }

    private Dictionary<string, string> Setting() => new()
    {
        ["TSM_DATABASE"] = _postgres.CreateDatabase(),
        ["TSM_VAULT_KEY"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)),
        ["TSM_ORLEANS__SCRIPTS"] = OrleansFactAttribute.Scripts!,
    };

    private static JsonNode Simulated(SiteCard card) => new JsonObject
    {
        ["iccid"] = card.Iccid,
        ["msisdn"] = card.Msisdn,
        ["profile"] = card.Profile,
        ["keySets"] = new JsonArray(new JsonObject
        {
            ["version"] = 1,
            ["algorithm"] = card.Algorithm,
            ["kic"] = card.Kic,
            ["kid"] = card.Kid,
        }),
    };
}

/// <summary>A story that needs a build with Orleans, its scripts and a PostgreSQL; skipped, and said so, otherwise.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OrleansFactAttribute : FactAttribute
{
    public OrleansFactAttribute() =>
        Skip = Environment.GetEnvironmentVariable("TSM_ORLEANS") is not { Length: > 0 } || !Directory.Exists(Scripts)
            ? "It needs a build with -p:EnableOrleans=true (TSM_ORLEANS=1) and Orleans' scripts for PostgreSQL (TSM_ORLEANS_SCRIPTS)."
            : PrivatePostgres.WhyNot;

    /// <summary>The folder of Orleans' scripts.</summary>
    public static string? Scripts { get; } = Environment.GetEnvironmentVariable("TSM_ORLEANS_SCRIPTS");
}
