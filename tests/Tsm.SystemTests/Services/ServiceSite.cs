using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.SystemTests.Services;

/// <summary>A site with the other parties as processes of their own: the canteen's application server, its provider, and a phone.</summary>
internal sealed class ServiceSite : IAsyncDisposable
{
    /// <summary>The provider.</summary>
    public const string Provider = "lunch";

    /// <summary>Its service: code 01 of the private table.</summary>
    public const string Service = "canteen";

    public static readonly Aid Package = Aid.Parse("F0546D5301");
    public static readonly Aid Applet = Aid.Parse("F0546D53010101");

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly List<RunningProgram> _programs = [];
    private readonly HttpClient _canteen = new();
    private readonly HttpClient _phone = new();
    private readonly List<HttpClient> _callers = [];

    private ServiceSite(Site site, SiteCard card)
    {
        Site = site;
        Card = card;
    }

    public Site Site { get; }

    public SiteCard Card { get; }

    /// <summary>The tokens, for who is who in a test.</summary>
    public string ProviderToken { get; private set; } = "";

    public string CareToken { get; private set; } = "";

    private string EventLog => Path.Combine(Site.Folder, "provider.events");

    /// <summary>Starts all of them: a card, a contract of the mode, a service with its data, approved.</summary>
    public static async Task<ServiceSite> StartAsync(SiteCard card, string mode)
    {
        Site site = await Site.StartAsync([card], new SiteOptions { Smsc = "answerTimeout=1s;maxSends=20" });
        var made = new ServiceSite(site, card);
        try
        {
            await made.PrepareAsync(mode);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks as the operator and expects to be taken.</summary>
    public async Task<JsonNode> PostAsync(string path, object body, int expected = 201)
    {
        (int status, JsonNode? answer) = await Site.SendAsync(HttpMethod.Post, $"/api/v1/{path}", JsonContent.Create(body));
        Assert.True(status == expected, $"{path}: {status}: {answer}");
        return answer!;
    }

    /// <summary>Asks as somebody with a token; status and body, whatever they are.</summary>
    public async Task<(int Status, JsonNode? Body)> AsAsync(string token, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{Site.Url}/api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _canteen.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    /// <summary>The user presses a key of the phone; the request as it ended.</summary>
    public async Task<JsonNode> PressAsync(string operation)
    {
        using HttpResponseMessage response = await _phone.PostAsync($"press/{operation}/01", null);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<JsonNode> ScreenAsync() => (await _phone.GetFromJsonAsync<JsonNode>("screen"))!;

    /// <summary>A request of the operator or of a token's holder, followed to its end.</summary>
    public async Task<JsonNode> RequestAsync(string operation, string? token = null)
    {
        var body = new { service = Service, operation, msisdn = Card.Msisdn };
        (int status, JsonNode? answer) = token is null
            ? await Site.SendAsync(HttpMethod.Post, "/api/v1/requests", JsonContent.Create(body))
            : await AsAsync(token, HttpMethod.Post, "requests", body);
        Assert.True(status == 202, $"{status}: {answer}");
        return await EndAsync((string)answer!["id"]!);
    }

    /// <summary>A request at its end.</summary>
    public async Task<JsonNode> EndAsync(string id)
    {
        JsonNode? request = null;
        await Wait.UntilAsync(
            async () => (request = await Site.GetAsync($"/api/v1/requests/{id}"))["endedAt"] is not null, Limit, () => $"{request}\n{Site.ServerLog}");
        return request!;
    }

    /// <summary>A meal, paid with the card.</summary>
    public async Task<JsonNode> EatAsync(int amount, string? kind = null)
    {
        using HttpResponseMessage response = await _canteen.PostAsJsonAsync(
            $"{CanteenUrl}/use", new { service = Service, iccid = Card.Iccid, amount, kind });
        JsonNode eaten = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True((bool)eaten["told"]!, eaten.ToString());
        return eaten;
    }

    /// <summary>The service on the card by the books.</summary>
    public async Task<string> StateAsync()
    {
        JsonNode card = await Site.GetAsync($"/api/v1/cards/{Card.Iccid}");
        return (string?)card["contents"]!.AsArray().FirstOrDefault(c => (string?)c!["aid"] == Applet.ToString())?["confirmed"] ?? "";
    }

    /// <summary>What the provider was told, in the order in which it came.</summary>
    public string[] Told() => File.Exists(EventLog)
        ? [.. File.ReadAllLines(EventLog).Select(l => (string)JsonNode.Parse(l)!["kind"]!)]
        : [];

    /// <summary>Waits until the provider was told something.</summary>
    public Task ToldAsync(string kind, int times = 1) => Wait.UntilAsync(
        () => Task.FromResult(Told().Count(k => k == kind) >= times), Limit, () => $"{kind} was not told: {string.Join(", ", Told())}\n{Site.ServerLog}");

    /// <summary>Waits until the canteen says something of its allocations.</summary>
    public async Task<JsonArray> AllocationsAsync() => (await _canteen.GetFromJsonAsync<JsonNode>($"{CanteenUrl}/cards"))!.AsArray();

    /// <summary>The registry of the card, read back over the air, the books, and the card itself say the same.</summary>
    public async Task AgreeAsync()
    {
        string audit = (await Site.AskAsync("audit", null, Card.Iccid))[0];
        JsonNode row = await Site.EndAsync(audit, Limit);
        Assert.Equal(("done", "proven"), ((string?)row["status"], (string?)row["grade"]));
        JsonNode books = await Site.GetAsync($"/api/v1/cards/{Card.Iccid}");
        await Registries.AgreeAsync(books, await Site.CardAsync(Card.Iccid));
    }

    public async ValueTask DisposeAsync()
    {
        _programs.ForEach(p => p.Dispose());
        _callers.ForEach(c => c.Dispose());
        _canteen.Dispose();
        _phone.Dispose();
        await Site.DisposeAsync();
    }

    private string CanteenUrl { get; set; } = "";

    private async Task PrepareAsync(string mode)
    {
        await Site.ImportAsync([Card]);
        await PostAsync("providers", new { id = Provider, name = "Lunch and Co" });
        await PostAsync("contracts", new { id = "lunch-1", provider = Provider, mode, quota = 10 });
        ProviderToken = await TokenAsync("provider", Provider);
        CareToken = await TokenAsync("customerService", null);
        string serverToken = await TokenAsync("applicationServer", Service);
        string phoneToken = await TokenAsync("phone", Card.Msisdn);

        // The provider listens before anything happens.
        (RunningProgram provider, _) = await RunningProgram.StartAsync(
            Programs.Parties, Path.Combine(Site.Folder, "provider.ready"), "provider", "--tsm", Site.Url, "--token", ProviderToken, "--log", EventLog);
        _programs.Add(provider);
        string secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        (RunningProgram canteen, string canteenReady) = await RunningProgram.StartAsync(
            Programs.Canteen,
            Path.Combine(Site.Folder, "canteen.ready"),
            new Dictionary<string, string> { ["CANTEEN_SECRET"] = secret, ["CANTEEN_TOKEN"] = serverToken },
            "--url", "http://127.0.0.1:0", "--tsm", Site.Url);
        _programs.Add(canteen);
        CanteenUrl = ((string)JsonNode.Parse(canteenReady)!["url"]!).TrimEnd('/');
        (RunningProgram phone, string phoneReady) = await RunningProgram.StartAsync(
            Programs.Parties, Path.Combine(Site.Folder, "phone.ready"), "phone", "--tsm", Site.Url, "--token", phoneToken);
        _programs.Add(phone);
        _phone.BaseAddress = new(((string)JsonNode.Parse(phoneReady)!["url"]!).TrimEnd('/') + "/");
        _phone.Timeout = Limit + TimeSpan.FromSeconds(10);

        await PostAsync("application-servers", new { name = Service, url = CanteenUrl, services = new[] { Service }, secret });
        string application = await UploadAsync(CapBuilder.SampleApplet().ToArray());
        (int made, JsonNode? offered) = await AsAsync(
            ProviderToken, HttpMethod.Post, "services", new { id = Service, provider = Provider, name = "Canteen card", code = "01", applicationServer = Service });
        Assert.True(made == 201, $"{made}: {offered}");
        await OfferAsync("1.0", application);
    }

    /// <summary>The provider offers a version with data, and the carrier approves it.</summary>
    public async Task OfferAsync(string version, string application, string upgrade = "replace")
    {
        (int made, JsonNode? offered) = await AsAsync(ProviderToken, HttpMethod.Post, $"services/{Service}/versions", new
        {
            version,
            application,
            upgrade,
            personalisation = new[] { new { id = "0101", content = "{key}" }, new { id = "0102", content = "{serial}" } },
        });
        Assert.True(made == 201, $"{made}: {offered}");
        await PostAsync($"services/{Service}/versions/{version}/approve", new { }, expected: 200);
    }

    /// <summary>The provider brings its own load file.</summary>
    public async Task<string> UploadAsync(byte[] cap)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Site.Url}/api/v1/applications?name=canteen") { Content = new ByteArrayContent(cap) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ProviderToken);
        request.Content.Headers.ContentType = new("application/octet-stream");
        using HttpResponseMessage response = await _canteen.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    private async Task<string> TokenAsync(string role, string? scope) =>
        (string)(await PostAsync("tokens", new { role, scope, name = $"{role} of the story" }))["token"]!;
}
