using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using ServiceRequest = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Api;

/// <summary>The client on a phone: its token is bound to its number, and everything here is about the card of that number.</summary>
internal static class PhoneEndpoints
{
    public static void MapPhone(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder phone = routes.MapGroup("/phone").WithTags("Phone").AlsoFor(Role.Phone);
        phone.MapGet("/services", ServicesAsync)
            .WithName("ListPhoneServices")
            .WithSummary("Lists the services on the card of the phone's number, and those that are offered")
            .Produces<ListOf<PhoneService>>()
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        phone.MapPost("/requests", RequestAsync)
            .WithName("RequestServiceByPhone")
            .WithSummary("Asks for something to be done with a service on the phone's own card")
            .Produces<RequestDetails>(StatusCodes.Status202Accepted)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status503ServiceUnavailable);
        phone.MapGet("/requests/{id}", ShowAsync)
            .WithName("ShowPhoneRequest")
            .WithSummary("Shows a request of this phone")
            .Produces<RequestDetails>()
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        phone.MapGet("/requests/{id}/eligibility", EligibilityAsync)
            .WithName("ShowPhoneRequestEligibility")
            .WithSummary("Shows what was checked for a request of this phone")
            .Produces<EligibilityDetails>()
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ServicesAsync(
        Caller caller, INumbers numbers, IServiceInstances instances, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        if (caller is not { Role: Role.Phone, Scope: { } number })
        {
            return ApiProblems.Result(NotAPhone);
        }

        (NumberStanding standing, GrainKey? card) = await numbers.FindAsync(caller.Tenant, number, time.GetUtcNow(), cancellationToken);
        if (card is null)
        {
            return ApiProblems.Result(
                standing == NumberStanding.NotInService ? RequestProblems.NumberNotInService(number) : RequestProblems.NumberUnknown(number));
        }

        IReadOnlyList<ServiceInstanceRow> there = await instances.OnCardAsync(card.Value, cancellationToken);
        IEnumerable<PhoneService> shown =
            from entry in await books.ListAsync<Service>(caller.Tenant, null, cancellationToken)
            let service = entry.Document
            let row = there.FirstOrDefault(r => r.Service == service.Id)
            let isOffered = service is { WithdrawnAt: null, Current: not null }
            where isOffered || row is not null
            select new PhoneService(
                service.Id,
                service.Name,
                service.Aid?.ToString(),
                service.Code?.ToString("X2", CultureInfo.InvariantCulture),
                row?.Version ?? service.Current?.Version,
                row?.State ?? InstanceState.Absent,
                row?.Wanted ?? InstanceState.Absent,
                row?.IsPending ?? false,
                isOffered);
        return Results.Ok(new ListOf<PhoneService>([.. shown]));
    }

    private static async Task<IResult> RequestAsync(
        PhoneRequestBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        RequestDesk desk,
        CancellationToken cancellationToken)
    {
        if (caller is not { Role: Role.Phone, Scope: { } number })
        {
            return ApiProblems.Result(NotAPhone);
        }

        string? meaning = !RequestForms.IsWord(body.Identifier) ? "identifier is missing or too long."
            : !RequestForms.IsWord(body.Operation) ? "operation is missing or too long."
            : RequestForms.KeyFault(idempotencyKey);
        if (meaning is not null)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(meaning, "Correct the request; nothing was done."));
        }

        (ServiceRequest? request, Problem? problem) = await desk.TakeAsync(
            new(caller.Tenant, RequestOrigin.Phone, number, caller.Actor, idempotencyKey, body.Identifier!, body.Operation!, number, Iccid: null),
            cancellationToken);
        return request is null ? ApiProblems.Result(problem!) : RequestForms.Answer(request, Audience.Phone, "/api/v1/phone/requests");
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IRequests requests, CancellationToken cancellationToken) =>
        caller.Role == Role.Phone && await requests.FindOwnAsync(caller, id, cancellationToken) is { } request
            ? Results.Ok(RequestDetails.From(request, Audience.Phone))
            : ApiProblems.Result(caller.Role == Role.Phone ? RequestProblems.Unknown(id) : NotAPhone);

    private static async Task<IResult> EligibilityAsync(string id, Caller caller, IRequests requests, CancellationToken cancellationToken) =>
        caller.Role == Role.Phone && await requests.FindOwnAsync(caller, id, cancellationToken) is { } request
            ? Results.Ok(EligibilityDetails.From(request.Eligibility ?? new(false, []), Audience.Phone))
            : ApiProblems.Result(caller.Role == Role.Phone ? RequestProblems.Unknown(id) : NotAPhone);

    private static Problem NotAPhone { get; } = ApiProblems.Of(
        "NOT_A_PHONE",
        "Not a phone",
        "This address is for the clients of phones.",
        "The token is not bound to a number.",
        "Use /api/v1/requests, or make a token of the role phone with POST /api/v1/tokens.");
}
