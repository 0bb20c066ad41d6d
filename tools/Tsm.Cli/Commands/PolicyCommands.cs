using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm policy</c>, <c>tsm usage</c>, <c>tsm reputation</c>: how cards are used, and what rules make of it.</summary>
internal static class PolicyCommands
{
    private static readonly Argument<string> Id = new("policy") { Description = "Id of the policy" };
    private static readonly Option<string?> Owner = new("--owner") { Description = "The provider whose policy it is (else the carrier's)", HelpName = "PROVIDER" };
    private static readonly Option<string?> Service = new("--service") { Description = "The service it is for (else all)", HelpName = "SERVICE" };
    private static readonly Option<decimal> Start = new("--start") { Description = "The score without any record", HelpName = "N", DefaultValueFactory = _ => 100 };
    private static readonly Option<decimal> Below = new("--suspend-below") { Description = "Suspend a service whose score is below this", HelpName = "N", Required = true };
    private static readonly Option<decimal> Above = new("--resume-above") { Description = "Resume what it has suspended when the score is this or above", HelpName = "N", Required = true };
    private static readonly Option<PolicyRuleOrder[]> Rules = new("--rule")
    {
        Description = "What records of a kind count, and for how many days; several times. With :amount it is points per unit",
        HelpName = "KIND:POINTS:DAYS[:amount]",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = ParseRules,
    };

    private static readonly Option<DateTimeOffset> From = new("--from") { Description = "Try it on the past from then on, e.g. 2026-01-01", HelpName = "TIME", Required = true };
    private static readonly Option<DateTimeOffset?> To = new("--to") { Description = "Until then (else now)", HelpName = "TIME" };
    private static readonly Option<bool> Force = new("--force") { Description = "Without a trial of this revision; it is recorded" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Why", HelpName = "TEXT" };
    private static readonly Option<string> Card = new("--card", "-c") { Description = "ICCID or MSISDN", HelpName = "CARD", Required = true };
    private static readonly Option<string?> OfCard = new("--card", "-c") { Description = "Only of this card: ICCID or MSISDN", HelpName = "CARD" };
    private static readonly Option<string> OnService = new("--service") { Description = "The service", HelpName = "SERVICE", Required = true };
    private static readonly Option<DateTimeOffset?> Until = new("--until") { Description = "Until then (else until it is lifted)", HelpName = "TIME" };
    private static readonly Option<bool> Lift = new("--lift") { Description = "Lift it: the policy looks at the card again" };
    private static readonly Option<string> RecordId = new("--id") { Description = "Your name for the record; the same again counts once", HelpName = "ID", Required = true };
    private static readonly Option<string> Kind = new("--kind") { Description = "What happened, e.g. payment-refused", HelpName = "KIND", Required = true };
    private static readonly Option<decimal?> Amount = new("--amount") { Description = "How much (else 1)", HelpName = "N" };
    private static readonly Option<DateTimeOffset?> At = new("--at") { Description = "When (else now)", HelpName = "TIME" };

    public static IEnumerable<Verb> Build(Terminal terminal) =>
    [
        new Verb("policy", "Policies: suspend and resume by reputation; tried on the past before they act").With(
            new Verb("create", "Declare a policy as a draft",
                "tsm policy create strict --service canteen --suspend-below 50 --resume-above 80 --rule fraud:-60:30 --rule paid:1:30")
                .Takes(Id, Owner, Service, Start, Below, Above, Rules).TalksToServer().Does(terminal, CreateAsync),
            new Verb("change", "Change a policy; it is a draft again until it is tried and activated",
                "tsm policy change strict --service canteen --suspend-below 40 --resume-above 80 --rule fraud:-60:30")
                .Takes(Id, Service, Start, Below, Above, Rules).TalksToServer().Does(terminal, ChangeAsync),
            new Verb("list", "List policies", "tsm policy list").TalksToServer().Does(terminal, ListAsync),
            new Verb("show", "Show a policy with its last trial", "tsm policy show strict").Takes(Id).TalksToServer().Does(terminal, ShowAsync),
            new Verb("trial", "Try a policy on past usage; nothing is done", "tsm policy trial strict --from 2026-01-01")
                .Takes(Id, From, To).TalksToServer().Does(terminal, TryAsync),
            new Verb("activate", "Let a policy act, once exactly this revision was tried", "tsm policy activate strict")
                .Takes(Id, Force, Reason).TalksToServer().Does(terminal, ActivateAsync),
            new Verb("pause", "Pause a policy: it leaves everything as it is", "tsm policy pause strict")
                .Takes(Id).TalksToServer().Does(terminal, PauseAsync),
            new Verb("actions", "List what a policy has done, each with its records", "tsm policy actions strict")
                .Takes(Id, OfCard, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ActionsAsync),
            new Verb("overrule", "Say that a policy leaves a service on a card alone, or lift that",
                "tsm policy overrule strict --card 491700000001 --service canteen --reason \"paid in cash\"",
                "tsm policy overrule strict --card 491700000001 --service canteen --lift")
                .Takes(Id, Card, OnService, Until, Reason, Lift).TalksToServer().Does(terminal, OverruleAsync),
            new Verb("overrules", "List the overrules of a policy", "tsm policy overrules strict")
                .Takes(Id).TalksToServer().Does(terminal, OverrulesAsync)),
        new Verb("usage", "Usage records: list, add").With(
            new Verb("list", "List usage records, the newest first", "tsm usage list --card 491700000001 --service canteen")
                .Takes(OfCard, Service, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, UsageAsync),
            new Verb("add", "Add a usage record by hand; application servers send them by POST /api/v1/usage-records",
                "tsm usage add --id 4711 --card 8988211000000000017 --service canteen --kind fraud")
                .Takes(RecordId, Card, OnService, Kind, Amount, At).TalksToServer().Does(terminal, AddUsageAsync)),
        new Verb("reputation", "Reputation: look at").With(
            new Verb("show", "Show the score of a service on a card, and what each record counts",
                "tsm reputation show --card 491700000001 --service canteen")
                .Takes(Card, OnService).TalksToServer().Does(terminal, ReputationAsync)),
    ];

    private static async Task<int> CreateAsync(Invocation run)
    {
        Answer<PolicyRecord> answer = await run.Api.CreatePolicyAsync(Order(run, run.Get(Owner)), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Show(console, answer.Value));
    }

    private static async Task<int> ChangeAsync(Invocation run)
    {
        Answer<PolicyRecord> answer = await run.Api.ChangePolicyAsync(Order(run, owner: null), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Show(console, answer.Value));
    }

    private static PolicyOrder Order(Invocation run, string? owner) =>
        new(run.Get(Id), owner, run.Get(Service), run.Get(Start), run.Get(Rules) ?? [], run.Get(Below), run.Get(Above));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<PolicyRecord>> answer = await run.Api.PoliciesAsync(run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<PolicyRecord> answer = await run.Api.PolicyAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Show(console, answer.Value));
    }

    private static async Task<int> TryAsync(Invocation run)
    {
        Answer<PolicyTrialAnswer> answer = await run.Api.TryPolicyAsync(run.Get(Id), new(run.Get(From), run.Get(To)), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Trial(console, answer.Value));
    }

    private static async Task<int> ActivateAsync(Invocation run)
    {
        Answer<PolicyRecord> answer = await run.Api.ActivatePolicyAsync(
            run.Get(Id), new(run.Get(Force) ? true : null, run.Get(Reason)), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Show(console, answer.Value));
    }

    private static async Task<int> PauseAsync(Invocation run)
    {
        Answer<PolicyRecord> answer = await run.Api.PausePolicyAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Show(console, answer.Value));
    }

    private static async Task<int> ActionsAsync(Invocation run)
    {
        Answer<Page<PolicyActionRecord>> answer = await run.Api.PolicyActionsAsync(
            run.Get(Id), run.Get(OfCard), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Actions(console, answer.Value));
    }

    private static async Task<int> OverruleAsync(Invocation run)
    {
        string card = run.Get(Card)!, service = run.Get(OnService)!;
        Answer<OverruleRecord> answer = run.Get(Lift)
            ? await run.Api.LiftOverruleAsync(run.Get(Id), card, service, run.Cancellation)
            : await run.Api.OverruleAsync(run.Get(Id), new(card, service, run.Get(Until), run.Get(Reason) ?? ""), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Overrules(console, new() { Items = [answer.Value] }));
    }

    private static async Task<int> OverrulesAsync(Invocation run)
    {
        Answer<Page<OverruleRecord>> answer = await run.Api.OverrulesAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Overrules(console, answer.Value));
    }

    private static async Task<int> UsageAsync(Invocation run)
    {
        Answer<Page<UsageRecordEntry>> answer = await run.Api.UsageAsync(
            run.Get(OfCard), run.Get(Service), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Usage(console, answer.Value));
    }

    private static async Task<int> AddUsageAsync(Invocation run)
    {
        // Records name cards by ICCID, because numbers move; people know numbers.
        string card = run.Get(Card)!;
        string iccid = card.Length >= 18 ? card : (await run.Api.CardAsync(card, run.Cancellation)).Value.Iccid;
        Answer<UsageAdded> answer = await run.Api.AddUsageAsync(
            new(null, [new(run.Get(RecordId)!, run.Get(OnService)!, iccid, run.Get(At) ?? TimeProvider.System.GetUtcNow(), run.Get(Kind)!, run.Get(Amount))]),
            run.Cancellation);
        return run.Result(
            answer.Json, console => Print.Tick(console, answer.Value.Added == 1 ? "The record was added." : "The record was there already and counts once."));
    }

    private static async Task<int> ReputationAsync(Invocation run)
    {
        Answer<ReputationRecord> answer = await run.Api.ReputationAsync(run.Get(Card)!, run.Get(OnService)!, run.Cancellation);
        return run.Result(answer.Json, console => PolicyText.Reputation(console, answer.Value));
    }

    private static PolicyRuleOrder[] ParseRules(ArgumentResult result)
    {
        List<PolicyRuleOrder> rules = [];
        foreach (Token token in result.Tokens)
        {
            string[] parts = token.Value.Split(':');
            if (parts is [_, _, _] or [_, _, _, "amount"]
                && decimal.TryParse(parts[1], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int window))
            {
                rules.Add(new(parts[0], number, parts.Length == 4 ? "amount" : "record", window));
            }
            else
            {
                result.AddError($"'{token.Value}' is no rule; write it as fraud:-60:30, or overdraft:-0.1:30:amount.");
            }
        }

        return [.. rules];
    }
}
