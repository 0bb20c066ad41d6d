using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Usage;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>The way of a policy: tried, activated, paused.</summary>
internal static class PolicySteps
{
    private const int MaxRecords = 200_000;
    private const int MaxShown = 1000;

    public static async Task<IResult> TryAsync(
        string id,
        PolicyTrialBody body,
        Caller caller,
        IBooks books,
        ServiceScope scope,
        IUsageRecords usage,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is not { Document: { } policy })
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        DateTimeOffset now = time.GetUtcNow(), to = body.To ?? now;
        if (body.From is not { } from || from >= to || to > now || from < now.AddYears(-10))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                "from and to must be a stretch of the past ten years, from before to.", "Write from like 2026-01-01T00:00:00Z, and leave to out for now."));
        }

        string[] services = await scope.CoveredAsync(caller.Tenant, policy, cancellationToken);
        IReadOnlyList<UsageRecord> records = await usage.BetweenAsync(
            caller.Tenant, services, from - policy.Window, to, MaxRecords + 1, cancellationToken);
        if (records.Count > MaxRecords)
        {
            return ApiProblems.Result(PolicyProblems.TrialTooLarge(MaxRecords));
        }

        ImmutableArray<TriedAction> actions = PolicyTrials.Run(policy, records, from, to);
        var trial = new PolicyTrial
        {
            Id = policy.Id,
            Owner = policy.Owner,
            Revision = policy.Revision,
            At = now,
            By = caller.Actor.Name,
            From = from,
            To = to,
            Records = records.Count,
            Cards = records.Select(r => (r.Card, r.Service)).Distinct().Count(),
            Suspensions = actions.Count(a => a.Step == PolicyStep.Suspend),
            Resumptions = actions.Count(a => a.Step == PolicyStep.Resume),
        };
        long known = (await books.FindAsync<PolicyTrial>(caller.Tenant, policy.Id, cancellationToken))?.Version ?? 0;
        AuditEntry audit = AuditEntries.BookSaved(
            now,
            caller.Actor,
            trial,
            $"Policy {policy.Id} was tried on the past.",
            ("records", Text(trial.Records)),
            ("resumptions", Text(trial.Resumptions)),
            ("revision", Text(trial.Revision)),
            ("suspensions", Text(trial.Suspensions)));
        if (!await books.SaveAsync(caller.Tenant, trial, known, audit, cancellationToken))
        {
            return ApiProblems.Result(PolicyProblems.Changed(id));
        }

        var summary = new PolicyTrialSummary(
            trial.Revision, true, trial.At, trial.By, from, to, trial.Records, trial.Cards, trial.Suspensions, trial.Resumptions);
        return Results.Ok(new PolicyTrialResult(policy.Id, summary, [
            .. actions.Take(MaxShown).Select(a => new TriedActionView(a.Iccid, a.Service, a.At, a.Step, a.Score, [.. a.Records])),
        ]));
    }

    public static async Task<IResult> ActivateAsync(
        string id,
        PolicyActivation? body,
        Caller caller,
        IBooks books,
        ServiceScope scope,
        IPolicyBooks policies,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is not { Document: { } policy } entry)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        if (policy.IsLive)
        {
            return Results.Ok(await PolicyEndpoints.ShownAsync(caller.Tenant, books, entry, cancellationToken));
        }

        int? tried = (await books.FindAsync<PolicyTrial>(caller.Tenant, id, cancellationToken))?.Document.Revision;
        bool isForced = body?.Force == true && caller.Role == Role.Operator && tried != policy.Revision;
        if (isForced && string.IsNullOrWhiteSpace(body?.Reason))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid("reason is missing.", "Say why the policy goes live without a trial: it is recorded."));
        }

        if (tried != policy.Revision && !isForced)
        {
            return ApiProblems.Result(PolicyProblems.NotTried(policy, tried));
        }

        DateTimeOffset now = time.GetUtcNow();
        Policy active = policy with { ActiveSince = policy.ActiveSince ?? now, PausedAt = null };
        AuditEntry audit = PolicyEndpoints.Audit(
            active,
            caller,
            time,
            isForced ? $"Policy {id} was activated without a trial of this revision." : $"Policy {id} was activated.",
            ("forced", isForced ? "true" : null),
            ("reason", body?.Reason));

        // What it makes of the usage that is there is seen at once.
        string[] services = await scope.CoveredAsync(caller.Tenant, active, cancellationToken);
        if (!await policies.SaveAsync(caller.Tenant, active, services, entry.Version, audit, cancellationToken))
        {
            return ApiProblems.Result(PolicyProblems.Changed(id));
        }

        return Results.Ok(await PolicyEndpoints.ShownAsync(caller.Tenant, books, new(active, entry.Version + 1), cancellationToken));
    }

    public static async Task<IResult> PauseAsync(string id, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is not { Document: { } policy } entry)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        if (!policy.IsLive)
        {
            return Results.Ok(await PolicyEndpoints.ShownAsync(caller.Tenant, books, entry, cancellationToken));
        }

        Policy paused = policy with { PausedAt = time.GetUtcNow() };
        AuditEntry audit = PolicyEndpoints.Audit(paused, caller, time, $"Policy {id} was paused.");
        return await books.SaveAsync(caller.Tenant, paused, entry.Version, audit, cancellationToken)
            ? Results.Ok(await PolicyEndpoints.ShownAsync(caller.Tenant, books, new(paused, entry.Version + 1), cancellationToken))
            : ApiProblems.Result(PolicyProblems.Changed(id));
    }

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
