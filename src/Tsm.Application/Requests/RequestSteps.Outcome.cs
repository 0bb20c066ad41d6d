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
                bool hasData = request.Plan is not { Personalises: true } || await HasDataAsync(request, cancellationToken);
                return OperationRules.Proves(request.Operation!.Value, state) && IsVersion(request, there) && hasData
                    ? await DoneAsync(request, Grade.Proven, cancellationToken)
                    : await EndAsync(request, RequestStatus.Failed, Undone(request, state, hasData, out Grade grade), cancellationToken, grade);
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

    /// <summary>What the registry of a card cannot tell stays unknown: an audit shows neither data nor keys.</summary>
    private static Problem Undone(ServiceRequest request, InstanceState state, bool hasData, out Grade grade)
    {
        bool isUnseen = request.Operation == ServiceOperation.RotateKeys || (!hasData && state != InstanceState.Absent);
        grade = isUnseen ? Grade.Unknown : Grade.Proven;
        return !isUnseen ? RequestProblems.NotDone(request.Operation, OperationRules.Name(state))
            : request.Operation == ServiceOperation.RotateKeys ? RequestProblems.RotationUnproven
            : RequestProblems.DataUnproven(OperationRules.Name(state));
    }

    private async Task<bool> HasDataAsync(ServiceRequest request, CancellationToken cancellationToken) =>
        await states.ServiceAsync(request.Card!.Value, request.Service!, cancellationToken) is { PersonalisedBy: { } by } && request.Jobs.Contains(by, StringComparer.Ordinal);

    private async Task<RequestStep> DoneAsync(ServiceRequest request, Grade grade, CancellationToken cancellationToken)
    {
        if (request.Operation == ServiceOperation.Terminate || request is { Operation: ServiceOperation.Upgrade, Plan.KeepsData: false })
        {
            await allocations.ReleaseUsedAsync(request.Card!.Value, request.Service!, request.Id, cancellationToken);
        }

        if (request.Plan is { Allocates: true })
        {
            await allocations.ConfirmAsync(request.Tenant, request.Id, cancellationToken);
        }

        ServiceRequest ended = RequestEnds.End(request, RequestStatus.Done, grade, problem: null, Now);
        return new(ended, GoesOn: false, RequestEnds.Event(ended));
    }

    /// <summary>Ends it without success. What it has left on the card is taken away, and what was allocated for it is told its end.</summary>
    private async Task<RequestStep> EndAsync(
        ServiceRequest request, RequestStatus status, Problem? problem, CancellationToken cancellationToken, Grade? grade = null)
    {
        if (!request.Jobs.IsEmpty && !await SettleCardAsync(request, grade ?? Grade.Proven, cancellationToken))
        {
            return new(Later(request), GoesOn: false);
        }

        await allocations.ReleaseAsync(request.Tenant, request.Id, mayBeOnCard: false, cancellationToken);
        ServiceRequest ended = RequestEnds.End(request, status, grade ?? Grade.Proven, problem, Now);
        return new(
            ended, GoesOn: false, RequestEnds.Event(ended), status == RequestStatus.Refused && problem is not null ? RequestEnds.Refused(ended, problem) : null);
    }

    /// <summary>Brings card and allocations into order after jobs that have not reached their aim; false when the card takes no more jobs now.</summary>
    private async Task<bool> SettleCardAsync(ServiceRequest request, Grade grade, CancellationToken cancellationToken)
    {
        GrainKey card = request.Card!.Value;
        ServiceEntry? entry = await states.ServiceAsync(card, request.Service!, cancellationToken);
        ServiceInstanceRow? there = await instances.NewestAsync(card, request.Service!, cancellationToken);
        bool isThere = there is { State: not InstanceState.Absent } or { IsPending: true };
        bool isProven = grade == Grade.Proven;

        // A job that was proven to fail has taken its own load away; one that was not heard of may have left it.
        bool isOurs = isThere ? entry?.InstalledBy is { } by && request.Jobs.Contains(by, StringComparer.Ordinal) : !isProven || request.Status == RequestStatus.PendingConfirmation;
        if (Eligibility.Brings(request.Operation) && isOurs)
        {
            if (!await CleanAsync(request, cancellationToken))
            {
                return false;
            }
        }
        else if (isThere && entry?.PersonalisedBy is { } job && request.Jobs.Contains(job, StringComparer.Ordinal))
        {
            // The card has the data, whatever became of the rest.
            await allocations.ConfirmAsync(request.Tenant, request.Id, cancellationToken);
        }

        if (isThere || !isProven)
        {
            await allocations.ReleaseAsync(request.Tenant, request.Id, mayBeOnCard: true, cancellationToken);
        }

        if (request.Operation == ServiceOperation.Upgrade && !isThere)
        {
            // The version before is gone with its data.
            await allocations.ReleaseUsedAsync(card, request.Service!, request.Id, cancellationToken);
        }

        return true;
    }

    /// <summary>Asks for the termination of what the request has brought; false when the card takes no more jobs now.</summary>
    private async Task<bool> CleanAsync(ServiceRequest request, CancellationToken cancellationToken) =>
        (await materials.CollectAsync(request, cancellationToken)).Material is not { } material
            || await host.SendAsync(request.Card!.Value, RequestJobs.Clean(material), cancellationToken) is not JobRejected rejected
            || !MayPass(rejected.Problem);

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
