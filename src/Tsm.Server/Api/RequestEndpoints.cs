using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using ServiceRequest = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Api;

/// <summary>Requests for services on cards, of providers and of the carrier.</summary>
internal static class RequestEndpoints
{
    public static void MapRequests(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder requests = routes.MapGroup("/requests").WithTags("Requests");
        requests.MapPost("", RequestAsync)
            .WithName("RequestService")
            .WithSummary("Asks for something to be done with a service on a card; the same Idempotency-Key is the same request")
            .Produces<RequestDetails>(StatusCodes.Status202Accepted)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status503ServiceUnavailable)
            .AlsoFor(Role.Provider, Role.CustomerService);
        requests.MapGet("", ListAsync)
            .WithName("ListRequests")
            .WithSummary("Lists requests, the newest first; a provider sees its own")
            .Produces<PageOf<RequestDetails>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        requests.MapGet("/{id}", ShowAsync)
            .WithName("ShowRequest")
            .WithSummary("Shows a request")
            .Produces<RequestDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        requests.MapPost("/{id}/cancel", CancelAsync)
            .WithName("CancelRequest")
            .WithSummary("Calls a request off; what the card has begun is ended with its next packet")
            .Produces<RequestDetails>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider, Role.CustomerService);
        requests.MapGet("/{id}/eligibility", EligibilityAsync)
            .WithName("ShowRequestEligibility")
            .WithSummary("Shows what was checked for a request, and what was found")
            .Produces<EligibilityDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        routes.MapPost("/eligibility-checks", WouldAsync)
            .WithTags("Requests")
            .WithName("CheckEligibility")
            .WithSummary("Says whether a request would be granted, check by check, and does nothing")
            .Produces<EligibilityDetails>()
            .Refuses(StatusCodes.Status400BadRequest)
            .AlsoFor(Role.Provider, Role.CustomerService);
    }

    private static async Task<IResult> RequestAsync(
        ServiceRequestBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        RequestDesk desk,
        CancellationToken cancellationToken)
    {
        if (RequestForms.Fault(body, idempotencyKey) is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        (ServiceRequest? request, Problem? problem) = await desk.TakeAsync(RequestForms.Asked(body, idempotencyKey, caller), cancellationToken);
        return request is null ? ApiProblems.Result(problem!) : RequestForms.Answer(request, RequestForms.AudienceOf(caller), "/api/v1/requests");
    }

    private static async Task<IResult> WouldAsync(
        ServiceRequestBody body, Caller caller, RequestDesk desk, CancellationToken cancellationToken)
    {
        if (RequestForms.Fault(body, null) is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        ServiceRequest found = await desk.WouldAsync(RequestForms.Asked(body, null, caller), cancellationToken);
        return Results.Ok(EligibilityDetails.From(found.Eligibility!, RequestForms.AudienceOf(caller)));
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        IRequests requests,
        Lookup lookup,
        string? status,
        string? service,
        string? card,
        string? provider,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        RequestStatus? wanted = Enum.GetValues<RequestStatus>()
            .Cast<RequestStatus?>()
            .FirstOrDefault(s => string.Equals(s.ToString(), status, StringComparison.OrdinalIgnoreCase));
        if (status is not null && wanted is null)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"status is '{status}'.", $"Write one of {string.Join(", ", Enum.GetNames<RequestStatus>().Select(n => char.ToLowerInvariant(n[0]) + n[1..]))}."));
        }

        GrainKey? key = null;
        if (card is not null && (key = await lookup.CardAsync(caller.Tenant, card, cancellationToken)) is null)
        {
            // Whether a card exists is not for everybody: without a request of its own there is nothing to see for a provider.
            return caller.Provider is null ? ApiProblems.Result(ApiProblems.CardUnknown(card)) : Results.Ok(new PageOf<RequestDetails>([], null));
        }

        // A provider sees what it has asked for itself, and nothing of what users or others ask.
        RequestFilter filter = caller.Provider is { } own
            ? new(Requester: own, Origin: RequestOrigin.Provider, Status: wanted, Service: service, Card: key)
            : new(Provider: provider, Status: wanted, Service: service, Card: key);
        Audience audience = RequestForms.AudienceOf(caller);
        return await Paging.AnswerAsync(
            () => requests.ListAsync(caller.Tenant, filter, cursor, limit ?? Paging.Default, cancellationToken),
            r => RequestDetails.From(r, audience));
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IRequests requests, CancellationToken cancellationToken) =>
        await requests.FindOwnAsync(caller, id, cancellationToken) is { } request
            ? Results.Ok(RequestDetails.From(request, RequestForms.AudienceOf(caller)))
            : ApiProblems.Result(RequestProblems.Unknown(id));

    private static async Task<IResult> EligibilityAsync(string id, Caller caller, IRequests requests, CancellationToken cancellationToken) =>
        await requests.FindOwnAsync(caller, id, cancellationToken) is { } request
            ? Results.Ok(EligibilityDetails.From(request.Eligibility ?? new(false, []), RequestForms.AudienceOf(caller)))
            : ApiProblems.Result(RequestProblems.Unknown(id));

    private static async Task<IResult> CancelAsync(
        string id, Caller caller, IRequests requests, RequestDesk desk, CancellationToken cancellationToken)
    {
        if (await requests.FindOwnAsync(caller, id, cancellationToken) is not { } request)
        {
            return ApiProblems.Result(RequestProblems.Unknown(id));
        }

        (ServiceRequest now, Problem? problem) = await desk.CancelAsync(request, caller.Actor, cancellationToken);
        return problem is null
            ? Results.Accepted($"/api/v1/requests/{id}", RequestDetails.From(now, RequestForms.AudienceOf(caller)))
            : ApiProblems.Result(problem);
    }
}
