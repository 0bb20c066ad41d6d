using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Card models: what a type of card supports.</summary>
internal static class CardModelEndpoints
{
    public static void MapCardModels(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder models = routes.MapGroup("/card-models").WithTags("Card models");
        models.MapGet("", ListAsync)
            .WithName("ListCardModels")
            .WithSummary("Lists the card models")
            .Produces<ListOf<CardModelDetails>>();
        models.MapGet("/{name}", ShowAsync)
            .WithName("ShowCardModel")
            .WithSummary("Shows a card model")
            .Produces<CardModelDetails>()
            .Refuses(StatusCodes.Status404NotFound);
        models.MapPut("/{name}", SaveAsync)
            .WithName("SaveCardModel")
            .WithSummary("Declares a card model, or declares it anew")
            .Produces<CardModelDetails>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> ListAsync(Caller caller, ICatalogueStore catalogue, CancellationToken cancellationToken)
    {
        IReadOnlyList<CardModel> models = await catalogue.ModelsAsync(caller.Tenant, cancellationToken);
        return Results.Ok(new ListOf<CardModelDetails>([.. models.Select(CardModelDetails.From)]));
    }

    private static async Task<IResult> ShowAsync(string name, Caller caller, ICatalogueStore catalogue, CancellationToken cancellationToken)
    {
        IReadOnlyList<CardModel> models = await catalogue.ModelsAsync(caller.Tenant, cancellationToken);
        return models.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.Ordinal)) is { } model
            ? Results.Ok(CardModelDetails.From(model))
            : ApiProblems.Result(ApiProblems.CardModelUnknown(name));
    }

    private static async Task<IResult> SaveAsync(
        string name, CardModelDetails body, Caller caller, ICatalogueStore catalogue, TimeProvider time, CancellationToken cancellationToken)
    {
        (CardModel? model, IReadOnlyList<ApiFault> faults) = body.ToModel(name);
        if (model is null)
        {
            return ApiProblems.Result(ApiProblems.CardModelInvalid(faults[0].Problem), faults);
        }

        AuditEntry audit = AuditEntries.CardModelSaved(time.GetUtcNow(), caller.Actor, model);
        await catalogue.SaveModelAsync(caller.Tenant, model, audit, cancellationToken);
        return Results.Ok(CardModelDetails.From(model));
    }
}
