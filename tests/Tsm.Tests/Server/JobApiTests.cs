using System.Text.Json;
using Tsm.Card.CapFiles;

namespace Tsm.Tests.Server;

/// <summary>Jobs through the API, on a real store, over SMPP, to a simulated card and back.</summary>
public sealed class JobApiTests : IAsyncLifetime
{
    private const string Iccid = "8949000000000000018";
    private const string Msisdn = "491700000001";
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    private static readonly string[] SecondCard = ["491700000002"];

    private CardNetwork _network = null!;
    private RunningServer _server = null!;

    private static object WaitingAudit => new { operation = "audit", cards = SecondCard };

    public async Task InitializeAsync()
    {
        _network = CardNetwork.Start(Iccid, Msisdn, Kic, Kid);
        _server = await RunningServer.StartAsync(_network.Configuration);
        (int status, JsonElement answer) = await _server.ImportAsync(
            $"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},uicc-aes,1,{Kic},{Kid},\n8949000000000000026,491700000002,uicc-aes,1,{Kic},{Kid},\n");
        Assert.True(status == 200, answer.ToString());
        await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _network.DisposeAsync();
    }

    [Fact]
    public async Task An_application_is_installed_suspended_and_terminated_with_proof()
    {
        JsonElement install = await RunAsync(new { operation = "install", cards = new[] { Iccid }, application = "hello", activate = true });
        JsonElement suspend = await RunAsync(new { operation = "suspend", cards = new[] { Msisdn }, application = "F0546D5301" });
        (_, JsonElement card) = await _server.GetAsync($"/api/v1/cards/{Msisdn}");
        JsonElement terminate = await RunAsync(new { operation = "terminate", cards = new[] { Iccid }, application = "hello" });
        (_, JsonElement after) = await _server.GetAsync($"/api/v1/cards/{Iccid}");

        Assert.All([install, suspend, terminate], job => Assert.Equal(("done", "proven"), (job.Text("status"), job.Text("grade"))));
        Assert.Equal(Iccid, install.Text("card"));
        Assert.Equal(("hello", "F0546D5301"), (install.GetProperty("application").Text("name"), install.GetProperty("application").Text("packageAid")));
        Assert.Contains(install.List("evidence"), e => e.Text("kind") == "por" && e.Text("grade") == "proven" && e.Text("raw").Length > 0);
        Assert.Contains(card.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "LOCKED (SELECTABLE)" && c.Text("name") == "hello");
        Assert.Contains(card.List("contents"), c => c.Text("kind") == "loadFile" && c.Text("confirmed") == "LOADED");
        Assert.Empty(after.List("contents"));
        Assert.Empty(_network.Account.CounterReused);
        Assert.Empty(_network.Account.ExecutedTwice);
    }

    [Fact]
    public async Task A_job_and_its_octets_are_explained_with_the_keys_of_its_card()
    {
        JsonElement install = await RunAsync(new { operation = "install", cards = new[] { Iccid }, application = "hello", activate = true });

        (int status, JsonElement explanation) = await _server.GetAsync($"/api/v1/jobs/{install.Text("id")}/explanation");
        string packet = install.List("evidence").First(e => e.Text("kind") == "por").Text("raw");
        (_, JsonElement octets) = await _server.PostAsync("/api/v1/explain", new { octets = packet, card = Msisdn });
        (_, JsonElement without) = await _server.PostAsync("/api/v1/explain", new { octets = packet });
        (int unknown, JsonElement nobody) = await _server.PostAsync("/api/v1/explain", new { octets = packet, card = "491799999999" });
        (int wrong, JsonElement odd) = await _server.PostAsync("/api/v1/explain", new { octets = "027" });

        Assert.Equal((200, "DONE"), (status, explanation.GetProperty("verdict").Text("code")));
        Assert.Contains(explanation.List("steps"), s => s.TryGetProperty("explanation", out JsonElement seen) && seen.Text("kind") == "response-packet");
        Assert.Contains("key version 1", octets.ToString(), StringComparison.Ordinal);
        Assert.Equal(("response-packet", "00"), (octets.Text("kind"), octets.GetProperty("verdict").Text("code")));
        Assert.Equal("CIPHERED", without.GetProperty("verdict").Text("code"));
        Assert.Equal((404, 400), (unknown, wrong));
        Assert.Equal(("CARD_UNKNOWN", "REQUEST_INVALID"), (nobody.Text("code"), odd.Text("code")));
        Assert.All([explanation, octets], answer => Assert.DoesNotContain(Kic, answer.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_same_key_is_the_same_job_and_another_request_under_it_is_refused()
    {
        var request = new { operation = "audit", cards = new[] { Iccid } };

        (int first, JsonElement one) = await _server.PostAsync("/api/v1/jobs", request, "key-1");
        string id = one.List("jobs").Single().Text("id");
        await EndAsync(id);
        (int second, JsonElement two) = await _server.PostAsync("/api/v1/jobs", request, "key-1");
        (int third, JsonElement other) = await _server.PostAsync(
            "/api/v1/jobs", new { operation = "install", cards = new[] { Iccid }, application = "hello" }, "key-1");
        (_, JsonElement fresh) = await _server.PostAsync("/api/v1/jobs", request, "key-2");

        Assert.Equal((202, 202, 422), (first, second, third));
        Assert.Equal(id, two.List("jobs").Single().Text("id"));
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", other.Text("code"));
        Assert.NotEqual(id, fresh.List("jobs").Single().Text("id"));
    }

    [Fact]
    public async Task Each_card_takes_or_refuses_its_own()
    {
        (int status, JsonElement answer) = await _server.PostAsync(
            "/api/v1/jobs", new { operation = "audit", cards = new[] { Iccid, Msisdn, "8949000000000000034" } });

        Assert.Equal(202, status);
        Assert.Equal(Iccid, answer.List("jobs").Single().Text("card"));
        JsonElement refusal = answer.List("refused").Single();
        Assert.Equal(("8949000000000000034", "CARD_UNKNOWN"), (refusal.Text("card"), refusal.GetProperty("problem").Text("code")));
    }

    [Fact]
    public async Task When_every_card_refuses_the_first_problem_is_the_answer()
    {
        (int status, JsonElement problem) = await _server.PostAsync(
            "/api/v1/jobs", new { operation = "suspend", cards = new[] { Iccid, "8949000000000000034" }, application = "hello" });

        Assert.Equal((409, "lifecycle"), (status, problem.Text("layer")));
        Assert.Equal(2, problem.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"operation":"install","cards":["8949000000000000018"]}""", "application")]
    [InlineData("""{"operation":"audit","cards":["8949000000000000018"],"application":"hello"}""", "audit")]
    [InlineData("""{"operation":"install","cards":[],"application":"hello"}""", "cards")]
    [InlineData("""{"operation":"suspend","cards":["8949000000000000018"],"application":"hello","parameters":"00"}""", "parameters")]
    [InlineData("""{"operation":"install","cards":["8949000000000000018"],"application":"hello","privileges":"0000"}""", "privileges")]
    [InlineData("""{"operation":"install","cards":["8949000000000000018"],"application":"hello","instance":"A0"}""", "instance")]
    public async Task A_request_that_says_too_little_or_too_much_is_refused(string body, string named)
    {
        using JsonDocument request = JsonDocument.Parse(body);

        (int status, JsonElement problem) = await _server.PostAsync("/api/v1/jobs", request.RootElement);

        Assert.Equal((400, "REQUEST_INVALID"), (status, problem.Text("code")));
        Assert.Contains(named, problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_waits_is_called_off_and_an_ended_one_is_not()
    {
        // Nobody has this number, so the job waits for an answer that never comes.
        (_, JsonElement first) = await _server.PostAsync("/api/v1/jobs", WaitingAudit);
        (_, JsonElement second) = await _server.PostAsync("/api/v1/jobs", WaitingAudit);
        string waiting = second.List("jobs").Single().Text("id");

        (int cancelled, JsonElement job) = await _server.PostAsync($"/api/v1/jobs/{waiting}/cancel", new { });
        JsonElement done = await RunAsync(new { operation = "audit", cards = new[] { Iccid } });
        (int late, JsonElement problem) = await _server.PostAsync($"/api/v1/jobs/{done.Text("id")}/cancel", new { });

        Assert.Equal((202, "cancelled"), (cancelled, job.Text("status")));
        Assert.Equal(409, late);
        Assert.NotEmpty(problem.Text("next"));
        Assert.Equal("running", (await _server.GetAsync($"/api/v1/jobs/{first.List("jobs").Single().Text("id")}")).Body.Text("status"));
    }

    [Fact]
    public async Task Jobs_are_listed_by_card_status_and_id_and_a_card_tells_its_history()
    {
        JsonElement one = await RunAsync(new { operation = "audit", cards = new[] { Iccid } });
        JsonElement two = await RunAsync(new { operation = "audit", cards = new[] { Iccid } });

        (_, JsonElement byCard) = await _server.GetAsync($"/api/v1/jobs?card={Msisdn}&status=done&limit=1");
        (_, JsonElement next) = await _server.GetAsync($"/api/v1/jobs?card={Msisdn}&status=done&limit=1&cursor={byCard.Text("next")}");
        (_, JsonElement byId) = await _server.GetAsync($"/api/v1/jobs?ids={one.Text("id")},none");
        (_, JsonElement history) = await _server.GetAsync($"/api/v1/cards/{Iccid}/history?limit=1000");

        Assert.Equal([two.Text("id"), one.Text("id")], byCard.List("items").Concat(next.List("items")).Select(j => j.Text("id")));
        Assert.Equal([one.Text("id")], byId.List("items").Select(j => j.Text("id")));
        long[] ids = [.. history.List("items").Select(h => h.GetProperty("id").GetInt64())];
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.Contains(history.List("items"), h => h.Text("kind") == "answer");
        Assert.All(one.List("evidence").Where(e => e.Text("grade") == "proven"), e => Assert.Equal("audit", e.Text("kind")));
    }

    [Fact]
    public async Task Health_tells_of_the_SMSC()
    {
        await RunAsync(new { operation = "audit", cards = new[] { Iccid } });

        // The last answer of the SMSC may be under way when the job has ended.
        JsonElement smsc = await ProviderWorld.UntilAsync(
            async () => (await _server.GetAsync("/api/v1/health")).Body.List("smsc").Single(),
            s => s.GetProperty("windowFree").GetInt32() == 10 && s.GetProperty("outstanding").GetInt32() == 0);

        Assert.Equal(("lab", "127.0.0.1", "bound"), (smsc.Text("name"), smsc.Text("host"), smsc.Text("state")));
    }

    private async Task<JsonElement> RunAsync(object request)
    {
        (int status, JsonElement answer) = await _server.PostAsync("/api/v1/jobs", request);
        Assert.True(status == 202, answer.ToString());
        return await EndAsync(answer.List("jobs").Single().Text("id"));
    }

    // The card answers at once; the limit only ends a test that fails.
    private async Task<JsonElement> EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            (_, JsonElement job) = await _server.GetAsync($"/api/v1/jobs/{id}");
            if (job.Text("status") is not ("queued" or "running"))
            {
                return job;
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
