using System.Text.Json;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>Two servers on one PostgreSQL, both bound to one SMSC that delivers to either in turn.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class TwoServersTests(PrivatePostgres postgres) : IAsyncLifetime
{
    private const string Iccid = "8949000000000000018";
    private const string Msisdn = "491700000001";
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    private readonly string _vaultKey = Path.GetTempFileName();
    private string? _database;
    private CardNetwork? _network;
    private RunningServer[] _servers = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (RunningServer server in _servers)
        {
            await server.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }

        if (_database is not null)
        {
            postgres.DropDatabase(_database);
        }

        File.Delete(_vaultKey);
    }

    [ContractFact]
    public async Task The_segments_of_an_answer_that_reach_different_nodes_are_put_together()
    {
        CardNetwork network = await StartAsync();
        string[] applications = [.. Enumerable.Range(0, 8).Select(i => $"F0546D53A{i}")];
        foreach (string application in applications)
        {
            byte[] cap = new CapBuilder
            {
                PackageAid = Aid.Parse(application),
                Name = "org.tsm.test",
                Applets = [new(Aid.Parse(application + "77"), 100)],
            }.Build().ToArray();
            await _servers[0].UploadAsync(cap);
            Assert.Equal("done", (await RunAsync(_servers[0], new { operation = "install", cards = new[] { Iccid }, application })).Text("status"));
        }

        network.Takers.Clear();
        JsonElement audit = await RunAsync(_servers[1], new { operation = "audit", cards = new[] { Iccid } });

        Assert.Equal(("done", "proven"), (audit.Text("status"), audit.Text("grade")));
        await UntilAsync(() => Task.FromResult(network.Takers.Any(t => t.Distinct().Count() == 2)));
        Assert.Equal(0, audit.GetProperty("smsRepeated").GetInt32());
        (_, JsonElement card) = await _servers[0].GetAsync($"/api/v1/cards/{Iccid}");
        Assert.Equal(applications.Length, card.List("contents").Count(c => c.Text("kind") == "application" && c.Text("confirmed") == "INSTALLED"));
        Assert.Empty(network.Account.CounterReused);
        Assert.Empty(network.Account.ExecutedTwice);
    }

    [ContractFact]
    public async Task An_SMSC_that_is_paused_at_one_node_is_paused_at_both_until_it_goes_on()
    {
        CardNetwork network = await StartAsync();

        (int status, JsonElement paused) = await _servers[0].SendAsync(HttpMethod.Post, "/api/v1/smsc/lab/pause");
        Assert.Equal((200, true), (status, paused.GetProperty("paused").GetBoolean()));
        (_, JsonElement asked) = await _servers[1].PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid } });
        string job = asked.List("jobs").Single().Text("id");
        foreach (RunningServer server in _servers)
        {
            (_, JsonElement health) = await server.GetAsync("/api/v1/health");
            Assert.Equal(("ok", true), (health.Text("status"), health.List("smsc").Single().GetProperty("paused").GetBoolean()));
        }

        Assert.Equal(0, network.Submitted);
        (_, JsonElement resumed) = await _servers[1].SendAsync(HttpMethod.Post, "/api/v1/smsc/lab/resume");

        Assert.False(resumed.GetProperty("paused").GetBoolean());
        Assert.Equal("done", (await EndAsync(_servers[0], job)).Text("status"));
        (_, JsonElement list) = await _servers[0].GetAsync("/api/v1/smsc");
        Assert.Equal(("lab", false, 500), list.List("items").Single() is var smsc
            ? (smsc.Text("name"), smsc.GetProperty("paused").GetBoolean(), smsc.GetProperty("rate").GetInt32())
            : default);
        (int unknown, JsonElement problem) = await _servers[0].SendAsync(HttpMethod.Post, "/api/v1/smsc/nobody/pause");
        Assert.Equal((404, "SMSC_UNKNOWN"), (unknown, problem.Text("code")));
    }

    private async Task<CardNetwork> StartAsync()
    {
        File.Delete(_vaultKey);
        _database = postgres.CreateDatabase() + ";Pooling=False";
        _network = CardNetwork.Start(Iccid, Msisdn, Kic, Kid);
        (string, string)[] settings =
            [.. _network.Configuration, ("Smsc:0:AnswerTimeout", "00:00:30"), ("Smsc:0:Rate", "500"), ("Storage:ConnectionString", _database), ("Storage:Vault:KeyFile", _vaultKey)];
        _servers = [await RunningServer.StartAsync(settings), await RunningServer.StartAsync(settings)];
        await _servers[0].ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},uicc-aes,1,{Kic},{Kid},\n");
        foreach (RunningServer server in _servers)
        {
            await UntilAsync(async () => (await server.GetAsync("/api/v1/health")).Body.Text("status") == "ok");
        }

        return _network;
    }

    private static async Task<JsonElement> RunAsync(RunningServer server, object request)
    {
        (int status, JsonElement answer) = await server.PostAsync("/api/v1/jobs", request);
        Assert.True(status == 202, answer.ToString());
        return await EndAsync(server, answer.List("jobs").Single().Text("id"));
    }

    private static async Task<JsonElement> EndAsync(RunningServer server, string id)
    {
        JsonElement job = default;
        await UntilAsync(async () => (job = (await server.GetAsync($"/api/v1/jobs/{id}")).Body).Text("status") is not ("queued" or "running"));
        return job;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
