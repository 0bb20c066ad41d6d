using Microsoft.AspNetCore.Http.HttpResults;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Control;

/// <summary>The control API: what happened, what is on a card, what shall go wrong.</summary>
public static class ControlEndpoints
{
    /// <summary>The most cards in one page of the list.</summary>
    public const int MaxPage = 10_000;

    /// <summary>Maps the routes.</summary>
    public static IEndpointRouteBuilder MapControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account", (Network network) => AccountView.Of(network));
        routes.MapGet("/cards", (Network network, int? limit, string? after, CancellationToken cancellationToken) =>
            network.ObserveAsync(() => List(network, limit ?? 1000, after), cancellationToken));
        routes.MapGet("/cards/{card}", async Task<Results<Ok<CardView>, ProblemHttpResult>> (
            Network network, string card, CancellationToken cancellationToken) =>
                network.TryFind(card, out SimulatedCard? found)
            ? TypedResults.Ok(await network.ObserveAsync(() => Look(network, found), cancellationToken))
            : NoSuchCard(card));
        routes.MapPost("/cards/{card}/off", (Network network, string card, double? seconds) =>
            Done(network.SwitchOff(card, seconds is { } s ? TimeSpan.FromSeconds(Math.Clamp(s, 0, 86_400)) : null),
                card));
        routes.MapPost("/cards/{card}/on", (Network network, string card) => Done(network.SwitchOn(card), card));
        routes.MapPost("/cards/{card}/reset", (Network network, string card) => Done(network.Reset(card), card));
        routes.MapPost("/cards/{card}/send", SendAsync);
        routes.MapGet("/faults", (Network network) => network.Faults);
        routes.MapPut("/faults", Results<Ok<Faults>, ProblemHttpResult> (Network network, FaultsRequest request) =>
        {
            if (!request.TryApply(network.Faults, out Faults? faults))
            {
                return TypedResults.Problem(
                    "A probability is 0..1, a delay 0..3600000 milliseconds, a number of submits 0 or more.",
                    statusCode: StatusCodes.Status422UnprocessableEntity, title: "The faults are out of range.");
            }

            network.Faults = faults;
            return TypedResults.Ok(faults);
        });
        return routes;
    }

    private static CardPage List(Network network, int limit, string? after)
    {
        int size = Math.Clamp(limit, 1, MaxPage);
        IReadOnlyList<SimulatedCard> cards = network.List(after, size + 1);
        string? next = cards.Count > size ? cards[size - 1].Iccid.ToString() : null;
        return new([.. cards.Take(size).Select(c => CardRow.Of(network, c))], next);
    }

    private static CardView Look(Network network, SimulatedCard card) => new(
        CardRow.Of(network, card),
        card.Content.Memory,
        card.Content.Used,
        [.. card.Content.LoadFiles.Select(LoadFileView.Of)],
        [.. card.Content.Instances.Select(ApplicationView.Of)],
        card.Load is { } load ? new LoadView(load.LoadFile.ToString(), load.NextBlock, load.Received) : null,
        [.. card.KeySets.Select(KeySetView.Of)],
        [.. card.Environment.Supplementary.Prepend(card.Environment.Issuer).Select(d => DomainView.Of(card, d))],
        AccountView.NumbersOf(card.Account.Tallies));

    // What a toolkit application does by SEND SHORT MESSAGE: the phone sends an SMS-SUBMIT of the card.
    private static async Task<Results<NoContent, ProblemHttpResult>> SendAsync(
        Network network, string card, SendRequest request, CancellationToken cancellationToken)
    {
        if (!network.TryFind(card, out SimulatedCard? found))
        {
            return NoSuchCard(card);
        }

        if (!request.TryMake(found.Msisdn, out ShortMessage? message))
        {
            return TypedResults.Problem(
                "The destination is 1..20 digits, userData 0..140 octets in hexadecimal, protocolId and dataCoding are 0..255.",
                statusCode: StatusCodes.Status422UnprocessableEntity, title: "The card cannot send this.");
        }

        return await network.SendFromCardAsync(card, message, cancellationToken)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                "A card that is switched off sends nothing.", statusCode: StatusCodes.Status409Conflict, title: "The card is off.");
    }

    private static Results<NoContent, ProblemHttpResult> Done(bool found, string card) =>
        found ? TypedResults.NoContent() : NoSuchCard(card);

    private static ProblemHttpResult NoSuchCard(string card) => TypedResults.Problem(
        $"No card has the ICCID or MSISDN {card}.", statusCode: StatusCodes.Status404NotFound,
        title: "There is no such card.");
}
