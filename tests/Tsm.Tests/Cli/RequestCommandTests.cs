using System.Text.Json;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm request</c>, <c>tsm loss</c> and <c>tsm appserver</c>.</summary>
public sealed class RequestCommandTests
{
    private const string Down = """
        {"layer":"application-server","code":"APPLICATION_SERVER_DOWN","name":"Application server down","meaning":"It does not answer.","cause":"It is down.",
         "next":"Try again later.","evidence":[]}
        """;

    [Theory]
    [InlineData("done", "proven", 0)]
    [InlineData("failed", "proven", 1)]
    [InlineData("cancelled", "proven", 1)]
    public async Task A_request_is_followed_to_its_end_which_is_the_exit_code(string status, string grade, int expected)
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/requests", new FakeAnswer(202, Request("running")))
            .On("GET /api/v1/requests/r1", Request("running"), Request(status, grade, status is "failed" ? Down : "null"));
        using var shell = new Shell(server);

        int code = await shell.RunAsync("request", "create", "deploy", "canteen", "--msisdn", "491700000001", "--key", "order-1");

        Assert.Equal(expected, code);
        Assert.Contains($"{status} ({grade})", shell.Output, StringComparison.Ordinal);
        Assert.Equal("order-1", server.Requests.First().IdempotencyKey);
        JsonElement order = JsonDocument.Parse(server.Requests.First().Body).RootElement;
        Assert.Equal(("canteen", "deploy", "491700000001"), (order.GetProperty("service").GetString(), order.GetProperty("operation").GetString(), order.GetProperty("msisdn").GetString()));
    }

    [Fact]
    public async Task A_request_that_is_not_waited_for_or_not_ended_in_time_says_so()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/requests", new FakeAnswer(202, Request("running")))
            .On("GET /api/v1/requests/r1", Request("running"));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("request", "create", "suspend", "canteen", "--card", Answers.Iccid, "--no-wait"));
        Assert.Equal(3, await shell.RunAsync("request", "create", "suspend", "canteen", "--card", Answers.Iccid, "--timeout", "0.1"));
    }

    [Fact]
    public async Task A_check_tells_who_can_mend_what_and_does_nothing()
    {
        const string report = """
            {"eligible":false,"checks":[
              {"name":"number","expected":"e","found":"It is that card's.","outcome":"pass","fixer":"subscriber"},
              {"name":"memory","expected":"e","found":"It does not fit.","outcome":"fail","fixer":"subscriber",
               "problem":{"layer":"request","code":"MEMORY_SHORT","name":"n","meaning":"m","cause":"c","next":"Terminate something.","evidence":[]}}]}
            """;
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/eligibility-checks", report);
        using var shell = new Shell(server);

        Assert.Equal(1, await shell.RunAsync("request", "check", "deploy", "canteen", "--msisdn", "491700000001"));

        Assert.Contains("subscriber", shell.Output, StringComparison.Ordinal);
        Assert.Contains("Terminate something.", shell.Output, StringComparison.Ordinal);
        Assert.Equal("POST", Assert.Single(server.Requests).Method);
    }

    [Fact]
    public async Task A_loss_is_reported_and_an_application_server_declared_with_its_secret_shown_once()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("POST /api/v1/loss-reports", new FakeAnswer(202, $$"""{"msisdn":"491700000001","card":"{{Answers.Iccid}}","requests":[{{Request("running")}}],"calledOff":[{{Request("cancelled")}}]}"""))
            .On("POST /api/v1/application-servers", new FakeAnswer(201, """
                {"name":"canteen","url":"http://127.0.0.1:8090","services":["canteen"],"timeoutSeconds":5,"description":"","publicKey":"04AA","createdAt":"2026-01-01T00:00:00Z","secret":"00FF"}
                """));
        using var shell = new Shell(server);

        Assert.Equal(0, await shell.RunAsync("loss", "report", "491700000001"));
        Assert.Equal(0, await shell.RunAsync("appserver", "add", "canteen", "http://127.0.0.1:8090", "--service", "canteen"));

        Assert.Contains("running", shell.Output, StringComparison.Ordinal);
        Assert.Contains("Called off:", shell.Output, StringComparison.Ordinal);
        Assert.Contains("cancelled", shell.Output, StringComparison.Ordinal);
        Assert.Contains("00FF", shell.Output, StringComparison.Ordinal);
        Assert.Contains("not shown again", shell.Output, StringComparison.Ordinal);
    }

    private static string Request(string status, string? grade = null, string problem = "null") => $$"""
        {"id":"r1","origin":"operator","requester":"local-token","identifier":"canteen","operation":"deploy","service":"canteen","version":"1.0",
         "provider":"lunch","contract":"c1","msisdn":"491700000001","card":"{{Answers.Iccid}}","status":"{{status}}",
         "grade":{{(grade is null ? "null" : $"\"{grade}\"")}},"problem":{{problem}},"jobs":["r1-1"],"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}
        """;
}
