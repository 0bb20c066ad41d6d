using System.Text.Json;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>What a server says and does while its database or its SMSC is gone.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class OutageTests(PrivatePostgres postgres)
{
    private const string Iccid = "8949000000000000018";
    private const string Msisdn = "491720000001";
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    [ContractFact]
    public async Task While_the_database_is_gone_requests_are_refused_in_plain_words_and_then_all_goes_on()
    {
        string database = postgres.CreateDatabase();
        await using CardNetwork network = CardNetwork.Start(Iccid, Msisdn, Kic, Kid);
        await using RunningServer server = await RunningServer.StartAsync([.. network.Configuration, ("Storage:ConnectionString", database)]);
        await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},uicc-aes,1,{Kic},{Kid},\n");
        await UntilAsync(server, health => health.Text("status") == "ok");
        Assert.Equal("proven", (await AuditAsync(server, "before")).Text("grade"));

        // Health asks the database itself; the log follows when the server next has to do with it.
        postgres.Stop();
        await UntilAsync(server, health => health.Text("database") == "unavailable" && Said("4009") > 0);
        JsonElement problem = (await HealthAsync(server)).List("problems").Single(p => p.Text("code") == "STORAGE_UNAVAILABLE");
        (int status, JsonElement refusal) = await server.PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid } }, "asked-in-vain");
        postgres.Start();

        Assert.Contains("Requests are refused and nothing is sent", problem.Text("meaning"), StringComparison.Ordinal);
        Assert.Contains("goes on by itself", problem.Text("next"), StringComparison.Ordinal);
        Assert.Equal((503, "STORAGE_UNAVAILABLE"), (status, refusal.Text("code")));
        await UntilAsync(server, health => health.Text("status") == "ok");
        Assert.Equal("proven", (await AuditAsync(server, "asked-in-vain")).Text("grade"));

        // Said when it changes, not at each attempt; an attempt that was under way may still fail after another has worked again.
        await UntilAsync(server, _ => Said("4009") == Said("4011"));
        Assert.InRange(Said("4009"), 1, 3);
        Assert.Empty(network.Account.CounterReused);

        int Said(string id) => server.Log.Lines.Count(l => l.Contains($"StoreHealth[{id}]", StringComparison.Ordinal));
    }

    [ContractFact]
    public async Task An_SMSC_that_is_gone_is_said_and_its_packets_wait()
    {
        CardNetwork network = CardNetwork.Start(Iccid, Msisdn, Kic, Kid);
        await using RunningServer server = await RunningServer.StartAsync(network.Configuration);
        await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},uicc-aes,1,{Kic},{Kid},\n");
        await UntilAsync(server, health => health.Text("status") == "ok");

        await network.DisposeAsync();
        await UntilAsync(server, health => health.Text("status") == "degraded");
        (int status, JsonElement asked) = await server.PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid } });

        JsonElement problem = Assert.Single((await HealthAsync(server)).List("problems"));
        Assert.Equal(("bearer", "SMSC_NOT_BOUND"), (problem.Text("layer"), problem.Text("code")));
        Assert.Contains("lab", problem.Text("meaning"), StringComparison.Ordinal);
        Assert.Equal(202, status);
        (_, JsonElement job) = await server.GetAsync($"/api/v1/jobs/{asked.List("jobs").Single().Text("id")}");
        Assert.Equal("running", job.Text("status"));
    }

    private static async Task<JsonElement> HealthAsync(RunningServer server) => (await server.GetAsync("/api/v1/health")).Body;

    private static async Task UntilAsync(RunningServer server, Predicate<JsonElement> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition(await HealthAsync(server)))
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private static async Task<JsonElement> AuditAsync(RunningServer server, string key)
    {
        (int status, JsonElement asked) = await server.PostAsync("/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid } }, key);
        Assert.True(status == 202, asked.ToString());
        string id = asked.List("jobs").Single().Text("id");
        JsonElement job = default;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            await Task.Delay(20, limit.Token);
            (_, job) = await server.GetAsync($"/api/v1/jobs/{id}");
        }
        while (job.Text("status") is "queued" or "running");
        return job;
    }
}
