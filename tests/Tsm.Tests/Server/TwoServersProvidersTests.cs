using System.Text.Json;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>Two servers on one PostgreSQL: tokens, events and webhooks are of both, and one goes on when the other is gone.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class TwoServersProvidersTests(PrivatePostgres postgres) : IAsyncLifetime
{
    private readonly string _vaultKey = Path.GetTempFileName();
    private string _database = "";
    private RunningServer[] _servers = [];
    private WebhookReceiver? _receiver;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (RunningServer server in _servers)
        {
            await server.DisposeAsync();
        }

        if (_receiver is not null)
        {
            await _receiver.DisposeAsync();
            postgres.DropDatabase(_database);
        }

        File.Delete(_vaultKey);
    }

    [ContractFact]
    public async Task A_token_opens_both_and_its_revocation_at_one_holds_at_the_other()
    {
        await StartAsync();
        await _servers[0].ProviderAsync("bank");
        (string token, string id) = await _servers[0].TokenAsync("provider", "bank");
        Assert.All(_servers, s => Assert.Equal(200, s.AsAsync(token, HttpMethod.Get, "/api/v1/contracts").GetAwaiter().GetResult().Status));

        Assert.Equal(204, (await _servers[0].AsAsync(null, HttpMethod.Delete, $"/api/v1/tokens/{id}")).Status);
        await ProviderWorld.UntilAsync(() => _servers[1].AsAsync(token, HttpMethod.Get, "/api/v1/contracts"), a => a.Status == 401);
    }

    [ContractFact]
    public async Task Each_event_reaches_the_receiver_once_and_in_order_whichever_node_raises_it_and_whichever_goes()
    {
        await StartAsync();
        await _servers[0].ProviderAsync("bank");
        (int status, JsonElement made) = await _servers[0].PostAsync("/api/v1/webhooks", new { provider = "bank", url = _receiver!.Url });
        Assert.True(status == 201, made.ToString());
        for (int i = 0; i < 20; i++)
        {
            await _servers[i % 2].RaiseAsync("service.activated", "bank", text: $"{i}");
        }

        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 20);
        await _servers[0].DisposeAsync();
        for (int i = 20; i < 30; i++)
        {
            await _servers[1].RaiseAsync("service.activated", "bank", text: $"{i}");
        }

        await ProviderWorld.UntilAsync(() => Task.FromResult(_receiver.Taken.Count), c => c == 30);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), _receiver.Received.Select(r => r.Json.Text("text")));
        _servers = _servers[1..];
    }

    [ContractFact]
    public async Task The_end_of_a_contract_is_told_once_however_many_nodes_watch()
    {
        await StartAsync();
        await _servers[0].ProviderAsync("bank");
        for (int i = 0; i < 5; i++)
        {
            await _servers[0].PostAsync("/api/v1/contracts", new { id = $"c{i}", provider = "bank", mode = "simple", atEnd = "undo" });
        }

        await _servers[1].SendAsync(HttpMethod.Post, "/api/v1/providers/bank/end");
        JsonElement[] told = await ProviderWorld.UntilAsync(EndedAsync, e => e.Length >= 5);

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], told.Select(e => e.GetProperty("details").Text("contract")).Order(StringComparer.Ordinal));
    }

    private async Task<JsonElement[]> EndedAsync() => [.. (await _servers[0].GetAsync("/api/v1/events?kind=contract.ended")).Body.List("items")];

    private async Task StartAsync()
    {
        File.Delete(_vaultKey);
        _database = postgres.CreateDatabase() + ";Pooling=False";
        _receiver = await WebhookReceiver.StartAsync();
        (string, string)[] settings =
        [
            ("Storage:ConnectionString", _database),
            ("Storage:Vault:KeyFile", _vaultKey),
            ("Webhooks:AllowLoopback", "true"),
            ("Webhooks:LookEvery", "00:00:00.1"),
            ("Contracts:LookEvery", "00:00:00.05"),
        ];
        _servers = [await RunningServer.StartAsync(settings), await RunningServer.StartAsync(settings)];
    }
}
