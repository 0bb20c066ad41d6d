using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Numbers;
using Tsm.Application.Ports;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Subscriptions: the numbers of cards, and their moves to other cards.</summary>
internal static class SubscriptionEndpoints
{
    private const int MaxReason = 500;

    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder numbers = routes.MapGroup("/cards").WithTags("Subscriptions");
        numbers.MapPut("/{card}/number", GiveAsync)
            .WithName("ChangeNumber")
            .WithSummary("Gives a card a number; the card that had it has none from then on")
            .Produces<NumberView>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        numbers.MapPost("/{card}/number/withdraw", WithdrawAsync)
            .WithName("WithdrawNumber")
            .WithSummary("Takes the number of a card out of service: the card takes no jobs until it has one again")
            .Produces<NumberView>()
            .Refuses(StatusCodes.Status404NotFound);

        RouteGroupBuilder swaps = routes.MapGroup("/subscriptions").WithTags("Subscriptions");
        swaps.MapPost("/swap", SwapAsync)
            .WithName("SwapCard")
            .WithSummary("Moves a subscription to another card: its number at once, its services as their providers have chosen")
            .Produces<SwapView>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        swaps.MapGet("/swaps", ListAsync)
            .WithName("ListSwaps")
            .WithSummary("Lists card swaps, the newest first; orphans=true for those with a service on a card that its subscriber no longer has")
            .Produces<ListOf<SwapView>>()
            .Refuses(StatusCodes.Status404NotFound);
        swaps.MapGet("/swaps/{id}", ShowAsync)
            .WithName("ShowSwap")
            .WithSummary("Shows a card swap with where its services stand")
            .Produces<SwapView>()
            .Refuses(StatusCodes.Status404NotFound);
        swaps.MapPost("/swaps/{id}/write-off", WriteOffAsync)
            .WithName("WriteOffOrphans")
            .WithSummary("Writes off what a swap has left on the old card: the card will not be seen again")
            .Produces<SwapView>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        swaps.MapPost("/swaps/{id}/retry", RetryAsync)
            .WithName("RetrySwap")
            .WithSummary("Tries again what a swap could not deploy to the new card")
            .Produces<SwapView>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GiveAsync(
        string card, NumberBody body, Caller caller, Lookup lookup, ICardReads cards, NumberChanges numbers, CancellationToken cancellationToken)
    {
        if (!Msisdn.TryParse(body.Msisdn, out Msisdn msisdn, out string fault))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid($"msisdn: {fault}", "Write the number in international form, like +491700000001."));
        }

        return await lookup.CardAsync(caller.Tenant, card, cancellationToken) is GrainKey key
            ? await AnswerAsync(key, card, await numbers.GiveAsync(key, msisdn.Digits, caller.Actor, cancellationToken), cards, cancellationToken)
            : ApiProblems.Result(ApiProblems.CardUnknown(card));
    }

    private static async Task<IResult> WithdrawAsync(
        string card, Caller caller, Lookup lookup, ICardReads cards, NumberChanges numbers, CancellationToken cancellationToken)
    {
        if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key || await cards.FindAsync(key, cancellationToken) is not { } row)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        // A card without a number has nothing to lose: what was asked for is so.
        return row.Msisdn.Length == 0
            ? Results.Ok(new NumberView(row.Iccid, null, null))
            : await AnswerAsync(key, card, await numbers.TakeAsync(key, row.Msisdn, caller.Actor, cancellationToken), cards, cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(GrainKey key, string card, IReply reply, ICardReads cards, CancellationToken cancellationToken) =>
        reply is NumberIs now && await cards.FindAsync(key, cancellationToken) is { } row
            ? Results.Ok(new NumberView(row.Iccid, Text(now.Msisdn), Text(now.Before)))
            : ApiProblems.Result(JobRequests.Unexpected(reply, card));

    private static async Task<IResult> SwapAsync(SwapBody body, Caller caller, Lookup lookup, SwapStart start, CancellationToken cancellationToken)
    {
        if (!Msisdn.TryParse(body.Msisdn, out Msisdn msisdn, out string fault))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid($"msisdn: {fault}", "Write the number in international form, like +491700000001."));
        }

        if (await lookup.CardAsync(caller.Tenant, body.NewCard ?? "", cancellationToken) is not GrainKey key)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(body.NewCard ?? ""));
        }

        SwapStarted started = await start.StartAsync(key, msisdn.Digits, caller.Actor, cancellationToken);
        return started.Swap is { } swap
            ? Results.Accepted($"/api/v1/subscriptions/swaps/{swap.Id}", SwapView.From(swap))
            : ApiProblems.Result(started.Problem!);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, Lookup lookup, IBooks books, string? card, bool? orphans, CancellationToken cancellationToken)
    {
        GrainKey? key = null;
        if (card is not null)
        {
            key = await lookup.CardAsync(caller.Tenant, card, cancellationToken);
            if (key is null)
            {
                return ApiProblems.Result(ApiProblems.CardUnknown(card));
            }
        }

        return Results.Ok(new ListOf<SwapView>([
            .. (await books.ListAsync<Swap>(caller.Tenant, null, cancellationToken))
                .Select(s => s.Document)
                .Where(s => key is not { } of || of.Id == s.OldCard || of.Id == s.NewCard)
                .Where(s => orphans != true || s.Services.Any(o => o.IsOrphaned))
                .OrderByDescending(s => s.CreatedAt)
                .Take(Paging.Most)
                .Select(SwapView.From),
        ]));
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IBooks books, CancellationToken cancellationToken) =>
        await books.FindAsync<Swap>(caller.Tenant, id, cancellationToken) is { Document: { } swap }
            ? Results.Ok(SwapView.From(swap))
            : ApiProblems.Result(NumberProblems.SwapUnknown(id));

    private static Task<IResult> WriteOffAsync(
        string id, SwapServiceBody body, Caller caller, IBooks books, ISwaps swaps, TimeProvider time, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(body.Reason) || body.Reason.Length > MaxReason
            ? Task.FromResult(ApiProblems.Result(ApiProblems.RequestInvalid($"reason takes 1 to {MaxReason} characters.", "Say why the card will not be seen again.")))
            : ChangeAsync(
                id, body.Service, "written off", caller, books, swaps, time, s => s.IsOrphaned,
                s => s with { State = SwapState.WrittenOff, Reason = body.Reason }, StatusCodes.Status200OK, cancellationToken);

    private static Task<IResult> RetryAsync(
        string id, SwapServiceBody? body, Caller caller, IBooks books, ISwaps swaps, TimeProvider time, CancellationToken cancellationToken) =>
        ChangeAsync(
            id, body?.Service, "tried again", caller, books, swaps, time, s => s.State == SwapState.Failed,
            s => s with { State = SwapState.Waiting, Problem = null, Attempt = s.Attempt + 1 }, StatusCodes.Status202Accepted, cancellationToken);

    private static async Task<IResult> ChangeAsync(
        string id,
        string? service,
        string what,
        Caller caller,
        IBooks books,
        ISwaps swaps,
        TimeProvider time,
        Func<SwapService, bool> applies,
        Func<SwapService, SwapService> change,
        int status,
        CancellationToken cancellationToken)
    {
        if (await books.FindAsync<Swap>(caller.Tenant, id, cancellationToken) is not { Document: { } swap } entry)
        {
            return ApiProblems.Result(NumberProblems.SwapUnknown(id));
        }

        bool IsMeant(SwapService s) => applies(s) && (service is null || string.Equals(service, s.Service, StringComparison.Ordinal));
        if (!swap.Services.Any(IsMeant))
        {
            return ApiProblems.Result(NumberProblems.NothingToDo(id, what));
        }

        DateTimeOffset now = time.GetUtcNow();
        Swap changed = swap with { Services = [.. swap.Services.Select(s => IsMeant(s) ? change(s) : s)] };
        changed = changed with { EndedAt = changed.Services.All(s => s.IsSettled) ? swap.EndedAt ?? now : null };
        AuditEntry audit = AuditEntries.BookSaved(
            now,
            caller.Actor,
            changed,
            $"Services of the swap were {what}.",
            ("reason", changed.Services.FirstOrDefault(s => s.Reason is not null)?.Reason),
            ("services", string.Join(", ", swap.Services.Where(IsMeant).Select(s => s.Service))));
        return await swaps.SaveAsync(caller.Tenant, changed, entry.Version, [], [audit], look: true, cancellationToken)
            ? Results.Json(SwapView.From(changed), statusCode: status)
            : ApiProblems.Result(NumberProblems.SwapChanged(id));
    }

    private static string? Text(string text) => text.Length > 0 ? text : null;
}
