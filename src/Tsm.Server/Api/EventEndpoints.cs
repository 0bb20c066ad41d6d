using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Events: lists, and as they happen.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder events = routes.MapGroup("/events").WithTags("Events");
        events.MapGet("", ListAsync)
            .WithName("ListEvents")
            .WithSummary("Lists events, the newest first; card is an ICCID or an MSISDN; a provider sees its own")
            .Produces<PageOf<EventDetails>>()
            .Refuses(StatusCodes.Status400BadRequest)
            .AlsoFor(Role.Provider);
        events.MapGet("/stream", EventStream.FollowAsync)
            .WithName("FollowEvents")
            .WithSummary("Sends events as they happen, as server-sent events; Last-Event-ID goes on where a stream was cut off, and may repeat some")
            .Produces<string>(StatusCodes.Status200OK, EventStream.MediaType)
            .Refuses(StatusCodes.Status400BadRequest)
            .AlsoFor(Role.Provider);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        IEvents events,
        Lookup lookup,
        ICardReads cards,
        string? provider,
        string? kind,
        string? service,
        string? card,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        // What is not there and what is another's look alike: an empty list.
        (bool isKnown, string? iccid) = await IccidAsync(caller.Tenant, card, lookup, cards, cancellationToken);
        if (!isKnown || (provider is not null && !caller.MaySee(provider)))
        {
            return Results.Ok(new PageOf<EventDetails>([], null));
        }

        var filter = new EventFilter(provider ?? caller.Provider, kind, service, iccid);
        return await Paging.AnswerAsync(
            () => events.ListAsync(caller.Tenant, filter, cursor, limit ?? Paging.Default, cancellationToken), EventDetails.From);
    }

    /// <summary>The ICCID that a card is called by, or that of the card that has a number now.</summary>
    private static async Task<(bool IsKnown, string? Iccid)> IccidAsync(
        string tenant, string? card, Lookup lookup, ICardReads cards, CancellationToken cancellationToken)
    {
        if (card is null)
        {
            return (true, null);
        }

        if (Iccid.TryParse(card, out Iccid iccid, out _))
        {
            return (true, iccid.Digits);
        }

        return await lookup.CardAsync(tenant, card, cancellationToken) is { } key && await cards.FindAsync(key, cancellationToken) is { } row
            ? (true, row.Iccid)
            : (false, null);
    }
}
