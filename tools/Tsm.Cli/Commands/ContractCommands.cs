using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm contract</c>: what a provider and the carrier have agreed on.</summary>
internal static class ContractCommands
{
    private static readonly Argument<string> Id = new("id") { Description = "Id of the contract: lower-case letters, digits, hyphens" };
    private static readonly Option<string> Provider = new("--provider") { Description = "Id of the provider", HelpName = "ID", Required = true };
    private static readonly Option<string?> Of = new("--provider") { Description = "Only contracts of this provider", HelpName = "ID" };
    private static readonly Option<string> Mode = new("--mode")
    {
        Description = "Who commands the cards: simple, delegated or authorized",
        HelpName = "MODE",
        DefaultValueFactory = _ => "simple",
    };

    private static readonly Option<string[]> Services = Several("--service", "A service it covers (else all of the provider's)", "ID");
    private static readonly Option<string[]> Models = Several("--card-model", "A card model it covers (else all)", "NAME");
    private static readonly Option<string[]> Operations = Several("--operation", "An operation the provider may ask for, such as deploy (else all)", "OP");
    private static readonly Option<int?> Quota = new("--quota") { Description = "The most instances at one time (else no limit)", HelpName = "N" };
    private static readonly Option<string?> From = new("--from") { Description = "From when on it holds (default: now)", HelpName = "TIME" };
    private static readonly Option<string?> Until = new("--until") { Description = "Until when it holds (else an open end)", HelpName = "TIME" };
    private static readonly Option<string?> AtEnd = new("--at-end")
    {
        Description = "What becomes of work in flight at its end: finish (default) or undo",
        HelpName = "WHAT",
    };

    private static readonly Option<bool> KeepDomain = new("--keep-domain") { Description = "The security domain stays on a card without applications" };

    public static Verb Build(Terminal terminal) => new Verb("contract", "Contracts with providers: create, list, show, end").With(
        new Verb("create", "Make a contract with a provider",
            "tsm contract create bank-2026 --provider bank --service wallet --quota 10000 --until 2026-12-31T00:00:00Z --at-end undo")
            .Takes(Id, Provider, Mode, Services, Models, Operations, Quota, From, Until, AtEnd, KeepDomain)
            .TalksToServer().Does(terminal, CreateAsync),
        new Verb("list", "List contracts", "tsm contract list --provider bank")
            .Takes(Of).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a contract and how many instances are under it", "tsm contract show bank-2026")
            .Takes(Id).TalksToServer().Does(terminal, run => ShowAsync(run, run.Api.ContractAsync(run.Get(Id), run.Cancellation))),
        new Verb("end", "End a contract now; work in flight is finished or called off, as it says", "tsm contract end bank-2026")
            .Takes(Id).TalksToServer().Does(terminal, run => ShowAsync(run, run.Api.EndContractAsync(run.Get(Id), run.Cancellation))));

    private static Task<int> CreateAsync(Invocation run) => ShowAsync(run, run.Api.CreateContractAsync(
        JsonBody.Of(
            ("id", run.Get(Id)),
            ("provider", run.Get(Provider)),
            ("mode", run.Get(Mode)),
            ("services", JsonBody.List(run.Get(Services))),
            ("cardModels", JsonBody.List(run.Get(Models))),
            ("operations", JsonBody.List(run.Get(Operations))),
            ("quota", run.Get(Quota) is { } quota ? JsonValue.Create(quota) : null),
            ("from", run.Get(From)),
            ("until", run.Get(Until)),
            ("atEnd", run.Get(AtEnd)),
            ("removeDomainWhenEmpty", run.Get(KeepDomain) ? JsonValue.Create(false) : null)),
        run.Cancellation));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.ContractsAsync(run.Get(Of), run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "No contracts.",
            ("id", "id"), ("provider", "provider"), ("state", "state"), ("mode", "mode"), ("quota", "quota"), ("until", "until"),
            ("services", "services"), ("operations", "operations")));
    }

    private static async Task<int> ShowAsync(Invocation run, Task<Answer<JsonElement>> asked)
    {
        Answer<JsonElement> answer = await asked;
        return run.Result(answer.Json, console => ModelText.Show(console, answer.Value));
    }

    private static Option<string[]> Several(string name, string description, string help) => new(name)
    {
        Description = description + "; may be given several times",
        HelpName = help,
        AllowMultipleArgumentsPerToken = true,
    };
}
