using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Cards: lists, what is known of one, and its history.</summary>
internal static class CardEndpoints
{
    public static void MapCards(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder cards = routes.MapGroup("/cards").WithTags("Cards");
        cards.MapGet("", ListAsync)
            .WithName("ListCards")
            .WithSummary("Lists cards by ICCID; search finds parts of ICCID and MSISDN")
            .Produces<PageOf<CardSummary>>()
            .Refuses(StatusCodes.Status400BadRequest);
        cards.MapGet("/{card}", ShowAsync)
            .WithName("ShowCard")
            .WithSummary("Shows a card, by ICCID or MSISDN: key check values, counters and what is on it")
            .Produces<CardDetails>()
            .Refuses(StatusCodes.Status404NotFound);
        cards.MapGet("/{card}/history", HistoryAsync)
            .WithName("ShowCardHistory")
            .WithSummary("Shows what happened to a card, the newest first")
            .Produces<PageOf<CardHistoryEntry>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, ICardReads cards, int? limit, string? cursor, string? model, string? search, CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out var problem))
        {
            return ApiProblems.Result(problem);
        }

        return await Paging.AnswerAsync(
            () => cards.ListAsync(caller.Tenant, model, search, cursor, limit ?? Paging.Default, cancellationToken), CardSummary.From);
    }

    private static async Task<IResult> ShowAsync(
        string card,
        Caller caller,
        Lookup lookup,
        ICardReads cards,
        ICatalogueStore catalogue,
        CardStates states,
        IBooks books,
        CancellationToken cancellationToken)
    {
        if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key
            || await cards.FindAsync(key, cancellationToken) is not CardRow row
            || await states.FindAsync(key, cancellationToken) is not { } found)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        IReadOnlyList<CatalogueApplication> applications = await catalogue.ApplicationsAsync(caller.Tenant, cancellationToken);
        CardState state = found.State;
        return Results.Ok(new CardDetails(
            row.Iccid,
            row.Msisdn,
            row.Model,
            row.ActiveJob,
            row.Queued,
            row.LastProofAt,
            row.Uncertain,
            [.. found.Keys.Select(KeySet)],
            [.. state.Domains.Select(d => new CardCounter(d.Tar.ToString(), d.KeyVersion, d.Counter))],
            [.. state.Contents.Select(c => Content(c, applications))],
            state.AuditedAt,
            [.. state.SecurityDomains.Select(d => SecurityDomain(d, state))],
            state.ApplicationTable is { } octets ? await TableAsync(octets, caller, books, cancellationToken) : null));
    }

    private static async Task<CardApplicationTable> TableAsync(Octets octets, Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        ApplicationTable table = default;
        bool isRead = octets.IsEmpty || ApplicationTable.TryParse(octets.Span, out table, out _);
        return new(
            octets.ToString(),
            isRead
                ? await ServiceEndpoints.DisagreementsAsync(table, caller, books, cancellationToken)
                : [new("", octets.ToString(), null, "The card's table cannot be read.")]);
    }

    private static async Task<IResult> HistoryAsync(
        string card, Caller caller, Lookup lookup, ICardReads cards, int? limit, string? before, CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out var problem))
        {
            return ApiProblems.Result(problem);
        }

        if (await lookup.CardAsync(caller.Tenant, card, cancellationToken) is not GrainKey key)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        return await Paging.AnswerAsync(
            () => cards.HistoryAsync(key, job: null, before, limit ?? Paging.Default, cancellationToken), CardHistoryEntry.From);
    }

    private static CardSecurityDomain SecurityDomain(CardDomain domain, CardState card) => new(
        domain.Aid.ToString(),
        domain.Tar.ToString(),
        domain.Provider,
        domain.Mode,
        card.Contents.FirstOrDefault(c => c.Aid == domain.Aid)?.Confirmed?.Name(RegistryKind.SecurityDomain),
        [.. domain.Keys.Select(KeySet)]);

    /// <summary>A key set of a provider's domain, by its check values.</summary>
    internal static DomainKeySetSummary KeySet(DomainKeys keys) => new(
        keys.Version,
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(keys.Wrapped.Algorithm.ToString()),
        keys.Wrapped.KicCheckValue.ToString(),
        keys.Wrapped.KidCheckValue.ToString(),
        keys.Wrapped.DekCheckValue.ToString(),
        keys.IsProven);

    private static KeySetSummary KeySet(WrappedKeySet keys) => new(
        keys.Version,
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(keys.Algorithm.ToString()),
        keys.KicCheckValue.ToString(),
        keys.KidCheckValue.ToString(),
        keys.DekCheckValue.IsEmpty ? null : keys.DekCheckValue.ToString());

    private static CardContent Content(ContentItem item, IReadOnlyList<CatalogueApplication> applications)
    {
        CatalogueApplication? application = applications.FirstOrDefault(a => string.Equals(a.Id, item.Application, StringComparison.Ordinal));
        RegistryKind kind = item.Kind switch
        {
            ContentKind.LoadFile => RegistryKind.LoadFile,
            ContentKind.SecurityDomain => RegistryKind.SecurityDomain,
            _ => RegistryKind.Application,
        };
        return new(
            item.Aid.ToString(),
            System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(item.Kind.ToString()),
            item.Wanted?.Name(kind),
            item.Confirmed?.Name(kind),
            item.Unknown,
            application?.Name,
            item.LoadFile?.ToString(),
            item.Application,
            item.ProvenAt,
            item.Domain?.ToString(),
            item.Kind == ContentKind.Application && item.IsPersonalised ? true : null);
    }
}
