using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Jobs: lists, one with its evidence, and calling one off. Asking for jobs is in <see cref="JobRequests"/>.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder jobs = routes.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapPost("", JobRequests.RequestAsync)
            .WithName("RequestJobs")
            .WithSummary("Asks for something to be done on cards; the same Idempotency-Key is never done twice on a card")
            .Produces<JobsAccepted>(StatusCodes.Status202Accepted)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status503ServiceUnavailable);
        jobs.MapGet("", ListAsync)
            .WithName("ListJobs")
            .WithSummary("Lists jobs, the newest first; ids is a list parted by commas")
            .Produces<PageOf<JobDetails>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        jobs.MapGet("/{id}", ShowAsync)
            .WithName("ShowJob")
            .WithSummary("Shows a job with the evidence it rests on")
            .Produces<JobDetails>()
            .Refuses(StatusCodes.Status404NotFound);
        jobs.MapPost("/{id}/cancel", CancelAsync)
            .WithName("CancelJob")
            .WithSummary("Calls a job off; one that runs ends before its next packet")
            .Produces<JobDetails>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        Lookup lookup,
        IJobReads jobs,
        JobView view,
        string? card,
        string? status,
        string? ids,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        // Names only: numbers would be taken for any status.
        JobStatus? wantedStatus = Enum.GetValues<JobStatus>()
            .Cast<JobStatus?>()
            .FirstOrDefault(s => string.Equals(s.ToString(), status, StringComparison.OrdinalIgnoreCase));
        if (status is not null && wantedStatus is null)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"status is '{status}'.", "Write queued, running, done, refused, failed, expired or cancelled."));
        }

        string[]? wanted = ids?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (wanted?.Length > Paging.Most)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid($"ids names {wanted.Length} jobs.", $"Name at most {Paging.Most} at once."));
        }

        GrainKey? key = null;
        if (card is not null)
        {
            key = await lookup.CardAsync(caller.Tenant, card, cancellationToken);
            if (key is null)
            {
                return ApiProblems.Result(ApiProblems.CardUnknown(card));
            }
        }

        IReadOnlyList<CatalogueApplication> applications = [];
        return await Paging.AnswerAsync(ReadAsync, row => JobView.Shown(row, applications));

        async Task<Page<JobRow>> ReadAsync()
        {
            Page<JobRow> page = await jobs.ListAsync(
                caller.Tenant, key, wantedStatus, wanted, cursor, limit ?? Paging.Default, cancellationToken);
            applications = await view.ApplicationsAsync(caller.Tenant, page.Items, cancellationToken);
            return page;
        }
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, JobView view, CancellationToken cancellationToken) =>
        await view.FindAsync(caller.Tenant, id, cancellationToken) is { } job
            ? Results.Ok(job)
            : ApiProblems.Result(ApiProblems.JobUnknown(id));

    private static async Task<IResult> CancelAsync(
        string id, Caller caller, IJobReads jobs, IGrainHost host, JobView view, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(caller.Tenant, id, cancellationToken) is not JobRow row)
        {
            return ApiProblems.Result(ApiProblems.JobUnknown(id));
        }

        IReply reply = await host.SendAsync(row.Card, new CancelJob(id, caller.Actor), cancellationToken);
        IReadOnlyList<CatalogueApplication> applications = await view.ApplicationsAsync(caller.Tenant, [row], cancellationToken);
        switch (reply)
        {
            case JobAccepted accepted:
                return Results.Accepted($"/api/v1/jobs/{id}", JobView.Shown(accepted.Job, applications));
            case JobRejected rejected:
                return ApiProblems.Result(rejected.Problem, status: StatusCodes.Status409Conflict);
            case JobForgotten:
                return ApiProblems.Result(JobRequests.Ended(row));
            case Acknowledged:
                JobRow now = await jobs.FindAsync(caller.Tenant, id, cancellationToken) ?? row;
                return Results.Accepted($"/api/v1/jobs/{id}", JobView.Shown(now, applications));
            default:
                return ApiProblems.Result(JobRequests.Unexpected(reply, row.Iccid));
        }
    }
}
