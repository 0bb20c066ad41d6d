using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Usage records: application servers tell how services are used.</summary>
internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder usage = routes.MapGroup("/usage-records").WithTags("Usage");
        usage.MapPost("", UsageIntakes.TakeAsync)
            .WithName("AddUsageRecords")
            .WithSummary("Takes usage records, all of a batch or none; a record that comes again counts once")
            .Produces<UsageTaken>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity)
            .AlsoFor(Role.ApplicationServer);
        usage.MapGet("", ListAsync)
            .WithName("ListUsageRecords")
            .WithSummary("Lists usage records, the newest first")
            .Produces<PageOf<UsageRecordView>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.ApplicationServer, Role.CustomerService);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        ServiceScope scope,
        IUsageRecords records,
        string? card,
        string? service,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        GrainKey? key = null;
        if (card is not null)
        {
            key = await scope.CardAsync(caller, card, cancellationToken);
            if (key is null)
            {
                return ApiProblems.Result(ApiProblems.CardUnknown(card));
            }
        }

        IReadOnlyCollection<string>? services = null;
        if (service is not null)
        {
            if (await scope.FindAsync(caller, service, cancellationToken) is null)
            {
                return ApiProblems.Result(PolicyProblems.ServiceUnknown(service));
            }

            services = [service];
        }
        else if (caller.Role is not (Role.Operator or Role.CustomerService))
        {
            services = [.. (await scope.AllAsync(caller, cancellationToken)).Select(s => s.Id)];
        }

        string? server = caller.Role == Role.ApplicationServer ? caller.Scope : null;
        return await Paging.AnswerAsync(
            () => records.ListAsync(caller.Tenant, new(key, services, server), cursor, limit ?? Paging.Default, cancellationToken), UsageRecordView.From);
    }
}
