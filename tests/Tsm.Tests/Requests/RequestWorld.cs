using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Tsm.Canteen;
using Tsm.Card.CapFiles;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>A server, two cards, the canteen with its provider, its contract and its service, all as in production, in this process.</summary>
internal sealed class RequestWorld : IAsyncDisposable
{
    public const string Iccid = "8949000000000000018";
    public const string Msisdn = "491700000001";
    public const string OtherIccid = "8949000000000000026";
    public const string OtherMsisdn = "491700000002";
    public const string ServiceAid = "F05453CA01";

    private WebApplication? _canteenApp;

    private RequestWorld(ServiceNetwork network, RunningServer server, CanteenServer canteen)
    {
        Network = network;
        Server = server;
        Canteen = canteen;
    }

    public ServiceNetwork Network { get; }

    public RunningServer Server { get; }

    public CanteenServer Canteen { get; }

    /// <summary>The token of the provider that offers the canteen card.</summary>
    public string Provider { get; private set; } = "";

    /// <summary>The token of the phone with the first card's number.</summary>
    public string Phone { get; private set; } = "";

    public static async Task<RequestWorld> StartAsync(string answerTimeout = "00:00:10", int maxSends = 3)
    {
        ServiceNetwork network = ServiceNetwork.Start((Iccid, Msisdn), (OtherIccid, OtherMsisdn));
        RunningServer server = await RunningServer.StartAsync(network.Configuration(answerTimeout, maxSends));
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        var canteen = new CanteenServer(new() { Url = "http://127.0.0.1:0", Secret = secret }, TimeProvider.System);
        var world = new RequestWorld(network, server, canteen);
        world._canteenApp = canteen.Build();
        await world._canteenApp.StartAsync();
        await world.PrepareAsync(world._canteenApp.Urls.Single(), secret);
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _canteenApp!.DisposeAsync();
        Canteen.Dispose();
        await Network.DisposeAsync();
    }

    /// <summary>Asks for an operation of the canteen card as its provider.</summary>
    public Task<(int Status, JsonElement Body)> AskAsync(
        string operation, string? msisdn = Msisdn, string service = "canteen", string? key = null, string? card = null, string? token = null) =>
        SendAsync(token ?? Provider, HttpMethod.Post, "/api/v1/requests", new { service, operation, msisdn, card }, key);

    /// <summary>Sends a request with a token and a key.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(string token, HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage response = await Server.Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Server.Answers.Enqueue(text);
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement.Clone());
    }

    /// <summary>Waits until a request has ended; one that does not is shown with the jobs that there were.</summary>
    public async Task<JsonElement> EndAsync(JsonElement taken) => (await ProviderWorld.UntilAsync(
        async () => ((await Server.GetAsync($"/api/v1/requests/{taken.Text("id")}")).Body, (await Server.GetAsync("/api/v1/jobs?limit=5")).Body),
        seen => seen.Item1.Text("status") is "done" or "refused" or "failed" or "cancelled")).Item1;

    /// <summary>Asks, and waits until it is done with proof.</summary>
    public async Task<JsonElement> DoAsync(string operation, string? msisdn = Msisdn)
    {
        (int status, JsonElement taken) = await AskAsync(operation, msisdn);
        Assert.True(status == 202, taken.ToString());
        JsonElement ended = await EndAsync(taken);
        Assert.True(ended.Text("status") == "done" && ended.Text("grade") == "proven", ended.ToString());
        return ended;
    }

    /// <summary>Asks as the provider, and expects a refusal.</summary>
    public async Task RefusedAsync(string operation, int status, string code)
    {
        (int answered, JsonElement problem) = await AskAsync(operation);
        Assert.Equal((status, code), (answered, problem.TryGetProperty("code", out JsonElement found) ? found.GetString() : problem.ToString()));
    }

    // What was made ready before the card came back may still be on its way to it.

    /// <summary>Where the canteen card stands on a card, as its phone sees it.</summary>
    public async Task<string> StateAsync()
    {
        (_, JsonElement services) = await SendAsync(Phone, HttpMethod.Get, "/api/v1/phone/services");
        return services.List("items").Single(s => s.Text("service") == "canteen").Text("state");
    }

    /// <summary>Waits until the canteen's allocations are in these states.</summary>
    public Task<string[]> AllocationsAsync(params string[] states) => ProviderWorld.UntilAsync(
        () => Task.FromResult(Canteen.Books.All.Select(a => a.State).ToArray()), seen => seen.SequenceEqual(states));

    private async Task PrepareAsync(string canteen, byte[] secret)
    {
        await GoodAsync(Server.ImportAsync(Network.Csv()));
        await GoodAsync(Server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello"));
        await Server.ProviderAsync("lunch");
        await Server.ProviderAsync("globex");
        await GoodAsync(Server.PostAsync("/api/v1/contracts", new { id = "lunch-1", provider = "lunch", mode = "simple" }));
        await GoodAsync(Server.PostAsync(
            "/api/v1/application-servers", new { name = "canteen", url = canteen, secret = Convert.ToHexString(secret), timeoutSeconds = 10 }));
        await GoodAsync(Server.PostAsync(
            "/api/v1/services",
            new { id = "canteen", provider = "lunch", name = "Canteen card", aid = ServiceAid, code = "01", applicationServer = "canteen" }));
        await GoodAsync(Server.PostAsync(
            "/api/v1/services/canteen/versions",
            new
            {
                version = "1.0",
                application = "hello",
                personalisation = new[] { new { id = "0101", content = "{key}" }, new { id = "0102", content = "{serial}0000" } },
            }));
        await GoodAsync(Server.PostAsync("/api/v1/services/canteen/versions/1.0/approve", new { }));
        Provider = (await Server.TokenAsync("provider", "lunch")).Token;
        Phone = (await Server.TokenAsync("phone", Msisdn)).Token;
    }

    private static async Task GoodAsync(Task<(int Status, JsonElement Body)> sent)
    {
        (int status, JsonElement body) = await sent;
        Assert.True(status is >= 200 and < 300, body.ToString());
    }
}
