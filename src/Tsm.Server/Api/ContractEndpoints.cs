using System.Globalization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Contracts: making, lists, amending, ending.</summary>
internal static class ContractEndpoints
{
    public static void MapContracts(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder contracts = routes.MapGroup("/contracts").WithTags("Contracts");
        contracts.MapPost("", CreateAsync)
            .WithName("CreateContract")
            .WithSummary("Makes a contract with a provider")
            .Produces<ContractDetails>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        contracts.MapGet("", ListAsync)
            .WithName("ListContracts")
            .WithSummary("Lists contracts, those of a provider or all; a provider sees its own")
            .Produces<ListOf<ContractDetails>>()
            .AlsoFor(Role.Provider);
        contracts.MapGet("/{id}", ShowAsync)
            .WithName("ShowContract")
            .WithSummary("Shows a contract; the header ETag names its version")
            .Produces<ContractDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        contracts.MapPut("/{id}", AmendAsync)
            .WithName("AmendContract")
            .WithSummary("Writes a contract anew in place of the version that If-Match names")
            .Produces<ContractDetails>()
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status428PreconditionRequired);
        contracts.MapPost("/{id}/end", EndAsync)
            .WithName("EndContract")
            .WithSummary("Ends a contract now; what is in flight is finished or called off, as it says")
            .Produces<ContractDetails>()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CreateAsync(
        ContractRequest body, Caller caller, ContractTerms terms, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        (Contract? contract, IReadOnlyList<ApiFault> faults) = await terms.ReadAsync(caller.Tenant, body, cancellationToken);
        if (contract is null)
        {
            return ApiProblems.Result(ApiProblems.ContractInvalid(faults[0].Problem), faults);
        }

        AuditEntry audit = Entry(time, caller, contract, $"Contract {contract.Id} was made with provider {contract.Provider}.");
        return await books.SaveAsync(caller.Tenant, contract, expected: 0, audit, cancellationToken)
            ? Results.Created($"/api/v1/contracts/{contract.Id}", ContractDetails.Show(contract, 1, time.GetUtcNow(), 0))
            : ApiProblems.Result(ProviderProblems.ContractExists(contract.Id));
    }

    private static async Task<IResult> ListAsync(
        Caller caller, IBooks books, TimeProvider time, string? provider, CancellationToken cancellationToken)
    {
        if (provider is not null && !caller.MaySee(provider))
        {
            return Results.Ok(new ListOf<ContractDetails>([]));
        }

        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<BookEntry<Contract>> all = await books.ListAsync<Contract>(caller.Tenant, provider ?? caller.Provider, cancellationToken);
        return Results.Ok(new ListOf<ContractDetails>([.. all.Select(e => ContractDetails.Show(e.Document, e.Version, now))]));
    }

    private static async Task<IResult> ShowAsync(
        string id,
        Caller caller,
        IBooks books,
        IServiceInstances instances,
        TimeProvider time,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (await books.FindOwnAsync<Contract>(caller, id, cancellationToken) is not { } entry)
        {
            return ApiProblems.Result(ProviderProblems.ContractUnknown(id));
        }

        int count = await instances.CountAsync(caller.Tenant, new(Contract: id), cancellationToken);
        response.Headers.ETag = EntityTags.Of(entry.Version);
        return Results.Ok(ContractDetails.Show(entry.Document, entry.Version, time.GetUtcNow(), count));
    }

    private static async Task<IResult> AmendAsync(
        string id,
        ContractRequest body,
        Caller caller,
        ContractTerms terms,
        IBooks books,
        IServiceInstances instances,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (await books.FindAsync<Contract>(caller.Tenant, id, cancellationToken) is not { Document: { } before, Version: long version })
        {
            return ApiProblems.Result(ProviderProblems.ContractUnknown(id));
        }

        if (EntityTags.Fault(context.Request, version, $"Contract {id}") is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        if (before.EndedAt is not null || before.Until <= time.GetUtcNow())
        {
            return ApiProblems.Result(ProviderProblems.ContractEnded(id));
        }

        (Contract? contract, IReadOnlyList<ApiFault> faults) = await terms.ReadAsync(
            caller.Tenant,
            body with { Id = body.Id ?? id, Provider = body.Provider ?? before.Provider, From = body.From ?? before.From },
            cancellationToken,
            before);
        if (contract is null)
        {
            return ApiProblems.Result(ApiProblems.ContractInvalid(faults[0].Problem), faults);
        }

        if (contract.Mode != before.Mode
            && await instances.CountAsync(caller.Tenant, new(Contract: id), cancellationToken) is var count and > 0)
        {
            return ApiProblems.Result(ProviderProblems.ContractInUse(id, count));
        }

        AuditEntry audit = Entry(time, caller, contract, $"Contract {id} was amended.");
        if (!await books.SaveAsync(caller.Tenant, contract, version, audit, cancellationToken))
        {
            return ApiProblems.Result(ApiProblems.VersionStale($"Contract {id}"));
        }

        context.Response.Headers.ETag = EntityTags.Of(version + 1);
        return Results.Ok(ContractDetails.Show(contract, version + 1, time.GetUtcNow()));
    }

    private static async Task<IResult> EndAsync(
        string id, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Contract? ended = await books.ChangeAsync<Contract>(
            caller.Tenant,
            id,
            c => c.EndedAt is null && !(c.Until <= now) ? c with { EndedAt = now } : c,
            c => AuditEntries.BookSaved(now, caller.Actor, c, $"Contract {id} was ended."),
            cancellationToken);
        return ended is not null && await books.FindAsync<Contract>(caller.Tenant, id, cancellationToken) is { } entry
            ? Results.Ok(ContractDetails.Show(entry.Document, entry.Version, time.GetUtcNow()))
            : ApiProblems.Result(ProviderProblems.ContractUnknown(id));
    }

    private static AuditEntry Entry(TimeProvider time, Caller caller, Contract contract, string text) => AuditEntries.BookSaved(
        time.GetUtcNow(),
        caller.Actor,
        contract,
        text,
        ("provider", contract.Provider),
        ("mode", contract.Mode.ToString()),
        ("quota", contract.Quota?.ToString(CultureInfo.InvariantCulture)),
        ("until", contract.Until?.ToString("O", CultureInfo.InvariantCulture)),
        ("atEnd", contract.AtEnd.ToString()));
}
