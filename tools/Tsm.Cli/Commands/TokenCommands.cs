using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm token</c>: who else may call the API.</summary>
internal static class TokenCommands
{
    private static readonly Argument<string> Id = new("id") { Description = "Id of the token, as the list shows it" };
    private static readonly Option<string> Role = new("--role")
    {
        Description = "operator, customerService, provider, phone or applicationServer",
        HelpName = "ROLE",
        Required = true,
    };

    private static readonly Option<string?> Scope = new("--scope")
    {
        Description = "What it is limited to: id of a provider or application server, number of a phone",
        HelpName = "WHAT",
    };

    private static readonly Option<string?> Name = new("--name") { Description = "What people call it (default: role and scope)", HelpName = "TEXT" };
    private static readonly Option<string?> Expires = new("--expires") { Description = "Until when it opens (else until it is revoked)", HelpName = "TIME" };

    public static Verb Build(Terminal terminal) => new Verb("token", "Tokens of the API: create, list, revoke").With(
        new Verb("create", "Make a token; it is shown this once",
            "tsm token create --role provider --scope bank", "export TSM_TOKEN=$(tsm token create --role provider --scope bank --json | jq -r .token)")
            .Takes(Role, Scope, Name, Expires).TalksToServer().Does(terminal, CreateAsync),
        new Verb("list", "List tokens, never the tokens themselves", "tsm token list")
            .TalksToServer().Does(terminal, ListAsync),
        new Verb("revoke", "Revoke a token; within five seconds it opens nothing any more", "tsm token revoke 01994c0a...")
            .Takes(Id).TalksToServer().Does(terminal, RevokeAsync));

    private static async Task<int> CreateAsync(Invocation run)
    {
        string role = run.Get(Role)!;
        string? scope = run.Get(Scope);
        Answer<JsonElement> answer = await run.Api.CreateTokenAsync(
            JsonBody.Of(
                ("role", role), ("scope", scope), ("name", run.Get(Name) ?? (scope is null ? role : $"{role} {scope}")), ("expiresAt", run.Get(Expires))),
            run.Cancellation);
        return run.Result(answer.Json, console =>
        {
            console.Write(new Text(RecordText.Text(answer.Value, "token") + "\n"));
            console.Write(new Text("Keep it now: it is never shown again. It is sent as TSM_TOKEN or --token.\n", new(Color.Grey)));
        });
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.TokensAsync(run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "No tokens but that of the data folder.",
            ("id", "id"), ("role", "role"), ("scope", "scope"), ("name", "name"), ("expires", "expiresAt"), ("revoked", "revokedAt"), ("last used", "usedOn")));
    }

    private static async Task<int> RevokeAsync(Invocation run)
    {
        string id = run.Get(Id);
        await run.Api.RevokeTokenAsync(id, run.Cancellation);
        return run.Result(
            JsonBody.Element(JsonBody.Of(("id", id), ("revoked", true))), console => Print.Tick(console, $"token {id} opens nothing any more"));
    }
}
