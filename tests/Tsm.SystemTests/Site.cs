using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tsm.SystemTests;

/// <summary>A card of a site: what the server is told of it and what the simulator is told of it may differ.</summary>
internal sealed record SiteCard(string Iccid, string Msisdn, string Model, string Profile, string Kic, string Kid, string Dek)
{
    public string? CardKid { get; init; }

    public ulong CardCounter { get; init; }

    public int? Memory { get; init; }

    /// <summary>The algorithm of its keys, as the simulator calls it.</summary>
    public string Algorithm => Profile.StartsWith("3des", StringComparison.Ordinal) ? "tripleDes" : "aes";

    public static SiteCard New(int number, string model, string profile)
    {
        int keyLength = profile switch { "aes256" => 32, "3des3" => 24, _ => 16 };
        string body = $"89999200{number.ToString("D10", CultureInfo.InvariantCulture)}";
        return new(
            body + Tsm.Card.Identifiers.Iccid.CheckDigit(body),
            $"49172{number.ToString("D7", CultureInfo.InvariantCulture)}",
            model,
            profile,
            Convert.ToHexString(RandomNumberGenerator.GetBytes(keyLength)),
            Convert.ToHexString(RandomNumberGenerator.GetBytes(keyLength)),
            Convert.ToHexString(RandomNumberGenerator.GetBytes(keyLength)));
    }
}

/// <summary>
/// Server nodes and a simulated network in a folder of their own; a node can be killed and started again. Without a word there is one
/// node, on SQLite.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private const string Password = "secret";

    private readonly string _folder = Directory.CreateTempSubdirectory("tsm-story-").FullName;
    private readonly HttpClient _control = new();
    private RunningProgram? _simulator;

    private Site()
    {
    }

    public IReadOnlyList<SiteNode> Nodes { get; private set; } = [];

    public string Url => Nodes[0].Url;

    public string Token => Nodes[0].Token;

    public string Folder => _folder;

    public string ServerLog => Nodes[0].Log;

    public static Task<Site> StartAsync(IReadOnlyList<SiteCard> cards, params string[] simulatorOptions) =>
        StartAsync(cards, new SiteOptions(), simulatorOptions);

    public static async Task<Site> StartAsync(IReadOnlyList<SiteCard> cards, SiteOptions options, params string[] simulatorOptions)
    {
        var site = new Site();
        var file = new JsonObject { ["cards"] = new JsonArray([.. cards.Select(Simulated)]) };
        string cardsFile = Path.Combine(site._folder, "cards.json");
        await File.WriteAllTextAsync(cardsFile, file.ToJsonString());
        (site._simulator, string ready) = await RunningProgram.StartAsync(
            Programs.Simulator,
            Path.Combine(site._folder, "simulator.ready"),
            ["--port", "0", "--control-port", "0", "--cards", cardsFile, "--system-id", "story", "--password", Password, .. simulatorOptions]);
        JsonNode found = JsonNode.Parse(ready)!;
        site._control.BaseAddress = new(((string)found["controlUrl"]!).TrimEnd('/') + "/");
        string smsc = $"name=story;host=127.0.0.1;port={(int)found["smppPort"]!};systemId=story;password={Password};source=99900;{options.Smsc}";
        site.Nodes =
        [
            .. Enumerable.Range(1, options.Nodes).Select(n => new SiteNode(
                Path.Combine(site._folder, options.Nodes == 1 ? "data" : $"data-{n}"), smsc, options.Environment)),
        ];
        try
        {
            foreach (SiteNode node in site.Nodes)
            {
                await node.StartAsync();
            }

            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public Task StartServerAsync() => Nodes[0].StartAsync();

    /// <summary><c>kill -9</c> of the server.</summary>
    public void KillServer() => Nodes[0].Kill();

    public Task<JsonNode> GetAsync(string path) => Nodes[0].GetAsync(path);

    public Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? idempotencyKey = null) =>
        Nodes[0].SendAsync(method, path, content, idempotencyKey);

    public async Task ImportAsync(IEnumerable<SiteCard> cards)
    {
        string csv = "iccid,msisdn,model,kvn,kic,kid,dek\n" + string.Concat(cards.Select(c => $"{c.Iccid},{c.Msisdn},{c.Model},1,{c.Kic},{c.Kid},{c.Dek}\n"));
        (int status, JsonNode? body) = await SendAsync(HttpMethod.Post, "/api/v1/cards/import", new StringContent(csv, Encoding.UTF8, "text/csv"));
        Assert.True(status == 200, $"{status}: {body}");
    }

    public async Task<string> UploadAsync(byte[] cap, string name)
    {
        var content = new ByteArrayContent(cap);
        content.Headers.ContentType = new("application/octet-stream");
        (int status, JsonNode? body) = await SendAsync(HttpMethod.Post, $"/api/v1/applications?name={name}", content);
        Assert.True(status is 200 or 201, $"{status}: {body}");
        return (string)body!["id"]!;
    }

    /// <summary>Asks for a job on each card; the ids come in the order of the cards.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(string operation, string? application, params IEnumerable<string> cards)
    {
        var body = new { operation, application, cards = cards.ToArray() };
        (int status, JsonNode? answer) = await SendAsync(HttpMethod.Post, "/api/v1/jobs", JsonContent.Create(body), Guid.NewGuid().ToString());
        Assert.True(status == 202, $"{status}: {answer}");
        return [.. answer!["jobs"]!.AsArray().Select(j => (string)j!["id"]!)];
    }

    /// <summary>Waits until a job has ended.</summary>
    public async Task<JsonNode> EndAsync(string job, TimeSpan limit)
    {
        JsonNode? row = null;
        await Wait.UntilAsync(
            async () => (row = await GetAsync($"/api/v1/jobs/{job}"))["endedAt"] is not null, limit, () => $"{row}\n{ServerLog}");
        return row!;
    }

    /// <summary>Waits until the audit trail is sealed to its end and returns what its verification has found.</summary>
    public async Task<JsonNode> SealedAsync()
    {
        JsonNode? found = null;
        await Wait.UntilAsync(
            async () =>
            {
                found = await GetAsync("/api/v1/audit-trail/verify");
                return (long)found["unsealed"]!["count"]! == 0;
            },
            TimeSpan.FromSeconds(30),
            () => ServerLog);
        return found!;
    }

    public async Task<JsonNode> AccountAsync() => (await _control.GetFromJsonAsync<JsonNode>("account"))!;

    public async Task<JsonNode> CardAsync(string iccid) => (await _control.GetFromJsonAsync<JsonNode>($"cards/{iccid}"))!;

    public async Task ControlAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await _control.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiteNode node in Nodes)
        {
            node.Dispose();
        }

        _simulator?.Dispose();
        _control.Dispose();
        Directory.Delete(_folder, recursive: true);
        await Task.CompletedTask;
    }

    private static JsonNode Simulated(SiteCard card)
    {
        var node = new JsonObject
        {
            ["iccid"] = card.Iccid,
            ["msisdn"] = card.Msisdn,
            ["profile"] = card.Profile,
            ["counter"] = card.CardCounter,
            ["keySets"] = new JsonArray(new JsonObject
            {
                ["version"] = 1,
                ["algorithm"] = card.Algorithm,
                ["kic"] = card.Kic,
                ["kid"] = card.CardKid ?? card.Kid,
                ["dek"] = card.Dek,
            }),
        };
        if (card.Memory is { } memory)
        {
            node["memory"] = memory;
        }

        return node;
    }
}
