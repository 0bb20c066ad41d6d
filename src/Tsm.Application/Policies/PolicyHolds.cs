using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;

namespace Tsm.Application.Policies;

/// <summary>Whether what a policy did last still stands.</summary>
/// <param name="IsHeld">Whether it has suspended, and nobody has changed that since.</param>
/// <param name="IsOpen">Whether the request of what it did last has not ended.</param>
/// <param name="JudgedAt">When somebody has undone that, or when it was refused; null otherwise.</param>
public sealed record PolicyHold(bool IsHeld, bool IsOpen, DateTimeOffset? JudgedAt)
{
    /// <summary>The situation with what else there is to know.</summary>
    public PolicySituation Situation(InstanceState wanted, bool isOverruled, bool isWantedByOthers) =>
        new(wanted, IsHeld, isOverruled, isWantedByOthers, JudgedAt);
}

/// <summary>Finds out whether a policy still holds what it has suspended, from its requests and the card's jobs.</summary>
public sealed class PolicyHolds(IRequests requests, IJobReads jobs, IBooks books)
{
    private const int Looked = 200;
    private const int OwnJobs = 20;

    /// <summary>How what a policy did last stands now.</summary>
    /// <param name="last">The policy's newest action; null when it never acted.</param>
    /// <param name="row">The service on the card.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    public async Task<PolicyHold> FindAsync(PolicyAction? last, ServiceInstanceRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        switch (last)
        {
            case null:
                return new(false, false, null);
            case { Outcome: PolicyOutcome.Refused, Step: PolicyStep.Suspend }:
                // What was refused is asked for again only when there is something new against the user.
                return new(false, false, last.DecidedAt);
            case { Outcome: PolicyOutcome.Refused }:
                return new(await IsStillSuspendedAsync(last, row, cancellationToken), false, null);
            case { Job: null }:
                return new(false, false, null);
        }

        ServiceRequest? request = await requests.FindAsync(row.Card.Tenant, last.RequestId, cancellationToken);
        bool isOpen = request is { HasEnded: false };
        if (last.Step == PolicyStep.Resume)
        {
            // A resumption that the card has not carried out leaves what was suspended suspended, and still by this policy.
            return request?.Status == RequestStatus.Failed
                ? new(await IsStillSuspendedAsync(last, row, cancellationToken), false, null)
                : new(false, isOpen, null);
        }

        if (request?.Status is RequestStatus.Failed or RequestStatus.Refused)
        {
            return new(false, false, request.Status == RequestStatus.Refused ? last.DecidedAt : null);
        }

        // Before its job is there, nothing on the card can have come after it.
        DateTimeOffset? calledOffAt = request is { Status: RequestStatus.Cancelled } ? request.EndedAt ?? request.UpdatedAt : null;
        DateTimeOffset? touchedAt = calledOffAt is not null || await jobs.FindAsync(row.Card.Tenant, last.JobId, cancellationToken) is not null
            ? await TouchedAtAsync(last, row, cancellationToken)
            : null;
        DateTimeOffset? undoneAt = touchedAt is null || calledOffAt > touchedAt ? calledOffAt : touchedAt;
        return new(undoneAt is null, isOpen, undoneAt);
    }

    /// <summary>A resumption came to nothing: the policy still holds what it held.</summary>
    private async Task<bool> IsStillSuspendedAsync(PolicyAction last, ServiceInstanceRow row, CancellationToken cancellationToken) =>
        row.Wanted == InstanceState.Suspended && await TouchedAtAsync(last, row, cancellationToken) is null;

    /// <summary>
    /// When somebody else last asked for a job after the policy's newest one that has changed the service, or would when it is
    /// carried out; null when nobody has. What counts is what he could know, so it is not the time at which the card did it.
    /// </summary>
    private async Task<DateTimeOffset?> TouchedAtAsync(PolicyAction last, ServiceInstanceRow row, CancellationToken cancellationToken)
    {
        if ((await books.FindAsync<Service>(row.Card.Tenant, row.Service, cancellationToken))?.Document.Find(row.Version) is not { } version)
        {
            return null;
        }

        string instance = version.Instance.ToString();
        HashSet<string> own = [.. Enumerable.Range(0, Math.Min(last.Number, OwnJobs)).Select(i => (last with { Number = last.Number - i }).JobId)];
        IReadOnlyList<JobRow> newer = (await jobs.ListAsync(row.Card.Tenant, row.Card, null, null, null, Looked, cancellationToken)).Items;
        return newer
            .TakeWhile(j => !own.Contains(j.Id))
            .FirstOrDefault(j => string.Equals(j.Instance, instance, StringComparison.Ordinal)
                && j.Operation is Operation.Suspend or Operation.Resume or Operation.Terminate or Operation.Install
                && j.Status is JobStatus.Queued or JobStatus.Running or JobStatus.Done)?.CreatedAt;
    }
}
