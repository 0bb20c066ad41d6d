using System.CommandLine;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm provider</c>: who may have applications on cards.</summary>
internal static class ProviderCommands
{
    private static readonly Argument<string> Id = new("id") { Description = "Id of the provider: lower-case letters, digits, hyphens" };
    private static readonly Option<string?> Name = new("--name") { Description = "What people call it (default: the id)", HelpName = "TEXT" };
    private static readonly Option<string?> Aid = new("--domain-aid") { Description = "AID of its security domain (else the server allocates one)", HelpName = "AID" };
    private static readonly Option<string?> Tar = new("--domain-tar") { Description = "TAR of its security domain (else the server allocates one)", HelpName = "TAR" };

    public static Verb Build(Terminal terminal) => new Verb("provider", "Application providers: create, list, show, end").With(
        new Verb("create", "Take a provider on", "tsm provider create bank --name \"The Bank\"", "tsm provider create metro --domain-tar 1234AB")
            .Takes(Id, Name, Aid, Tar).TalksToServer().Does(terminal, CreateAsync),
        new Verb("list", "List the providers", "tsm provider list")
            .TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a provider", "tsm provider show bank")
            .Takes(Id).TalksToServer().Does(terminal, run => ShowAsync(run, run.Api.ProviderAsync(run.Get(Id), run.Cancellation))),
        new Verb("end", "End a provider, its contracts and its tokens", "tsm provider end bank")
            .Takes(Id).TalksToServer().Does(terminal, run => ShowAsync(run, run.Api.EndProviderAsync(run.Get(Id), run.Cancellation))));

    private static Task<int> CreateAsync(Invocation run) => ShowAsync(run, run.Api.CreateProviderAsync(
        JsonBody.Of(("id", run.Get(Id)), ("name", run.Get(Name) ?? run.Get(Id)), ("domainAid", run.Get(Aid)), ("domainTar", run.Get(Tar))),
        run.Cancellation));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.ProvidersAsync(run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "No providers. Take one on with `tsm provider create`.",
            ("id", "id"), ("domain AID", "domainAid"), ("TAR", "domainTar"), ("ended", "endedAt"), ("name", "name")));
    }

    private static async Task<int> ShowAsync(Invocation run, Task<Answer<JsonElement>> asked)
    {
        Answer<JsonElement> answer = await asked;
        return run.Result(answer.Json, console => ModelText.Show(console, answer.Value));
    }
}
