using Tsm.Cli;
using Tsm.Cli.Api;

namespace Tsm.Tests.Cli;

public sealed class ApiClientTests
{
    [Fact]
    public async Task Sends_the_token_and_what_was_asked_for()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/cards", """{"items":[],"next":"c2"}""");
        using ApiClient api = Open(server);

        Answer<Page<CardRecord>> answer = await api.CardsAsync(10, "c 1&x", "uicc-aes", null, CancellationToken.None);

        FakeRequest request = server.Requests.Single();
        Assert.Equal("Bearer " + FakeServer.Token, request.Authorization);
        Assert.Equal("?limit=10&cursor=c%201%26x&model=uicc-aes", request.Query);
        Assert.Equal("c2", answer.Value.Next);
    }

    [Fact]
    public async Task Names_of_applications_may_hold_any_characters()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/applications/a b?c", """{"id":"1"}""");
        using ApiClient api = Open(server);

        Answer<App> answer = await api.ApplicationAsync("a b?c", CancellationToken.None);

        Assert.Equal("1", answer.Value.Id);
    }

    [Fact]
    public async Task An_order_carries_its_key_and_leaves_out_what_is_not_said()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/jobs", new FakeAnswer(202, Answers.Created("")));
        using ApiClient api = Open(server);

        await api.CreateJobsAsync(new() { Operation = "audit", Cards = [Answers.Iccid] }, "key-1", CancellationToken.None);

        FakeRequest request = server.Requests.Single();
        Assert.Equal("key-1", request.IdempotencyKey);
        Assert.Equal($$"""{"operation":"audit","cards":["{{Answers.Iccid}}"]}""", request.Body);
    }

    [Fact]
    public async Task Lists_that_are_null_are_empty()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/jobs/j1", Answers.Job("j1", "running"));
        using ApiClient api = Open(server);

        Job job = (await api.JobAsync("j1", CancellationToken.None)).Value;

        Assert.Empty(job.Evidence);
        Assert.False(job.Ended);
    }

    [Fact]
    public async Task Contents_are_a_count_in_lists_and_entries_for_one_card()
    {
        await using FakeServer server = (await FakeServer.StartAsync())
            .On("GET /api/v1/cards", """{"items":[{"iccid":"1","contents":4}]}""")
            .On("GET /api/v1/cards/1", """{"iccid":"1","contents":[{"aid":"F0546D5301","kind":"loadFile","confirmed":"LOADED","unknown":false}]}""");
        using ApiClient api = Open(server);

        CardRecord listed = (await api.CardsAsync(1, null, null, null, CancellationToken.None)).Value.Items.Single();
        CardRecord shown = (await api.CardAsync("1", CancellationToken.None)).Value;

        Assert.Equal(4, listed.ContentCount);
        Assert.Equal("LOADED", shown.ContentList.Single().Confirmed);
    }

    [Fact]
    public async Task A_problem_of_the_server_arrives_whole()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/jobs", new FakeAnswer(409, Answers.CapacityProblem));
        using ApiClient api = Open(server);

        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(
            () => api.CreateJobsAsync(new() { Operation = "install", Cards = ["1"] }, "k", CancellationToken.None));

        Assert.Equal(ExitCode.Refused, fault.ExitCode);
        Assert.Equal("capacity", fault.Problem.Layer);
        Assert.Equal("Terminate one that is not needed.", fault.Problem.Next);
        Assert.Equal(["GET STATUS of 12:00"], fault.Problem.Evidence);
    }

    [Theory]
    [InlineData(401, "", 4, "NOT_AUTHORISED")]
    [InlineData(502, "<html>Bad gateway</html>", 4, "API_UNEXPECTED_ANSWER")]
    [InlineData(404, "<html>Not found</html>", 1, "API_UNEXPECTED_ANSWER")]
    [InlineData(200, "<html>Welcome</html>", 1, "API_UNEXPECTED_ANSWER")]
    [InlineData(200, "null", 1, "API_UNEXPECTED_ANSWER")]
    public async Task An_answer_that_is_not_ours_is_said_to_be_none(int status, string body, int exitCode, string code)
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("GET /api/v1/health", new FakeAnswer(status, body, "text/html"));
        using ApiClient api = Open(server);

        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(() => api.HealthAsync(CancellationToken.None));

        Assert.Equal((exitCode, code), (fault.ExitCode, fault.Problem.Code));
        Assert.NotNull(fault.Problem.Next);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        using var api = new ApiClient(new("http://127.0.0.1:1"), null);

        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(() => api.HealthAsync(CancellationToken.None));

        Assert.Equal((ExitCode.Unreachable, "SERVER_UNREACHABLE"), (fault.ExitCode, fault.Problem.Code));
    }

    private static ApiClient Open(FakeServer server) => new(new(server.Url), FakeServer.Token);
}
