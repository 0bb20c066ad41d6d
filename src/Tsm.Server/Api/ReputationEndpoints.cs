using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Application.Usage;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Reputation: the score of a service on a card by each policy, with what each record counts.</summary>
internal static class ReputationEndpoints
{
    public static void MapReputation(this IEndpointRouteBuilder routes) => routes.MapGroup("/reputation").WithTags("Policies")
        .MapGet("", ShowAsync)
        .WithName("ShowReputation")
        .WithSummary("Shows the score of a service on a card by each policy, and what each record counts")
        .Produces<ReputationView>()
        .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
        .AlsoFor(Role.Provider, Role.CustomerService);

    private static async Task<IResult> ShowAsync(
        string card,
        string service,
        Caller caller,
        IBooks books,
        ServiceScope scope,
        ICardReads cards,
        IUsageRecords usage,
        IPolicyActionStore actions,
        PolicyHolds holds,
        IServiceInstances instances,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await scope.FindAsync(caller, service, cancellationToken) is not { } known)
        {
            return ApiProblems.Result(PolicyProblems.ServiceUnknown(service));
        }

        if (await scope.CardAsync(caller, card, cancellationToken) is not GrainKey key || await cards.FindAsync(key, cancellationToken) is not { } row)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(card));
        }

        DateTimeOffset now = time.GetUtcNow();
        Policy[] policies = [.. (await books.ListAsync<Policy>(caller.Tenant, caller.Provider, cancellationToken))
            .Select(p => p.Document)
            .Where(p => p.Covers(known))];
        IReadOnlyList<UsageRecord> records = policies.Length == 0
            ? []
            : await usage.OfCardAsync(key, service, now - policies.Max(p => p.Window), cancellationToken);
        ServiceInstanceRow? instance = await instances.NewestAsync(key, service, cancellationToken);
        IReadOnlyList<PolicyAction> latest = await actions.LatestAsync(key, service, cancellationToken);
        List<PolicyStanding> standings = [];
        foreach (Policy policy in policies)
        {
            ReputationScore score = Reputation.Score(policy, records, now);
            PolicyAction? last = latest.FirstOrDefault(a => string.Equals(a.Policy, policy.Id, StringComparison.Ordinal));
            PolicyOverrule? overrule = (await books.FindAsync<PolicyOverrule>(
                caller.Tenant, PolicyOverrule.IdOf(policy.Id, service, key.Id), cancellationToken))?.Document;
            standings.Add(new(
                policy.Id,
                PolicyDetails.StateOf(policy),
                policy.Revision,
                score.Value,
                policy.Start,
                policy.SuspendBelow,
                policy.ResumeAbove,
                instance is not null && (await holds.FindAsync(last, instance, cancellationToken)).IsHeld,
                score.NextChange,
                [.. score.Contributions.Select(c => new ContributionView(c.Record.Name, c.Record.Kind, c.Record.At, c.Record.Amount, c.Points, c.Until))],
                overrule is not null && overrule.HoldsAt(now) ? PolicyOverruleView.From(overrule, now) : null,
                last is null ? null : PolicyActionView.From(last)));
        }

        return Results.Ok(new ReputationView(row.Iccid, service, instance?.State, standings));
    }
}
