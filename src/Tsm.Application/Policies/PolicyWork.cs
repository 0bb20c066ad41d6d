using System.Globalization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Application.Usage;
using Tsm.Application.Work;

namespace Tsm.Application.Policies;

/// <summary>Looks at the reputation of a service on a card when records have come in, when one stops counting, and when a rule has changed.</summary>
/// <remarks>Decide, remember, act: a decision is durable before it is asked for, and is asked for under the same key however often.</remarks>
public sealed class PolicyWork(
    IBooks books, IUsageRecords usage, IPolicyActionStore store, IPolicyActions actions, PolicyHolds holds, IServiceInstances instances, TimeProvider time)
    : IWork
{
    /// <summary>The kind of its items: <c>service|grain</c>.</summary>
    public const string WorkKind = "reputation";

    /// <summary>How long after an action whose request has not ended the card is looked at again.</summary>
    private static readonly TimeSpan FollowUp = TimeSpan.FromMinutes(5);

    private const int NamedRecords = 100;

    /// <inheritdoc/>
    public string Kind => WorkKind;

    /// <summary>Names an item.</summary>
    public static string Item(string service, GrainKey card) => $"{service}|{card.Kind}/{card.Id}";

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> DoAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Item.Split('|') is not [var service, var grain] || !GrainKey.TryParse($"{item.Tenant}/{grain}", out GrainKey card)
            || await books.FindAsync<Service>(item.Tenant, service, cancellationToken) is not { Document: { } document })
        {
            return null;
        }

        Dictionary<string, PolicyAction> latest = (await store.LatestAsync(card, service, cancellationToken)).ToDictionary(a => a.Policy, StringComparer.Ordinal);
        foreach (PolicyAction undone in latest.Values.Where(a => a.Outcome == PolicyOutcome.Decided).ToArray())
        {
            latest[undone.Policy] = await CarryOutAsync(undone, document, cancellationToken);
        }

        Policy[] policies = [.. (await books.ListAsync<Policy>(item.Tenant, null, cancellationToken)).Select(p => p.Document).Where(p => p.IsLive && p.Covers(document))];
        return policies.Length == 0 ? null : await JudgeAsync(policies, latest, document, card, cancellationToken);
    }

    private async Task<DateTimeOffset?> JudgeAsync(
        Policy[] policies, Dictionary<string, PolicyAction> latest, Service service, GrainKey card, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<UsageRecord> records = await usage.OfCardAsync(card, service.Id, now - policies.Max(p => p.Window), cancellationToken);
        ServiceInstanceRow? row = await instances.NewestAsync(card, service.Id, cancellationToken);
        if (row is null)
        {
            return null;
        }

        List<Judgement> judgements = [];
        foreach (Policy policy in policies)
        {
            PolicyOverrule? overrule = (await books.FindAsync<PolicyOverrule>(
                card.Tenant, PolicyOverrule.IdOf(policy.Id, service.Id, card.Id), cancellationToken))?.Document;
            PolicyHold hold = await holds.FindAsync(latest.GetValueOrDefault(policy.Id), row, cancellationToken);
            judgements.Add(new(policy, Reputation.Score(policy, records, now), hold, overrule is not null && overrule.HoldsAt(now), overrule?.Until));
        }

        DateTimeOffset? again = null;
        foreach (Judgement judgement in judgements)
        {
            bool others = judgements.Exists(j => j != judgement && !j.IsOverruled && j.Score.Value < j.Policy.SuspendBelow);
            bool isOpen = judgement.Hold.IsOpen;

            // What it asked for last has to end first: until then nobody knows that it was this policy that has suspended.
            PolicyStep step = isOpen
                ? PolicyStep.None
                : Reputation.Decide(judgement.Policy, judgement.Score, judgement.Hold.Situation(row.Wanted, judgement.IsOverruled, others));
            if (step != PolicyStep.None)
            {
                await ActAsync(judgement, step, latest.GetValueOrDefault(judgement.Policy.Id), service, row, cancellationToken);
                isOpen = true;

                // One thing at a time: what the others make of it is seen at the next look.
                row = row with { Wanted = step == PolicyStep.Suspend ? InstanceState.Suspended : InstanceState.Active };
            }

            again = Earlier(again, Earlier(judgement.Score.NextChange, judgement.IsOverruled ? judgement.Until : null));
            again = Earlier(again, isOpen ? now + FollowUp : null);
        }

        return again;
    }

    private async Task ActAsync(
        Judgement judgement, PolicyStep step, PolicyAction? last, Service service, ServiceInstanceRow row, CancellationToken cancellationToken)
    {
        var action = new PolicyAction
        {
            Policy = judgement.Policy.Id,
            Revision = judgement.Policy.Revision,
            Card = row.Card,
            Iccid = row.Iccid,
            Service = service.Id,
            Number = (last?.Number ?? 0) + 1,
            Step = step,
            Score = judgement.Score.Value,
            Records = judgement.Score.Records,
            DecidedAt = time.GetUtcNow(),
        };
        if (await store.DecideAsync(action, cancellationToken))
        {
            await CarryOutAsync(action, service, cancellationToken);
        }
    }

    private async Task<PolicyAction> CarryOutAsync(PolicyAction action, Service service, CancellationToken cancellationToken)
    {
        PolicyActionResult result = action.Step == PolicyStep.Suspend
            ? await actions.SuspendAsync(action, cancellationToken)
            : await actions.ResumeAsync(action, cancellationToken);
        PolicyAction settled = action with
        {
            Outcome = result.Problem is null ? PolicyOutcome.Taken : PolicyOutcome.Refused,
            Job = result.Job,
            Problem = result.Problem,
            SettledAt = time.GetUtcNow(),
        };
        await store.SettleAsync(settled, Audit(settled), settled.Problem is null ? Event(settled, service.Provider) : null, cancellationToken);
        return settled;
    }

    private static AuditEntry Audit(PolicyAction action) => new(
        action.SettledAt!.Value,
        action.By,
        AuditAction.PolicyActed,
        AuditSubject.Card,
        action.Iccid,
        action.Job,
        Sentence(action),
        Details(action));

    private static ServiceEvent Event(PolicyAction action, string provider) => new(
        action.SettledAt!.Value, EventKind.PolicyActed, provider, action.Service, action.Iccid, null, action.Job, null, Sentence(action), Details(action));

    private static string Sentence(PolicyAction action)
    {
        string what = action.Step == PolicyStep.Suspend ? "suspends" : "resumes";
        string refused = action.Problem is { } problem ? $" It was refused: {problem.Name}." : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Policy {action.Policy} {what} service {action.Service}: its score is {action.Score} by {Count(action.Records.Length)}.{refused}");
    }

    private static string Count(int records) => records == 1 ? "1 record" : string.Create(CultureInfo.InvariantCulture, $"{records} records");

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Details(PolicyAction action) => AuditEntries.Details(
        ("action", AuditEntries.Number(action.Number)),
        ("policy", action.Policy),
        ("problem", action.Problem?.Code),
        ("recordCount", AuditEntries.Number(action.Records.Length)),
        ("records", string.Join(", ", action.Records.TakeLast(NamedRecords))),
        ("revision", AuditEntries.Number(action.Revision)),
        ("score", action.Score.ToString(CultureInfo.InvariantCulture)),
        ("service", action.Service),
        ("step", action.Step.ToString()));

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private sealed record Judgement(Policy Policy, ReputationScore Score, PolicyHold Hold, bool IsOverruled, DateTimeOffset? Until);
}
