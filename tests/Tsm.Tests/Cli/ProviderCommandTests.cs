using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Tests.Server;

namespace Tsm.Tests.Cli;

/// <summary><c>tsm provider</c>, <c>contract</c>, <c>token</c>, <c>event</c> and <c>webhook</c>, against a fake and against the real server.</summary>
public sealed class ProviderCommandTests
{
    [Fact]
    public async Task A_contract_says_only_what_was_said()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On("POST /api/v1/contracts", new FakeAnswer(201, """{"id":"c1"}"""));
        using var shell = new Shell(server);

        int code = await shell.RunAsync(
            "contract", "create", "c1", "--provider", "bank", "--service", "a", "--service", "b", "--quota", "7", "--at-end", "undo", "--keep-domain");

        Assert.Equal(0, code);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse("""{"id":"c1","provider":"bank","mode":"simple","services":["a","b"],"quota":7,"atEnd":"undo","removeDomainWhenEmpty":false}"""),
                JsonNode.Parse(server.Requests.Single().Body)),
            server.Requests.Single().Body);
    }

    [Fact]
    public async Task A_test_that_the_receiver_does_not_take_ends_with_1()
    {
        await using FakeServer server = (await FakeServer.StartAsync()).On(
            "POST /api/v1/webhooks/w/test",
            """{"id":"1","event":"test-1","kind":"webhook.test","status":"failed","attempts":1,"code":500,"text":"no"}""",
            """{"id":"2","event":"test-2","kind":"webhook.test","status":"delivered","attempts":1,"code":204,"text":""}""");
        using var refused = new Shell(server);
        using var taken = new Shell(server);

        Assert.Equal(1, await refused.RunAsync("webhook", "test", "w"));
        Assert.Equal(0, await taken.RunAsync("webhook", "test", "w"));

        Assert.Contains("✗ the receiver has not taken it: 500 no", refused.Output, StringComparison.Ordinal);
        Assert.Contains("✓ the receiver has taken it: 204", taken.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_followed_comes_line_by_line_goes_on_after_a_cut_and_repeats_nothing()
    {
        const string first = "id: 0.1\nevent: a\ndata: {\"id\":\"1\",\"kind\":\"a\"}\n\n";
        const string second = "id: 0.1\ndata: {\"id\":\"1\",\"kind\":\"a\"}\n\nid: 0.2\ndata: {\"id\":\"2\",\"kind\":\"b\"}\n\n";
        await using FakeServer server = (await FakeServer.StartAsync()).On(
            "GET /api/v1/events/stream",
            new FakeAnswer(200, first, "text/event-stream"), new FakeAnswer(200, second, "text/event-stream"), new FakeAnswer(401, """{"code":"TOKEN_REVOKED","title":"x"}"""));
        using var shell = new Shell(server);

        int code = await shell.RunAsync("event", "follow", "--provider", "bank", "--json");

        Assert.Equal(4, code);
        string[] lines = shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["{\"id\":\"1\",\"kind\":\"a\"}", "{\"id\":\"2\",\"kind\":\"b\"}"], lines[..2]);
        Assert.Equal("?provider=bank", server.Requests.First().Query);
    }

    [Fact]
    public async Task The_whole_story_by_commands()
    {
        await using RunningServer server = await RunningServer.StartAsync(("Webhooks:AllowLoopback", "true"));
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        string[] at = ["--server", server.Client.BaseAddress!.AbsoluteUri, "--data", server.Folder];

        Assert.Contains("F0", await RunAsync(["provider", "create", "bank", "--name", "The Bank", .. at]), StringComparison.Ordinal);
        Assert.Contains("bank", await RunAsync(["provider", "list", .. at]), StringComparison.Ordinal);
        await RunAsync(["contract", "create", "bank-1", "--provider", "bank", "--operation", "deploy", "suspend", .. at]);
        Assert.Contains("suspend, deploy", await RunAsync(["contract", "list", "--provider", "bank", .. at]), StringComparison.Ordinal);
        Assert.Contains("holds", await RunAsync(["contract", "show", "bank-1", .. at]), StringComparison.Ordinal);

        JsonElement token = Parse(await RunAsync(["token", "create", "--role", "provider", "--scope", "bank", "--json", .. at]));
        string[] asBank = ["--server", server.Client.BaseAddress.AbsoluteUri, "--token", token.Text("token")];
        Assert.Contains("bank-1", await RunAsync(["contract", "list", .. asBank]), StringComparison.Ordinal);
        string webhook = Parse(await RunAsync(["webhook", "create", receiver.Url, "--json", .. asBank])).GetProperty("details").Text("id");
        Assert.Contains(webhook, await RunAsync(["webhook", "list", .. asBank]), StringComparison.Ordinal);
        Assert.Contains("✓", await RunAsync(["webhook", "test", webhook, .. asBank]), StringComparison.Ordinal);
        Assert.Contains("webhook.test", await RunAsync(["webhook", "deliveries", webhook, .. asBank]), StringComparison.Ordinal);
        await RunAsync(["webhook", "delete", webhook, .. asBank]);
        await server.RaiseAsync("service.activated", "bank", "wallet");
        Assert.Contains("service.activated", await RunAsync(["event", "list", .. asBank]), StringComparison.Ordinal);
        await RunAsync(4, ["token", "list", .. asBank]);

        await RunAsync(["token", "revoke", token.GetProperty("details").Text("id"), .. at]);
        await RunAsync(4, ["contract", "list", .. asBank]);
        Assert.Contains("ended", await RunAsync(["contract", "end", "bank-1", .. at]), StringComparison.Ordinal);
        await RunAsync(["provider", "end", "bank", .. at]);
        await RunAsync(1, ["provider", "create", "bank", .. at]);
        await RunAsync(2, ["provider", "create", "BANK", .. at]);
    }

    private static Task<string> RunAsync(string[] arguments) => RunAsync(0, arguments);

    private static async Task<string> RunAsync(int expected, string[] arguments)
    {
        using var shell = new Shell();
        int code = await shell.RunAsync(arguments);
        Assert.True(code == expected, $"{string.Join(' ', arguments)}: {code} {shell.Output} {shell.Error}");
        return shell.Output;
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
