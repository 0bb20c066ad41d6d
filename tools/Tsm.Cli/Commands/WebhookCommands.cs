using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm webhook</c>: where events are sent as they happen.</summary>
internal static class WebhookCommands
{
    private static readonly Argument<string> Id = new("id") { Description = "Id of the webhook" };
    private static readonly Argument<string> Url = new("url") { Description = "Where to: https, or http on the server's own machine" };
    private static readonly Option<string?> Provider = new("--provider") { Description = "Only events of this provider (a provider's own in any case)", HelpName = "ID" };
    private static readonly Option<string[]> Kinds = new("--kind")
    {
        Description = "A kind of events, such as service.activated (else all); may be given several times",
        HelpName = "KIND",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Services = new("--service")
    {
        Description = "A service (else all); may be given several times",
        HelpName = "ID",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Verb Build(Terminal terminal) => new Verb("webhook", "Webhooks: create, list, delete, test, deliveries").With(
        new Verb("create", "Send events to a URL from now on; the secret of their signature is shown this once",
            "tsm webhook create https://bank.example/tsm --provider bank --kind service.activated --kind service.terminated")
            .Takes(Url, Provider, Kinds, Services).TalksToServer().Does(terminal, CreateAsync),
        new Verb("list", "List webhooks", "tsm webhook list")
            .TalksToServer().Does(terminal, ListAsync),
        new Verb("delete", "Delete a webhook and its deliveries", "tsm webhook delete 01994c0a...")
            .Takes(Id).TalksToServer().Does(terminal, DeleteAsync),
        new Verb("test", "Send a test event now; the exit code is 1 when the receiver does not take it", "tsm webhook test 01994c0a...")
            .Takes(Id).TalksToServer().Does(terminal, TestAsync),
        new Verb("deliveries", "List what was sent and what the receiver answered, newest first", "tsm webhook deliveries 01994c0a...")
            .Takes(Id, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, DeliveriesAsync));

    private static async Task<int> CreateAsync(Invocation run)
    {
        Answer<JsonElement> answer = await run.Api.CreateWebhookAsync(
            JsonBody.Of(
                ("url", run.Get(Url)), ("provider", run.Get(Provider)),
                ("kinds", JsonBody.List(run.Get(Kinds))), ("services", JsonBody.List(run.Get(Services)))),
            run.Cancellation);
        return run.Result(answer.Json, console =>
        {
            Print.Fields(console,
                ("id", RecordText.Text(answer.Value.GetProperty("details"), "id")),
                ("secret", RecordText.Text(answer.Value, "secret")));
            console.Write(new Text("Keep the secret now: it is never shown again. It verifies the header Tsm-Signature.\n", new(Color.Grey)));
        });
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.WebhooksAsync(run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "No webhooks.",
            ("id", "id"), ("provider", "provider"), ("paused", "paused"), ("kinds", "kinds"), ("services", "services"), ("url", "url")));
    }

    private static async Task<int> DeleteAsync(Invocation run)
    {
        string id = run.Get(Id);
        await run.Api.DeleteWebhookAsync(id, run.Cancellation);
        return run.Result(JsonBody.Element(JsonBody.Of(("id", id), ("deleted", true))), console => Print.Tick(console, $"webhook {id} is gone"));
    }

    private static async Task<int> TestAsync(Invocation run)
    {
        Answer<JsonElement> answer = await run.Api.TestWebhookAsync(run.Get(Id), run.Cancellation);
        bool isTaken = RecordText.Text(answer.Value, "status") is "delivered";
        string said = $"{RecordText.Text(answer.Value, "code") ?? "no answer"} {RecordText.Text(answer.Value, "text")}".TrimEnd();
        run.Result(answer.Json, console =>
        {
            if (isTaken)
            {
                Print.Tick(console, $"the receiver has taken it: {said}");
            }
            else
            {
                Print.Cross(console, $"the receiver has not taken it: {said}");
            }
        });
        return isTaken ? ExitCode.Done : ExitCode.Refused;
    }

    private static async Task<int> DeliveriesAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.DeliveriesAsync(
            run.Get(Id), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "Nothing was sent.",
            ("id", "id"), ("event", "event"), ("kind", "kind"), ("status", "status"), ("attempts", "attempts"), ("next", "nextAt"),
            ("ended", "endedAt"), ("code", "code"), ("answer", "text")));
    }
}
