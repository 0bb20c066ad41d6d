using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm number</c> and <c>tsm swap</c>: the numbers of cards, and subscriptions that move to other cards.</summary>
internal static class SubscriptionCommands
{
    private static readonly Argument<string> Card = new("card") { Description = "ICCID or MSISDN" };
    private static readonly Argument<string> Number = new("number") { Description = "The number, in international form" };
    private static readonly Argument<string> NewCard = new("new-card") { Description = "The card that the subscriber has got: ICCID, or the number it has now" };
    private static readonly Argument<string> Id = new("swap") { Description = "Id of the swap" };
    private static readonly Option<string?> OfCard = new("--card", "-c") { Description = "Only of this card: ICCID or MSISDN", HelpName = "CARD" };
    private static readonly Option<bool> Orphans = new("--orphans") { Description = "Only with a service on a card that its subscriber no longer has" };
    private static readonly Option<string?> Service = new("--service") { Description = "Only this service", HelpName = "SERVICE" };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why", HelpName = "TEXT", Required = true };

    public static IEnumerable<Verb> Build(Terminal terminal) =>
    [
        new Verb("number", "Numbers of cards: give, withdraw").With(
            new Verb("set", "Give a card a number; the card that had it has none from then on", "tsm number set 8988211000000000017 +491700000001")
                .Takes(Card, Number).TalksToServer().Does(terminal, SetAsync),
            new Verb("withdraw", "Take a card's number out of service: the card takes no jobs until it has one again", "tsm number withdraw 491700000001")
                .Takes(Card).TalksToServer().Does(terminal, WithdrawAsync)),
        new Verb("swap", "Card swaps: start, list, look at, write off").With(
            new Verb("start", "Move a subscription to another card: its number at once, its services as their providers have chosen",
                "tsm swap start +491700000001 8988211000000000025")
                .Takes(Number, NewCard).TalksToServer().Does(terminal, StartAsync),
            new Verb("list", "List card swaps", "tsm swap list --orphans")
                .Takes(OfCard, Orphans).TalksToServer().Does(terminal, ListAsync),
            new Verb("show", "Show a card swap with where its services stand", "tsm swap show 1b0f32c1a2f94d0e5a7c6b81")
                .Takes(Id).TalksToServer().Does(terminal, ShowAsync),
            new Verb("write-off", "Write off what a swap has left on the old card", "tsm swap write-off 1b0f32c1a2f94d0e5a7c6b81 --reason \"card destroyed\"")
                .Takes(Id, Service, Reason).TalksToServer().Does(terminal, run => ChangeAsync(run, "write-off", run.Get(Reason))),
            new Verb("retry", "Try again what a swap could not bring to the new card", "tsm swap retry 1b0f32c1a2f94d0e5a7c6b81")
                .Takes(Id, Service).TalksToServer().Does(terminal, run => ChangeAsync(run, "retry", reason: null))),
    ];

    private static async Task<int> SetAsync(Invocation run)
    {
        Answer<NumberRecord> answer = await run.Api.ChangeNumberAsync(run.Get(Card), run.Get(Number), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.Number(console, answer.Value));
    }

    private static async Task<int> WithdrawAsync(Invocation run)
    {
        Answer<NumberRecord> answer = await run.Api.WithdrawNumberAsync(run.Get(Card), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.Number(console, answer.Value));
    }

    private static async Task<int> StartAsync(Invocation run)
    {
        Answer<SwapRecord> answer = await run.Api.SwapAsync(new SwapOrder(run.Get(Number), run.Get(NewCard)), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.Show(console, answer.Value));
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<SwapRecord>> answer = await run.Api.SwapsAsync(run.Get(OfCard), run.Get(Orphans), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<SwapRecord> answer = await run.Api.SwapAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.Show(console, answer.Value));
    }

    private static async Task<int> ChangeAsync(Invocation run, string verb, string? reason)
    {
        Answer<SwapRecord> answer = await run.Api.ChangeSwapAsync(run.Get(Id), verb, new(run.Get(Service), reason), run.Cancellation);
        return run.Result(answer.Json, console => SwapText.Show(console, answer.Value));
    }
}
