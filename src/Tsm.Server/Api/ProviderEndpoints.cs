using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Application providers: taking on, lists, ending.</summary>
internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder providers = routes.MapGroup("/providers").WithTags("Providers");
        providers.MapPost("", CreateAsync)
            .WithName("CreateProvider")
            .WithSummary("Takes a provider on; AID and TAR of its security domain are allocated where they are not given")
            .Produces<ProviderDetails>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        providers.MapGet("", ListAsync)
            .WithName("ListProviders")
            .WithSummary("Lists the providers; a provider sees itself")
            .Produces<ListOf<ProviderDetails>>()
            .AlsoFor(Role.Provider);
        providers.MapGet("/{id}", ShowAsync)
            .WithName("ShowProvider")
            .WithSummary("Shows a provider")
            .Produces<ProviderDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        providers.MapPost("/{id}/end", EndAsync)
            .WithName("EndProvider")
            .WithSummary("Ends a provider, its contracts and its tokens; a provider that has ended stays as it is")
            .Produces<ProviderDetails>()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CreateAsync(
        ProviderRequest body, Caller caller, ProviderAdmission admission, CancellationToken cancellationToken)
    {
        var faults = new Faults();
        faults.DemandId("id", body.Id);
        faults.DemandName("name", body.Name);
        Card.Identifiers.Aid? aid = null;
        Card.Identifiers.Tar? tar = null;
        if (body.DomainAid is not null
            && faults.Demand(
                Card.Identifiers.Aid.TryParse(body.DomainAid, out Card.Identifiers.Aid readAid, out string problem),
                "domainAid", "AID_INVALID", problem, "Write 5 to 16 octets in hexadecimal, or leave it out."))
        {
            aid = readAid;
        }

        if (body.DomainTar is not null
            && faults.Demand(
                Card.Identifiers.Tar.TryParse(body.DomainTar, out Card.Identifiers.Tar readTar, out problem),
                "domainTar", "TAR_INVALID", problem, "Write six hexadecimal digits, or leave it out."))
        {
            tar = readTar;
        }

        if (faults.Any)
        {
            return ApiProblems.Result(ApiProblems.ProviderInvalid(faults.Found[0].Problem), faults.Found);
        }

        (Provider? provider, Problem? refusal) = await admission.AdmitAsync(caller, body.Id!, body.Name!, aid, tar, cancellationToken);
        return provider is null
            ? ApiProblems.Result(refusal!)
            : Results.Created($"/api/v1/providers/{provider.Id}", ProviderDetails.From(provider));
    }

    private static async Task<IResult> ListAsync(Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        IReadOnlyList<BookEntry<Provider>> all = await books.ListAsync<Provider>(caller.Tenant, caller.Provider, cancellationToken);
        return Results.Ok(new ListOf<ProviderDetails>([.. all.Select(e => ProviderDetails.From(e.Document))]));
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IBooks books, CancellationToken cancellationToken) =>
        await books.FindOwnAsync<Provider>(caller, id, cancellationToken) is { } entry
            ? Results.Ok(ProviderDetails.From(entry.Document))
            : ApiProblems.Result(ProviderProblems.Unknown(id));

    private static async Task<IResult> EndAsync(
        string id, Caller caller, IBooks books, TokenKeeper tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Provider? ended = await books.ChangeAsync<Provider>(
            caller.Tenant,
            id,
            p => p.EndedAt is null ? p with { EndedAt = now } : p,
            p => AuditEntries.BookSaved(now, caller.Actor, p, $"Provider {id} was ended."),
            cancellationToken);
        if (ended is null)
        {
            return ApiProblems.Result(ProviderProblems.Unknown(id));
        }

        tokens.Forget();
        foreach (BookEntry<Contract> contract in await books.ListAsync<Contract>(caller.Tenant, id, cancellationToken))
        {
            // What is missed here when the node dies is found by the watch of contracts.
            await books.ChangeAsync<Contract>(
                caller.Tenant,
                contract.Document.Id,
                c => c.EndedAt is null && !(c.Until <= now) ? c with { EndedAt = now } : c,
                c => AuditEntries.BookSaved(now, caller.Actor, c, $"Contract {c.Id} ends with its provider."),
                cancellationToken);
        }

        return Results.Ok(ProviderDetails.From(ended));
    }
}
