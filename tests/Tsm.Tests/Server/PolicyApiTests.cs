using System.Text.Json;
using Tsm.Application.Events;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Server;

/// <summary>Reputation through the API: from usage records to a card that is suspended, and back.</summary>
public sealed class PolicyApiTests : IAsyncLifetime
{
    private const string Iccid = "8949000000000000018";
    private const string Msisdn = "491700000001";
    private const string OtherIccid = "8949000000000000026";
    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    private static readonly Aid Applet = Aid.Parse("F0546D530177");

    /// <summary>When whatever is used here was used: the hour that had begun a minute before the first test.</summary>
    private static readonly string UsedAt =
        TimeProvider.System.GetUtcNow().AddMinutes(-1).ToString("yyyy-MM-ddTHH:00:00Z", System.Globalization.CultureInfo.InvariantCulture);

    private CardNetwork _network = null!;
    private RunningServer _server = null!;
    private ServiceBooks _books = null!;

    private static object Draft => new
    {
        id = "strict",
        service = "canteen",
        start = 100,
        suspendBelow = 50,
        resumeAbove = 80,
        rules = new object[] { new { kind = "fraud", points = -60, windowDays = 30 }, new { kind = "paid", points = 2.5, per = "amount", windowDays = 30 } },
    };

    public async Task InitializeAsync()
    {
        _network = CardNetwork.Start(Iccid, Msisdn, Kic, Kid, dek: Kic);
        _server = await RunningServer.StartAsync([.. _network.Configuration, ("Work:Poll", "00:00:00.05")]);
        (int status, JsonElement answer) = await _server.ImportAsync(
            $"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},uicc-aes,1,{Kic},{Kid},{Kic}\n{OtherIccid},491700000002,uicc-aes,1,{Kic},{Kid},\n");
        Assert.True(status == 200, answer.ToString());
        (_, JsonElement application) = await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=canteen");
        _books = ServiceBooks.Of(_server);
        await _server.ProviderAsync("bank");
        await _server.PostAsync("/api/v1/contracts", new { id = "bank-1", provider = "bank", mode = "simple" });
        await _books.OfferAsync("canteen", application.Text("id"), Aid.Parse(application.List("applets").First().GetString()!), server: "kitchen");
        await _books.OfferAsync("bus", application.Text("id"), Applet, provider: "metro", server: "tickets");
        await _books.PutAsync("canteen", Iccid);
    }

    public async Task DisposeAsync()
    {
        await _books.DisposeAsync();
        await _server.DisposeAsync();
        await _network.DisposeAsync();
    }

    [Fact]
    public async Task S1_12_Bad_reputation_suspends_and_good_resumes_each_naming_its_records()
    {
        await InstallAsync();
        await AddAsync(Usage("u1", "fraud"));
        await GoLiveAsync();

        JsonElement suspended = await LastActionAsync("suspend");
        await EndAsync(suspended.Text("job"));
        (_, JsonElement locked) = await _server.GetAsync($"/api/v1/cards/{Iccid}");
        await AddAsync(Usage("u2", "paid", 20));
        JsonElement resumed = await LastActionAsync("resume");
        await EndAsync(resumed.Text("job"));
        (_, JsonElement unlocked) = await _server.GetAsync($"/api/v1/cards/{Iccid}");

        Assert.Equal(("taken", 40m, "kitchen/u1"), (suspended.Text("outcome"), suspended.GetProperty("score").GetDecimal(), suspended.List("records").Single().GetString()));
        Assert.Contains(locked.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "LOCKED (SELECTABLE)");
        Assert.Equal((90m, 2), (resumed.GetProperty("score").GetDecimal(), resumed.List("records").Count()));
        Assert.Contains(unlocked.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "SELECTABLE");
        (_, JsonElement trail) = await _server.GetAsync("/api/v1/audit-trail?action=policy.acted");
        JsonElement[] entries = [.. trail.List("items").OrderBy(e => e.GetProperty("id").GetInt64())];
        Assert.Equal(["policy:strict", "policy:strict"], entries.Select(e => e.Text("actor")));
        Assert.Equal("kitchen/u1", entries[0].GetProperty("details").Text("records"));
        IReadOnlyList<ServiceEvent> events = await _books.EventsAsync(EventKind.PolicyActed);
        Assert.Equal([("bank", "Suspend"), ("bank", "Resume")], events.Select(e => (e.Provider, e.Details["step"])));
        Assert.Empty(_network.Account.ExecutedTwice);
    }

    [Fact]
    public async Task S1_12_An_operator_overrules_and_the_policy_leaves_the_card_alone_until_it_is_lifted()
    {
        await InstallAsync();
        await GoLiveAsync();
        (int said, _) = await _server.PostAsync("/api/v1/policies/strict/overrules", new { card = Msisdn, service = "canteen", reason = "paid in cash" });
        await AddAsync(Usage("u1", "fraud"));
        await WorkIsDoneAsync();

        (_, JsonElement reputation) = await _server.GetAsync($"/api/v1/reputation?card={Msisdn}&service=canteen");
        (_, JsonElement none) = await _server.GetAsync("/api/v1/policies/strict/actions");
        (_, JsonElement overrules) = await _server.GetAsync("/api/v1/policies/strict/overrules");
        (int lifted, _) = await _server.SendAsync(HttpMethod.Delete, $"/api/v1/policies/strict/overrules?card={Iccid}&service=canteen");
        JsonElement suspended = await LastActionAsync("suspend");
        (int again, JsonElement gone) = await _server.SendAsync(HttpMethod.Delete, $"/api/v1/policies/strict/overrules?card={Iccid}&service=canteen");

        Assert.Equal((200, 200, 404), (said, lifted, again));
        Assert.Equal("OVERRULE_UNKNOWN", gone.Text("code"));
        JsonElement standing = reputation.List("standings").Single();
        Assert.Equal((40m, "paid in cash"), (standing.GetProperty("score").GetDecimal(), standing.GetProperty("overrule").Text("reason")));
        Assert.Empty(none.List("items"));
        Assert.Equal(Iccid, overrules.List("items").Single().Text("card"));
        Assert.Equal("kitchen/u1", suspended.List("records").Single().GetString());
    }

    [Fact]
    public async Task S1_12_What_a_policy_has_suspended_its_provider_cannot_resume_even_where_it_has_suspended_before()
    {
        await InstallAsync();
        string bank = (await _server.TokenAsync("provider", "bank")).Token;
        foreach (string operation in new[] { "suspend", "resume" })
        {
            (_, JsonElement? own) = await _server.AsAsync(bank, HttpMethod.Post, "/api/v1/requests", new { service = "canteen", operation, msisdn = Msisdn });
            await RequestEndsAsync(own!.Value, "done");
        }

        await AddAsync(Usage("u1", "fraud"));
        await GoLiveAsync();
        await EndAsync((await LastActionAsync("suspend")).Text("job"));
        (_, JsonElement requests) = await _server.GetAsync("/api/v1/requests?service=canteen");
        JsonElement suspension = requests.List("items").First();
        (int refused, JsonElement? problem) = await _server.AsAsync(
            bank, HttpMethod.Post, "/api/v1/requests", new { service = "canteen", operation = "resume", msisdn = Msisdn });
        await AddAsync(Usage("u2", "paid", 20));
        await EndAsync((await LastActionAsync("resume")).Text("job"));

        Assert.Equal(("policy", "policy:strict", "suspend"), (suspension.Text("origin"), suspension.Text("requester"), suspension.Text("operation")));
        Assert.Equal((409, "SUSPENDED_BY_ANOTHER"), (refused, problem!.Value.Text("code")));
        (_, JsonElement card) = await _server.GetAsync($"/api/v1/cards/{Iccid}");
        Assert.Contains(card.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "SELECTABLE");
    }

    [Fact]
    public async Task S1_12_While_a_card_is_off_a_policy_asks_once_and_waits()
    {
        await InstallAsync();
        _network.IsOff = true;
        await AddAsync(Usage("u1", "fraud"));
        await GoLiveAsync();
        JsonElement suspended = await LastActionAsync("suspend");
        await AddAsync(Usage("u2", "paid", 20));
        await WorkIsDoneAsync();
        await AddAsync(Usage("u3", "fraud"));
        await WorkIsDoneAsync();

        (_, JsonElement actions) = await _server.GetAsync("/api/v1/policies/strict/actions");
        (_, JsonElement requests) = await _server.GetAsync("/api/v1/requests?service=canteen");
        Assert.Equal(suspended.Text("job"), actions.List("items").Single().Text("job"));
        Assert.Equal("policy:strict", requests.List("items").Single(r => !r.TryGetProperty("endedAt", out _)).Text("requester"));
    }

    [Fact]
    public async Task S1_12_What_an_operator_has_suspended_a_policy_never_resumes()
    {
        await InstallAsync();
        await AddAsync(Usage("u1", "fraud"));
        await GoLiveAsync();
        JsonElement suspended = await LastActionAsync("suspend");
        await EndAsync(suspended.Text("job"));

        (_, JsonElement asked) = await _server.PostAsync("/api/v1/jobs", new { operation = "suspend", cards = new[] { Iccid }, application = "canteen" });
        await EndAsync(asked.List("jobs").Single().Text("id"));
        await AddAsync(Usage("u2", "paid", 100));
        await WorkIsDoneAsync();

        (_, JsonElement actions) = await _server.GetAsync("/api/v1/policies/strict/actions");
        Assert.Equal("suspend", actions.List("items").Single().Text("step"));
        (_, JsonElement card) = await _server.GetAsync($"/api/v1/cards/{Iccid}");
        Assert.Contains(card.List("contents"), c => c.Text("kind") == "application" && c.Text("confirmed") == "LOCKED (SELECTABLE)");
    }

    [Fact]
    public async Task S1_12_A_rule_is_tried_before_it_goes_live_and_the_trial_does_nothing()
    {
        await AddAsync(Usage("u1", "fraud"));
        await _server.PostAsync("/api/v1/policies", Draft);

        (int refused, JsonElement problem) = await _server.PostAsync("/api/v1/policies/strict/activate", new { });
        (int tried, JsonElement trial) = await _server.PostAsync("/api/v1/policies/strict/trial", new { from = TimeProvider.System.GetUtcNow().AddDays(-10) });
        (int changed, JsonElement draft) = await _server.SendAsync(
            HttpMethod.Put,
            "/api/v1/policies/strict",
            System.Net.Http.Json.JsonContent.Create(new { service = "canteen", start = 100, suspendBelow = 30, resumeAbove = 80, rules = new[] { new { kind = "fraud", points = -60, windowDays = 30 } } }));
        (int stale, JsonElement untried) = await _server.PostAsync("/api/v1/policies/strict/activate", new { });
        (int silent, _) = await _server.PostAsync("/api/v1/policies/strict/activate", new { force = true });
        (int forced, JsonElement active) = await _server.PostAsync("/api/v1/policies/strict/activate", new { force = true, reason = "fraud wave" });
        (int paused, JsonElement pause) = await _server.PostAsync("/api/v1/policies/strict/pause", new { });
        (_, JsonElement jobs) = await _server.GetAsync("/api/v1/jobs");

        Assert.Equal((409, 200, 200, 409, 400, 200, 200), (refused, tried, changed, stale, silent, forced, paused));
        Assert.Equal(("POLICY_NOT_TRIED", "POLICY_NOT_TRIED"), (problem.Text("code"), untried.Text("code")));
        JsonElement action = trial.List("actions").Single();
        Assert.Equal((Iccid, "suspend", 40m, "kitchen/u1"), (action.Text("card"), action.Text("step"), action.GetProperty("score").GetDecimal(), action.List("records").Single().GetString()));
        Assert.Equal((1, 0), (trial.GetProperty("trial").GetProperty("suspensions").GetInt32(), trial.GetProperty("trial").GetProperty("resumptions").GetInt32()));
        Assert.Equal((2, "draft", "active", "paused"), (draft.GetProperty("revision").GetInt32(), draft.Text("state"), active.Text("state"), pause.Text("state")));
        Assert.Empty(jobs.List("items"));
        (_, JsonElement trail) = await _server.GetAsync("/api/v1/audit-trail?action=book.saved");
        Assert.Contains(trail.List("items"), e => e.GetProperty("details").TryGetProperty("forced", out _) && e.GetProperty("details").Text("reason") == "fraud wave");
    }

    [Fact]
    public async Task A_policy_is_changed_in_place_of_the_version_that_was_read_and_no_other()
    {
        await _server.PostAsync("/api/v1/policies", Draft);
        using HttpResponseMessage read = await _server.Client.GetAsync(new Uri("/api/v1/policies/strict", UriKind.Relative));
        string tag = read.Headers.ETag!.ToString();

        (int stale, JsonElement? problem) = await PutAsync(30, "\"7\"");
        (int wrong, JsonElement? missing) = await PutAsync(30, "7");
        (int changed, JsonElement? now) = await PutAsync(30, tag);
        (int again, _) = await PutAsync(20, tag);
        (int named, JsonElement? body) = await PutAsync(20, null, version: 2);
        (int old, JsonElement? conflict) = await PutAsync(10, null, version: 2);
        (int silent, JsonElement? last) = await PutAsync(10, null);

        Assert.Equal((412, 428, 200, 412), (stale, wrong, changed, again));
        Assert.Equal((200, 409, 200), (named, old, silent));
        Assert.Equal(("\"1\"", "VERSION_STALE", "VERSION_MISSING", "POLICY_CHANGED"), (tag, problem!.Value.Text("code"), missing!.Value.Text("code"), conflict!.Value.Text("code")));
        Assert.Equal([2, 3, 4], new[] { now, body, last }.Select(p => p!.Value.GetProperty("version").GetInt64()));

        Task<(int Status, JsonElement? Body)> PutAsync(int suspendBelow, string? ifMatch, long? version = null) => _server.AsAsync(
            null,
            HttpMethod.Put,
            "/api/v1/policies/strict",
            new { service = "canteen", start = 100, suspendBelow, resumeAbove = 80, rules = new[] { new { kind = "fraud", points = -60, windowDays = 30 } }, version },
            ifMatch);
    }

    [Fact]
    public async Task S1_11_The_score_shows_what_each_record_counts()
    {
        await AddAsync(Usage("u1", "fraud"), Usage("u2", "paid", 4), Usage("u3", "unheard-of"));
        await _server.PostAsync("/api/v1/policies", Draft);

        (int status, JsonElement reputation) = await _server.GetAsync($"/api/v1/reputation?card={Iccid}&service=canteen");
        (int foreign, JsonElement unknown) = await _server.GetAsync($"/api/v1/reputation?card={Iccid}&service=nothing");

        Assert.Equal((200, 404, "SERVICE_UNKNOWN"), (status, foreign, unknown.Text("code")));
        JsonElement standing = reputation.List("standings").Single();
        Assert.Equal(("draft", 50m), (standing.Text("state"), standing.GetProperty("score").GetDecimal()));
        Assert.Equal(
            [("kitchen/u1", -60m), ("kitchen/u2", 10m)],
            standing.List("contributions").Select(c => (c.Text("record"), c.GetProperty("points").GetDecimal())).OrderBy(c => c.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public async Task S1_11_Usage_records_are_taken_whole_or_not_at_all_and_once()
    {
        (int first, JsonElement one) = await _server.PostAsync("/api/v1/usage-records", Batch(Usage("u1", "fraud"), Usage("u2", "paid", 1.5m)));
        (int again, JsonElement two) = await _server.PostAsync("/api/v1/usage-records", Batch(Usage("u1", "fraud"), Usage("u2", "paid", 1.5m)));
        (int mixed, JsonElement faults) = await _server.PostAsync("/api/v1/usage-records", Batch(
            Usage("u3", "fraud"),
            Usage("u4", "Fraud!"),
            Usage("u5", "paid", -1),
            Usage("u6", "paid", iccid: OtherIccid),
            Usage("u7", "paid", iccid: "8949000000000000034"),
            Usage("u8", "paid", service: "bus"),
            new { id = "u9", service = "canteen", iccid = Iccid, kind = "paid", at = TimeProvider.System.GetUtcNow().AddHours(1) }));
        (int reused, JsonElement other) = await _server.PostAsync("/api/v1/usage-records", Batch(Usage("u1", "paid")));
        (_, JsonElement list) = await _server.GetAsync($"/api/v1/usage-records?card={Msisdn}&service=canteen");
        (int empty, _) = await _server.PostAsync("/api/v1/usage-records", new { records = Array.Empty<object>() });

        Assert.Equal((200, 200, 422, 422, 400), (first, again, mixed, reused, empty));
        Assert.Equal((2, 0, 0, 2), (one.GetProperty("added").GetInt32(), one.GetProperty("known").GetInt32(), two.GetProperty("added").GetInt32(), two.GetProperty("known").GetInt32()));
        Assert.Equal(
            [(2, "USAGE_KIND_INVALID"), (3, "USAGE_AMOUNT_INVALID"), (4, "USAGE_CARD_FOREIGN"), (5, "USAGE_CARD_FOREIGN"), (6, "USAGE_SERVICE_FOREIGN"), (7, "USAGE_TIME_INVALID")],
            faults.List("errors").Select(e => (e.GetProperty("line").GetInt32(), e.Text("code"))));
        Assert.Equal((1, "USAGE_ID_REUSED"), (other.List("errors").Single().GetProperty("line").GetInt32(), other.List("errors").Single().Text("code")));
        Assert.Equal(["u2", "u1"], list.List("items").Select(r => r.Text("id")));
        Assert.Equal((1.5m, Msisdn), (list.List("items").First().GetProperty("amount").GetDecimal(), list.List("items").First().Text("msisdn")));
    }

    [Theory]
    [InlineData("""{"id":"X"}""", "id")]
    [InlineData("""{"id":"p1","start":100,"suspendBelow":80,"resumeAbove":50,"rules":[{"kind":"fraud","points":-1,"windowDays":1}]}""", "resumeAbove")]
    [InlineData("""{"id":"p1","start":10,"suspendBelow":50,"resumeAbove":80,"rules":[{"kind":"fraud","points":-1,"windowDays":1}]}""", "start")]
    [InlineData("""{"id":"p1","start":100,"suspendBelow":50,"resumeAbove":80,"rules":[]}""", "rules")]
    [InlineData("""{"id":"p1","start":100,"suspendBelow":50,"resumeAbove":80,"rules":[{"kind":"fraud","points":0,"windowDays":1}]}""", "rules[0].points")]
    [InlineData("""{"id":"p1","start":100,"suspendBelow":50,"resumeAbove":80,"rules":[null]}""", "rules[0].kind")]
    public async Task A_policy_that_makes_no_sense_is_refused_with_every_fault(string body, string column)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        (int status, JsonElement problem) = await _server.SendAsync(HttpMethod.Post, "/api/v1/policies", content);

        Assert.Equal((422, "POLICY_INVALID"), (status, problem.Text("code")));
        Assert.Contains(problem.List("errors"), e => e.Text("column") == column);
    }

    [Theory]
    [InlineData("GET", "/api/v1/policies/none", 404, "POLICY_UNKNOWN")]
    [InlineData("POST", "/api/v1/policies/none/activate", 404, "POLICY_UNKNOWN")]
    [InlineData("POST", "/api/v1/policies/none/pause", 404, "POLICY_UNKNOWN")]
    [InlineData("GET", "/api/v1/policies/none/overrules", 404, "POLICY_UNKNOWN")]
    [InlineData("GET", "/api/v1/policies/none/actions", 404, "POLICY_UNKNOWN")]
    [InlineData("GET", "/api/v1/usage-records?card=491799999999", 404, "CARD_UNKNOWN")]
    [InlineData("GET", "/api/v1/usage-records?service=none", 404, "SERVICE_UNKNOWN")]
    [InlineData("GET", "/api/v1/usage-records?cursor=x", 400, "REQUEST_INVALID")]
    public async Task What_is_unknown_is_told_with_its_own_code(string method, string path, int status, string code)
    {
        (int answered, JsonElement problem) = await _server.SendAsync(new(method), path);

        Assert.Equal((status, code), (answered, problem.Text("code")));
    }

    [Fact]
    public async Task S1_11_An_application_server_sends_and_sees_records_of_its_own_services_only()
    {
        await AddAsync(Usage("u1", "fraud"));
        string tickets = (await _server.TokenAsync("applicationServer", "tickets")).Token, kitchen = (await _server.TokenAsync("applicationServer", "kitchen")).Token;

        (int foreign, JsonElement? refused) = await _server.AsAsync(tickets, HttpMethod.Post, "/api/v1/usage-records", new { records = new[] { Usage("t1", "fraud") } });
        (int asOther, _) = await _server.AsAsync(tickets, HttpMethod.Post, "/api/v1/usage-records", new { server = "kitchen", records = new[] { Usage("t1", "fraud") } });
        (int own, _) = await _server.AsAsync(kitchen, HttpMethod.Post, "/api/v1/usage-records", new { records = new[] { Usage("k1", "paid") } });
        (_, JsonElement? theirs) = await _server.AsAsync(tickets, HttpMethod.Get, "/api/v1/usage-records");
        (int hidden, JsonElement? card) = await _server.AsAsync(tickets, HttpMethod.Get, $"/api/v1/usage-records?card={Iccid}");
        (_, JsonElement? ours) = await _server.AsAsync(kitchen, HttpMethod.Get, $"/api/v1/usage-records?card={Iccid}");
        (int policies, _) = await _server.AsAsync(kitchen, HttpMethod.Get, "/api/v1/policies");

        Assert.Equal((422, 400, 200, 404, 403), (foreign, asOther, own, hidden, policies));
        Assert.Equal("USAGE_SERVICE_FOREIGN", refused!.Value.List("errors").Single().Text("code"));
        Assert.Equal("CARD_UNKNOWN", card!.Value.Text("code"));
        Assert.Empty(theirs!.Value.List("items"));
        Assert.Equal(["k1", "u1"], ours!.Value.List("items").Select(r => r.Text("id")));
    }

    private static object Usage(string id, string kind, decimal? amount = null, string service = "canteen", string iccid = Iccid) =>
        new { id, service, iccid, at = UsedAt, kind, amount };

    private static object Batch(params object[] records) => new { server = "kitchen", records };

    private async Task AddAsync(params object[] records)
    {
        (int status, JsonElement answer) = await _server.PostAsync("/api/v1/usage-records", Batch(records));
        Assert.True(status == 200, answer.ToString());
    }

    private async Task GoLiveAsync()
    {
        await _server.PostAsync("/api/v1/policies", Draft);
        await _server.PostAsync("/api/v1/policies/strict/trial", new { from = TimeProvider.System.GetUtcNow().AddDays(-10) });
        (int status, JsonElement answer) = await _server.PostAsync("/api/v1/policies/strict/activate", new { });
        Assert.True(status == 200, answer.ToString());
    }

    private async Task InstallAsync()
    {
        await _books.PutAsync("canteen", Iccid, state: Tsm.Application.Services.InstanceState.Absent);
        (int status, JsonElement asked) = await _server.PostAsync("/api/v1/requests", new { service = "canteen", operation = "deploy", msisdn = Msisdn });
        Assert.True(status == 202, asked.ToString());
        await RequestEndsAsync(asked, "done");
    }

    private Task RequestEndsAsync(JsonElement asked, string status) => UntilAsync(
        async () => (await _server.GetAsync($"/api/v1/requests/{asked.Text("id")}")).Body.Text("status") == status);

    private async Task<JsonElement> LastActionAsync(string step)
    {
        JsonElement action = default;
        await UntilAsync(async () => (await _server.GetAsync("/api/v1/policies/strict/actions")).Body.List("items").FirstOrDefault() is { ValueKind: JsonValueKind.Object } last
            && (action = last).Text("step") == step && last.Text("outcome") != "decided");
        return action;
    }

    /// <summary>Waits until nobody has anything to look at now.</summary>
    private Task WorkIsDoneAsync() => UntilAsync(async () => await _books.DueAsync() == 0);

    private async Task<JsonElement> EndAsync(string id)
    {
        JsonElement job = default;
        await UntilAsync(async () => await _server.GetAsync($"/api/v1/jobs/{id}") is (200, var found) && (job = found).Text("status") is not ("queued" or "running"));
        if (id.StartsWith("r-", StringComparison.Ordinal))
        {
            string request = id[..id.LastIndexOf('-')];
            await UntilAsync(async () => (await _server.GetAsync($"/api/v1/requests/{request}")).Body.TryGetProperty("endedAt", out _));
        }

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
