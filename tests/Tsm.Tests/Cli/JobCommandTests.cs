using System.Text.Json;
using Tsm.Tests.Bearers;

namespace Tsm.Tests.Cli;

public sealed class JobCommandTests
{
    private const string Refusal = """
        {"layer":"scp80","code":"COUNTER_LOW","name":"Counter too low","meaning":"The card has seen a higher counter.","cause":"Another system sends too.",
         "next":"Resynchronise.","evidence":["PoR 02"]}
        """;

    [Fact]
    public async Task Install_follows_to_the_proof()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", "queued"))))
            .On("GET /api/v1/jobs", Answers.Page(Answers.Job("j1", "running", done: 3)), Answers.Page(Answers.Job("j1", "done", "proven", done: 8)));
        using var shell = new Shell(server);

        int code = await shell.RunAsync("install", "--card", Answers.Iccid, "--app", "hello", "--applet", "f0 546d53010101", "--activate");

        Assert.Equal(0, code);
        Assert.Contains($"› {Answers.Iccid}  install  LOAD 3 of 8 is under way", shell.Output, StringComparison.Ordinal);
        Assert.Contains($"✓ {Answers.Iccid}  install  proven  8/8 steps, 12 SMS (2 repeated), 8 proofs, 1,800 octets", shell.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', shell.Output);
        JsonElement order = JsonDocument.Parse(server.Requests.First().Body).RootElement;
        Assert.True(order.GetProperty("activate").GetBoolean());
        Assert.Equal("F0546D53010101", order.GetProperty("applet").GetString());
        Assert.Contains(server.Requests, r => r.Query is "?ids=j1&limit=1");
    }

    [Theory]
    [InlineData("done", "proven", 0)]
    [InlineData("refused", "proven", 1)]
    [InlineData("failed", null, 1)]
    [InlineData("expired", "unknown", 3)]
    public async Task The_exit_code_is_the_outcome(string status, string? grade, int expected)
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", status, grade, status is "done" ? null : Refusal))));
        using var shell = new Shell(server);

        Assert.Equal(expected, await shell.RunAsync("suspend", "--card", Answers.Iccid, "--app", "hello"));
        Assert.Equal(expected != 0, shell.Error.Contains("✗ Counter too low  [scp80 COUNTER_LOW]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_card_that_is_refused_among_others_makes_the_whole_refused()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(
                Answers.Job("j1", "done", "proven"), $$"""{"card":"999","problem":{{Refusal}}}""")));
        using var shell = new Shell(server);

        Assert.Equal(1, await shell.RunAsync("resume", "--card", Answers.Iccid, "999", "--app", "hello"));
        Assert.StartsWith("999  refused\n✗ Counter too low", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_of_an_order_is_its_jobs_with_evidence_once_they_have_ended()
    {
        string evidence = """[{"at":"2026-01-01T00:00:01Z","kind":"por","grade":"proven","text":"PoR OK, 9000","raw":"027100"}]""";
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", "queued"))))
            .On("GET /api/v1/jobs", Answers.Page(Answers.Job("j1", "done", "proven")))
            .On("GET /api/v1/jobs/j1", Answers.Job("j1", "done", "proven", evidence: evidence));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("activate", "--card", Answers.Iccid, "--app", "hello", "--json"));

        JsonElement job = JsonDocument.Parse(shell.Output).RootElement.GetProperty("jobs")[0];
        Assert.Equal("PoR OK, 9000", job.GetProperty("evidence")[0].GetProperty("text").GetString());
        Assert.Empty(shell.Error);
    }

    [Fact]
    public async Task No_wait_returns_at_once()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", "queued"))));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("terminate", "--card", Answers.Iccid, "--app", "hello", "--no-wait"));
        Assert.Single(server.Requests);
        Assert.Contains("tsm job watch j1", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_time_given_the_outcome_is_unknown_and_the_job_goes_on()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", "running"))))
            .On("GET /api/v1/jobs", Answers.Page(Answers.Job("j1", "running")));
        using var shell = new Shell(server);

        Assert.Equal(3, await shell.RunAsync("install", "--card", Answers.Iccid, "--app", "hello", "--timeout", "0.05s"));
        Assert.Contains("tsm job watch j1", shell.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, r => r.Path.EndsWith("/cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interruption_ends_with_130_and_says_that_the_server_goes_on()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("GET /api/v1/jobs/j1", Answers.Job("j1", "running"))
            .On("GET /api/v1/jobs", Answers.Page(Answers.Job("j1", "running")));
        using var shell = new Shell(server);
        using var interrupt = new CancellationTokenSource();

        Task<int> watching = shell.RunAsync(interrupt.Token, "job", "watch", "j1");
        await Eventually.IsTrueAsync(() => server.Requests.Count >= 3);
        await interrupt.CancelAsync();

        Assert.Equal(130, await watching);
        Assert.Contains("The server goes on", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_nothing_is_said_to_be_nothing()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/jobs", """{"items":[]}""");
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("job", "watch"));
        Assert.Equal("No job waits or runs.\n", shell.Output);
    }

    [Fact]
    public async Task An_audit_shows_what_the_card_said()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(Answers.Job("j1", "done", "proven"))))
            .On($"GET /api/v1/cards/{Answers.Iccid}", $$"""
                {"iccid":"{{Answers.Iccid}}","model":"uicc-aes","auditedAt":"2026-01-01T00:00:00Z",
                 "contents":[{"aid":"F0546D5301","kind":"loadFile","wanted":"LOADED","confirmed":"LOADED","unknown":false,"name":"hello"},
                             {"aid":"F0546D53010101","kind":"application","wanted":"SELECTABLE","confirmed":"INSTALLED","unknown":true}]}
                """);
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("audit", "--card", Answers.Iccid));
        Assert.Contains("F0546D5301      load file    LOADED      LOADED", shell.Output, StringComparison.Ordinal);
        Assert.Contains("SELECTABLE  unknown (was INSTALLED)", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_jobs_are_told_in_sums()
    {
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"j{i}")];
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created(string.Join(',', ids.Select(i => Answers.Job(i, "queued"))))))
            .On("GET /api/v1/jobs",
                Answers.Page([.. ids.Select((id, i) => Answers.Job(id, i < 10 ? "done" : "running", "proven"))]),
                Answers.Page([.. ids.Select(id => Answers.Job(id, "done", "proven"))]));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("install", "--card", Answers.Iccid, "--app", "hello"));
        Assert.Equal("› install: 10 of 20 cards\n› install: 20 of 20 cards\n", shell.Output);
    }
}
