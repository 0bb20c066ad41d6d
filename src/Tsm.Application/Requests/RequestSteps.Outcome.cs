using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>The outcome: what the card has proven decides, and where it has proven nothing it is asked.</summary>
public sealed partial class RequestSteps
{
    /// <summary>The outcome is unknown: the card is audited, again and again with growing pauses, until it says.</summary>
    private async Task<RequestStep> ConfirmAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        if (request.CancelRequested && request.Watch is null)
        {
            return await EndAsync(request, RequestStatus.Cancelled, RequestProblems.CalledOff, cancellationToken, Grade.Unknown);
        }

        if (request.Watch is not { } audit)
        {
            return request.Due > Now ? new(request, GoesOn: false) : await AskCardAsync(request, cancellationToken);
        }

        JobRow? row = await jobs.FindAsync(request.Tenant, audit, cancellationToken);
        if (row is { EndedAt: null })
        {
            return new(request with { Due = null }, GoesOn: false);
        }

        if (row is { Status: JobStatus.Done })
        {
            // The row of the service is written by the same turns.
            ServiceInstanceRow? there = await instances.NewestAsync(request.Card!.Value, request.Service!, cancellationToken);
            if (there is not { IsPending: true })
            {
                InstanceState state = there?.State ?? InstanceState.Absent;
                return OperationRules.Proves(request.Operation!.Value, state) && IsVersion(request, there) ? await DoneAsync(request, Grade.Proven, cancellationToken)
                    : !await CleanAsync(request, there, cancellationToken) ? new(Later(request), GoesOn: false)
                    : await EndAsync(
                        request, RequestStatus.Failed, RequestProblems.NotDone(request.Operation, OperationRules.Name(state)), cancellationToken);
            }
        }
        else if (row is null && request.Attempts < MostLooks)
        {
            return new(Later(request), GoesOn: false);
        }

        TimeSpan pause = RequestOptions.Grown(options.Value.FirstAuditPause, request.Audits - 1, options.Value.LongestAuditPause);
        return new(request with { Watch = null, Due = Now + pause, Attempts = 0 }, GoesOn: false);
    }

    private async Task<RequestStep> AskCardAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        string id = RequestIds.Audit(request.Id, request.Audits + 1);
        var audit = new EnqueueJob(
            id, Operation.Audit, Application: null, Module: null, Instance: null, MakeSelectable: false, default, default, request.Actor);
        return await host.SendAsync(request.Card!.Value, audit, cancellationToken) switch
        {
            JobAccepted or JobForgotten => new(
                Watching(request, RequestStatus.PendingConfirmation, id) with { Audits = request.Audits + 1 }, GoesOn: true),
            _ => new(Later(request), GoesOn: false),
        };
    }

    /// <summary>Has taken away what a download that came to nothing may have left on the card; false when the card takes no more jobs now.</summary>
    private async Task<bool> CleanAsync(ServiceRequest request, ServiceInstanceRow? there, CancellationToken cancellationToken)
    {
        bool isOurs = there is not { State: not InstanceState.Absent } || there.Job?.StartsWith(request.Id, StringComparison.Ordinal) is true;
        if (!Eligibility.Brings(request.Operation) || !isOurs
            || (await materials.CollectAsync(request, cancellationToken)).Material is not { } material)
        {
            return true;
        }

        return await host.SendAsync(request.Card!.Value, RequestJobs.Clean(material), cancellationToken) is not JobRejected { Problem.Code: "QUEUE_FULL" };
    }

    private async Task<RequestStep> DoneAsync(ServiceRequest request, Grade grade, CancellationToken cancellationToken)
    {
        if (request.Plan is { Allocates: true })
        {
            await allocations.ConfirmAsync(request.Tenant, request.Id, cancellationToken);
        }

        if (request.Operation == ServiceOperation.Terminate)
        {
            await allocations.ReleaseUsedAsync(request.Card!.Value, request.Service!, cancellationToken);
        }

        ServiceRequest ended = RequestEnds.End(request, RequestStatus.Done, grade, problem: null, Now);
        return new(ended, GoesOn: false, RequestEnds.Event(ended));
    }

    /// <summary>Ends it without success; what was allocated for it is not needed.</summary>
    private async Task<RequestStep> EndAsync(
        ServiceRequest request, RequestStatus status, Problem? problem, CancellationToken cancellationToken, Grade? grade = null)
    {
        bool mayBeOnCard = grade is Grade.Unknown or Grade.Indicated;
        await allocations.ReleaseAsync(request.Tenant, request.Id, mayBeOnCard, cancellationToken);
        ServiceRequest ended = RequestEnds.End(request, status, grade ?? Grade.Proven, problem, Now);
        return new(
            ended, GoesOn: false, RequestEnds.Event(ended), status == RequestStatus.Refused && problem is not null ? RequestEnds.Refused(ended, problem) : null);
    }

    /// <summary>Calls jobs off, and answers those that the card has or had.</summary>
    private async Task<List<string>> CallOffAsync(ServiceRequest request, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        List<string> there = [];
        foreach (string id in ids)
        {
            IReply reply = await host.SendAsync(request.Card!.Value, new CancelJob(id, request.Actor), cancellationToken);
            if (reply is JobAccepted || await jobs.FindAsync(request.Tenant, id, cancellationToken) is not null)
            {
                there.Add(id);
            }
        }

        return there;
    }

    private ServiceRequest Unproven(ServiceRequest request) => request with
    {
        Status = RequestStatus.PendingConfirmation,
        Problem = RequestProblems.Pending(request.Iccid ?? ""),
        Grade = Grade.Unknown,
        Watch = null,
        Due = Now,
        Attempts = 0,
    };

    private ServiceRequest GoOn(ServiceRequest request, RequestStatus status) =>
        request with { Status = status, Problem = null, Attempts = 0, Due = Now };

    private ServiceRequest Watching(ServiceRequest request, RequestStatus status, string job) =>
        request with { Status = status, Problem = status == RequestStatus.Running ? null : request.Problem, Watch = job, Attempts = 0, Due = Now };

    private ServiceRequest Later(ServiceRequest request) => request with
    {
        Attempts = request.Attempts + 1,
        Due = Now + RequestOptions.Grown(options.Value.FirstPause, request.Attempts, options.Value.LongestPause),
    };

    private static bool IsVersion(ServiceRequest request, ServiceInstanceRow? there) =>
        !Eligibility.Brings(request.Operation) || there?.Version == request.Version;
}
