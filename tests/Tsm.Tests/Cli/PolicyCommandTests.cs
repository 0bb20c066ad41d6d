using System.Text.Json;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm policy</c>, <c>usage</c>, <c>reputation</c>, <c>number</c> and <c>swap</c>: what they ask and what they show.</summary>
public sealed class PolicyCommandTests
{
    private const string Policy = """
        {"id":"strict","service":"canteen","state":"draft","start":100,"rules":[{"kind":"fraud","points":-60,"per":"record","windowDays":30}],
         "suspendBelow":50,"resumeAbove":80,"revision":1,"version":1,"createdAt":"2026-01-01T00:00:00Z"}
        """;

    [Fact]
    public async Task Create_sends_the_rules_as_they_were_written()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/policies", new FakeAnswer(201, Policy));
        using var shell = new Shell(server);

        int code = await shell.RunAsync(
            "policy", "create", "strict", "--service", "canteen", "--suspend-below", "50", "--resume-above", "80", "--rule", "fraud:-60:30", "--rule", "overdraft:-0.5:7:amount");

        Assert.Equal(0, code);
        JsonElement sent = JsonDocument.Parse(server.Requests.Single().Body).RootElement;
        Assert.Equal(
            [("fraud", -60m, "record", 30), ("overdraft", -0.5m, "amount", 7)],
            sent.GetProperty("rules").EnumerateArray().Select(r => (
                r.GetProperty("kind").GetString()!, r.GetProperty("points").GetDecimal(), r.GetProperty("per").GetString()!, r.GetProperty("windowDays").GetInt32())));
        Assert.Contains("draft", shell.Output, StringComparison.Ordinal);
        Assert.Contains("-60", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_says_that_nothing_was_done_and_by_which_records_it_would_have_been()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/policies/strict/trial", """
            {"policy":"strict","trial":{"revision":2,"isCurrent":true,"at":"2026-01-01T00:00:00Z","by":"local-token","from":"2025-12-01T00:00:00Z",
             "to":"2026-01-01T00:00:00Z","records":3,"cards":1,"suspensions":1,"resumptions":0},
             "actions":[{"card":"8949","service":"canteen","at":"2025-12-24T00:00:00Z","step":"suspend","score":40,"records":["kitchen/u1"]}]}
            """);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("policy", "trial", "strict", "--from", "2025-12-01"));

        Assert.Contains("suspended once", shell.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was done.", shell.Output, StringComparison.Ordinal);
        Assert.Contains("kitchen/u1", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activation_that_is_refused_ends_with_1_and_the_next_step()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/policies/strict/activate", new FakeAnswer(409, """
            {"title":"Policy not tried","status":409,"layer":"policy","code":"POLICY_NOT_TRIED","name":"Policy not tried","detail":"It was never tried.","next":"Try it."}
            """));
        using var shell = new Shell(server);

        Assert.Equal(1, await shell.RunAsync("policy", "activate", "strict"));

        Assert.Contains("Try it.", shell.Error + shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reputation_shows_what_each_record_counts()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/reputation", """
            {"card":"8949","service":"canteen","state":"active","standings":[{"policy":"strict","state":"active","revision":1,"score":40,"start":100,
             "suspendBelow":50,"resumeAbove":80,"isHeld":true,"contributions":[{"record":"kitchen/u1","kind":"fraud","at":"2026-01-01T00:00:00Z","amount":1,
             "points":-60,"until":"2026-01-31T00:00:00Z"}]}]}
            """);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("reputation", "show", "--card", "8949", "--service", "canteen"));

        Assert.Equal("?card=8949&service=canteen", server.Requests.Single().Query);
        Assert.Contains("strict (active): 40", shell.Output, StringComparison.Ordinal);
        Assert.Contains("kitchen/u1  fraud", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_withdrawn_says_what_that_means()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On(
            "POST /api/v1/cards/491700000001/number/withdraw", """{"card":"8949","before":"491700000001"}""");
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("number", "withdraw", "491700000001"));

        Assert.Contains("takes no jobs", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swap_shows_where_its_services_stand()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/subscriptions/swap", new FakeAnswer(202, """
            {"id":"s1","msisdn":"491700000001","oldCard":"8949","newCard":"8950","createdAt":"2026-01-01T00:00:00Z",
             "services":[{"service":"canteen","provider":"bank","version":"1.0","rule":"move","state":"waiting","isOrphaned":false}]}
            """));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("swap", "start", "+491700000001", "8950"));

        Assert.Contains("canteen", shell.Output, StringComparison.Ordinal);
        Assert.Contains("\"newCard\":\"8950\"", server.Requests.Single().Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy", "create", "strict", "--suspend-below", "50", "--resume-above", "80", "--rule", "fraud")]
    [InlineData("policy", "create", "strict", "--suspend-below", "50", "--resume-above", "80")]
    [InlineData("reputation", "show", "--card", "8949")]
    [InlineData("swap", "write-off", "s1")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments)
    {
        using var shell = new Shell();

        Assert.Equal(2, await shell.RunAsync(arguments));
    }
}
