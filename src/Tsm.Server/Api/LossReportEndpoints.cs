using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using ServiceRequest = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Api;

/// <summary>A lost card: what is active on it is suspended and what is on its way to it is called off, by its number.</summary>
internal static class LossReportEndpoints
{
    private const int PageSize = 500;

    public static void MapLossReports(this IEndpointRouteBuilder routes) => routes.MapPost("/loss-reports", ReportAsync)
        .WithTags("Requests")
        .WithName("ReportLoss")
        .WithSummary("Suspends all services in use on the card with this number, one request for each, also those that others have suspended, and calls off what would make more active")
        .Produces<LossReportDetails>(StatusCodes.Status202Accepted)
        .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
        .AlsoFor(Role.CustomerService);

    private static async Task<IResult> ReportAsync(
        LossReportBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        INumbers numbers,
        ICardReads cards,
        IServiceInstances instances,
        IRequests requests,
        RequestDesk desk,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if ((body.Msisdn is null ? "msisdn is missing." : RequestForms.NumberFault(body.Msisdn) ?? RequestForms.KeyFault(idempotencyKey)) is { } meaning)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(meaning, "Correct the report; nothing was done."));
        }

        string number = Msisdn.Parse(body.Msisdn!).Digits;
        (NumberStanding standing, GrainKey? holder) = await numbers.FindAsync(caller.Tenant, number, time.GetUtcNow(), cancellationToken);
        if (holder is not { } card || await cards.FindAsync(card, cancellationToken) is not { } row)
        {
            return ApiProblems.Result(
                standing == NumberStanding.NotInService ? RequestProblems.NumberNotInService(number) : RequestProblems.NumberUnknown(number));
        }

        // What is called off first is either off, or on the card's list when that is read.
        List<ServiceRequest> calledOff = await CallOffAsync(card, caller, requests, desk, cancellationToken);
        List<ServiceRequest> taken = [];
        foreach (ServiceInstanceRow service in await instances.OnCardAsync(card, cancellationToken))
        {
            // What is pending may be active, and what the user has suspended the carrier holds too from now on.
            if (!IsInUse(service.Wanted) && !IsInUse(service.State))
            {
                continue;
            }

            (ServiceRequest? request, Problem? problem) = await desk.TakeAsync(
                new(
                    caller.Tenant,
                    caller.Role == Role.CustomerService ? RequestOrigin.CustomerService : RequestOrigin.Operator,
                    caller.Actor.Name,
                    caller.Actor,

                    // A key that was used for another card's loss must not keep this one from being suspended.
                    idempotencyKey is null ? null : $"loss|{idempotencyKey}|{number}|{card.Id}|{service.Service}",
                    service.Service,
                    "suspend",
                    number,
                    Iccid: null),
                cancellationToken);
            if (request is null)
            {
                return ApiProblems.Result(problem!);
            }

            taken.Add(request);
        }

        return calledOff.Count == 0 && taken is [var first, ..] && taken.All(IsRefused)
            ? RequestForms.Answer(first, Audience.Operator, "/api/v1/requests")
            : Results.Accepted("/api/v1/requests", new LossReportDetails(number, row.Iccid, Shown(taken), Shown(calledOff)));
    }

    /// <summary>Calls off what would make a service active after the report; what takes away or stops goes on.</summary>
    private static async Task<List<ServiceRequest>> CallOffAsync(
        GrainKey card, Caller caller, IRequests requests, RequestDesk desk, CancellationToken cancellationToken)
    {
        List<ServiceRequest> calledOff = [];
        string? cursor = null;
        do
        {
            Page<ServiceRequest> page = await requests.ListAsync(caller.Tenant, new(Card: card, Live: true), cursor, PageSize, cancellationToken);
            foreach (ServiceRequest request in page.Items.Where(r => MakesActive(r.Operation)))
            {
                (ServiceRequest now, Problem? problem) = await desk.CancelAsync(request, caller.Actor, cancellationToken);
                if (problem is null)
                {
                    calledOff.Add(now);
                }
            }

            cursor = page.Next;
        }
        while (cursor is not null);

        return calledOff;
    }

    private static bool MakesActive(ServiceOperation? operation) => operation is
        ServiceOperation.Download or ServiceOperation.Deploy or ServiceOperation.Activate or ServiceOperation.Upgrade or ServiceOperation.Resume;

    private static bool IsInUse(InstanceState state) => state is InstanceState.Active or InstanceState.Suspended;

    private static bool IsRefused(ServiceRequest request) => request.Status is RequestStatus.Refused or RequestStatus.Failed;

    private static RequestDetails[] Shown(List<ServiceRequest> requests) => [.. requests.Select(r => RequestDetails.From(r, Audience.Operator))];
}
