using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Tsm.Application.ApplicationServers;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Application.Requests;

/// <summary>
/// Takes a request one step further. Every step may be taken again, by anybody, after a crash at any point of it: what it asks
/// of others carries names that make a repetition harmless, and what it decides is written before the next step.
/// </summary>
public sealed partial class RequestSteps(
    IRequests requests,
    IAllocations allocations,
    IApplicationServers servers,
    EligibilityDesk eligibility,
    RequestMaterials materials,
    IGrainHost host,
    IJobReads jobs,
    IServiceInstances instances,
    CardStates states,
    IOptions<RequestOptions> options,
    TimeProvider time)
{
    // A request has few steps; more in a row is a defect, and the next claim goes on.
    private const int MostSteps = 16;

    // How often a job's row is looked for before it counts as lost.
    private const int MostLooks = 8;

    private DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Goes on until the request waits for something or has ended; answers it as it was written last.</summary>
    /// <param name="request">As it was claimed.</param>
    public Task<ServiceRequest> AdvanceAsync(ServiceRequest request, CancellationToken cancellationToken) =>
        AdvanceAsync(request, MostSteps, cancellationToken);

    /// <summary>Takes one step only, and gives the request back for the worker to go on with.</summary>
    public Task<ServiceRequest> StepAsync(ServiceRequest request, CancellationToken cancellationToken) => AdvanceAsync(request, 1, cancellationToken);

    private async Task<ServiceRequest> AdvanceAsync(ServiceRequest request, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (int taken = 0, lost = 0; taken < most && !request.HasEnded;)
        {
            RequestStep step = await TakeAsync(request, cancellationToken);
            ServiceRequest next = step.Next with { UpdatedAt = Now };
            TimeSpan hold = step.GoesOn && taken + 1 < most ? options.Value.Lease : TimeSpan.Zero;
            bool isWritten = step.Room is { } room
                ? await requests.GrantAsync(next, room, hold, cancellationToken)
                : await requests.SaveAsync(next, step.Raised, step.Audit, hold, cancellationToken);
            if (!isWritten)
            {
                ServiceRequest now = await requests.FindAsync(request.Tenant, request.Id, cancellationToken) ?? request;
                if (!IsStillOurs(request, now, step) || ++lost == MostSteps)
                {
                    return now;
                }

                request = now;
                continue;
            }

            taken++;
            request = next with { Revision = request.Revision + 1 };
            if (!step.GoesOn)
            {
                break;
            }
        }

        return request;
    }

    /// <summary>
    /// Whether a step that could not be written is to be taken anew: others have just had the last room, or it was called off, which
    /// leaves it to who is at it. What another node has written is that node's.
    /// </summary>
    private static bool IsStillOurs(ServiceRequest request, ServiceRequest now, RequestStep step) => now.Revision == request.Revision
        ? step.Room is not null
        : now.Revision == request.Revision + 1 && now.CancelRequested && !request.CancelRequested;

    /// <summary>Puts the step off, with a pause that grows.</summary>
    public Task<bool> PutOffAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return requests.SaveAsync(Later(request), raised: null, audit: null, TimeSpan.Zero, cancellationToken);
    }

    private Task<RequestStep> TakeAsync(ServiceRequest request, CancellationToken cancellationToken) => request switch
    {
        { CancelRequested: true, Status: < RequestStatus.Queued } => EndAsync(request, RequestStatus.Cancelled, RequestProblems.CalledOff, cancellationToken),
        { Status: RequestStatus.Received or RequestStatus.Checking } => CheckAsync(request, cancellationToken),
        { Status: RequestStatus.Allocating } => AllocateAsync(request, cancellationToken),
        { Status: RequestStatus.Queued } => QueueAsync(request, cancellationToken),
        { Status: RequestStatus.Running } => WatchAsync(request, cancellationToken),
        { Status: RequestStatus.PendingConfirmation } => ConfirmAsync(request, cancellationToken),
        _ => throw new InvalidOperationException($"Request {request.Id} has ended."),
    };

    private async Task<RequestStep> CheckAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        ServiceRequest found = await eligibility.CheckAsync(request, Now, cancellationToken);
        if (found.Eligibility!.Decisive?.Problem is not { } problem)
        {
            return found.Eligibility.Eligible
                ? new(GoOn(found, found.Plan is { Allocates: true } ? RequestStatus.Allocating : RequestStatus.Queued), GoesOn: true, Room: found.Plan?.Room)
                : throw new InvalidOperationException($"Request {request.Id} is not eligible, but no check says why.");
        }

        // Who is told to try again has not been refused.
        bool isDown = problem.Code == AllocationProblems.DownCode;
        ServiceRequest ended = RequestEnds.End(found, isDown ? RequestStatus.Failed : RequestStatus.Refused, Grade.Proven, problem, Now);
        return new(ended, GoesOn: false, RequestEnds.Event(ended), RequestEnds.Refused(ended, problem));
    }

    private async Task<RequestStep> AllocateAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        Allocation asked = await materials.AllocationAsync(request, Now, cancellationToken);
        asked = await allocations.BeginAsync(asked, cancellationToken);
        switch (asked.State)
        {
            case AllocationState.Allocated:
                return new(GoOn(request, RequestStatus.Queued), GoesOn: true);
            case not AllocationState.Asked:
                return await EndAsync(request, RequestStatus.Failed, RequestProblems.CalledOff, cancellationToken);
        }

        AllocationOutcome outcome = await servers.AllocateAsync(asked, cancellationToken);
        if (outcome.Problem is { } problem)
        {
            bool isDown = problem.Code == AllocationProblems.DownCode;
            return await EndAsync(request, isDown ? RequestStatus.Failed : RequestStatus.Refused, problem, cancellationToken);
        }

        if (!await allocations.KeepAsync(
            request.Tenant, request.Id, outcome.AllocationId!, outcome.Serial, outcome.Values, cancellationToken))
        {
            // Another node may have kept the same answer in the meantime.
            return await allocations.FindAsync(request.Tenant, request.Id, cancellationToken) is { State: AllocationState.Allocated }
                ? new(GoOn(request, RequestStatus.Queued), GoesOn: true)
                : await EndAsync(
                    request, RequestStatus.Refused, AllocationProblems.SerialRepeated(asked.Server, outcome.Serial ?? ""), cancellationToken);
        }

        return new(GoOn(request, RequestStatus.Queued), GoesOn: true);
    }

    private async Task<RequestStep> QueueAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        (RequestMaterial? material, Problem? missing) = await materials.CollectAsync(request, cancellationToken);
        if (material is null)
        {
            return await EndAsync(request, RequestStatus.Refused, missing!, cancellationToken);
        }

        ImmutableArray<EnqueueJob> made = RequestJobs.Make(material);
        ImmutableArray<string> ids = [.. made.Select(j => j.JobId)];
        if (request.CancelRequested)
        {
            ids = [.. await CallOffAsync(request, ids, cancellationToken)];
            return ids.IsEmpty
                ? await EndAsync(request, RequestStatus.Cancelled, RequestProblems.CalledOff, cancellationToken)
                : new(Watching(request, RequestStatus.Running, ids[^1]) with { Jobs = ids }, GoesOn: true);
        }

        // Together, so that no version is taken away for another that is refused.
        return await host.SendAsync(request.Card!.Value, new EnqueueJobs(made), cancellationToken) switch
        {
            JobAccepted or JobForgotten => new(Watching(request, RequestStatus.Running, ids[^1]) with { Jobs = ids }, GoesOn: true),
            JobRejected { Problem: var problem } when MayPass(problem) => new(Later(request) with { Problem = problem }, GoesOn: false),
            JobRejected rejected => await EndAsync(request, RequestStatus.Refused, rejected.Problem, cancellationToken),
            UnknownGrain => await EndAsync(request, RequestStatus.Refused, RequestProblems.CardUnknown(request.Iccid ?? ""), cancellationToken),
            TurnFailed failed => throw new InvalidOperationException($"The turn of {request.Card} failed: {failed.Problem}"),
            { } other => throw new InvalidOperationException($"The card has answered {other.GetType().Name}."),
        };
    }

    /// <summary>Whether a card that does not take a job now may take it later.</summary>
    private static bool MayPass(Problem problem) => problem.Code is "QUEUE_FULL" or "NO_ROAD";

    private async Task<RequestStep> WatchAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        List<JobRow> rows = [];
        foreach (string id in request.Jobs)
        {
            if (await jobs.FindAsync(request.Tenant, id, cancellationToken) is { } row)
            {
                rows.Add(row);
            }
        }

        if (request.CancelRequested && rows.Any(r => r.EndedAt is null))
        {
            await CallOffAsync(request, request.Jobs, cancellationToken);
        }

        if (rows.Count < request.Jobs.Length)
        {
            // A row may follow its turn; one that never comes was lost with the database.
            return request.Attempts < MostLooks
                ? new(Later(request), GoesOn: false)
                : new(Unproven(request), GoesOn: true);
        }

        if (rows.FindLast(r => r.EndedAt is null) is { } open)
        {
            // Jobs that were called off may end before those in front of them.
            return open.Id == request.Watch
                ? new(request with { Due = null, Attempts = 0 }, GoesOn: false)
                : new(Watching(request, RequestStatus.Running, open.Id), GoesOn: true);
        }

        // The first that went wrong says why; those behind it are its consequence.
        JobRow decisive = rows.FirstOrDefault(r => r.Status != JobStatus.Done) ?? rows[^1];
        return decisive.Status switch
        {
            JobStatus.Done => await DoneAsync(request, rows.Min(r => r.Grade ?? Grade.Proven), cancellationToken),
            JobStatus.Expired => new(Unproven(request), GoesOn: true),

            // A refusal that is not signed proves nothing: the packet was written off as one that the card may have carried out.
            JobStatus.Refused when decisive.Grade is Grade.Indicated => new(Unproven(request), GoesOn: true),
            JobStatus.Cancelled => await EndAsync(request, RequestStatus.Cancelled, decisive.Problem ?? RequestProblems.CalledOff, cancellationToken),
            JobStatus.Refused => await EndAsync(request, RequestStatus.Refused, decisive.Problem, cancellationToken, decisive.Grade),
            _ => await EndAsync(request, RequestStatus.Failed, decisive.Problem, cancellationToken, decisive.Grade),
        };
    }
}
