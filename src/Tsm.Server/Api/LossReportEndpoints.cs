using Microsoft.AspNetCore.Mvc;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using ServiceRequest = Tsm.Application.Requests.ServiceRequest;

namespace Tsm.Server.Api;

/// <summary>A lost card: everything that is active on it is suspended, by its number.</summary>
internal static class LossReportEndpoints
{
    public static void MapLossReports(this IEndpointRouteBuilder routes) => routes.MapPost("/loss-reports", ReportAsync)
        .WithTags("Requests")
        .WithName("ReportLoss")
        .WithSummary("Suspends all active services of the card with this number; one request for each, one answer with all")
        .Produces<LossReportDetails>(StatusCodes.Status202Accepted)
        .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
        .AlsoFor(Role.CustomerService);

    private static async Task<IResult> ReportAsync(
        LossReportBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        INumbers numbers,
        ICardReads cards,
        IServiceInstances instances,
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

        List<RequestDetails> taken = [];
        IReadOnlyList<ServiceInstanceRow> there = await instances.OnCardAsync(card, cancellationToken);

        // What is pending may be active: to suspend it once too often does no harm.
        foreach (ServiceInstanceRow service in there.Where(s => s.Wanted == InstanceState.Active || s.State == InstanceState.Active))
        {
            (ServiceRequest? request, _) = await desk.TakeAsync(
                new(
                    caller.Tenant,
                    caller.Role == Role.CustomerService ? RequestOrigin.CustomerService : RequestOrigin.Operator,
                    caller.Actor.Name,
                    caller.Actor,
                    idempotencyKey is null ? null : $"loss|{idempotencyKey}|{service.Service}",
                    service.Service,
                    "suspend",
                    number,
                    Iccid: null),
                cancellationToken);
            if (request is not null)
            {
                taken.Add(RequestDetails.From(request, Audience.Operator));
            }
        }

        return Results.Accepted("/api/v1/requests", new LossReportDetails(number, row.Iccid, taken));
    }
}
