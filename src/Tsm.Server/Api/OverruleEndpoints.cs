using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Overrules: a policy leaves a service on a card alone, because an operator says so.</summary>
internal static class OverruleEndpoints
{
    private const int MaxReason = 500;

    public static void MapOverrules(this RouteGroupBuilder policies)
    {
        policies.MapPost("/{id}/overrules", SaveAsync)
            .WithName("OverrulePolicy")
            .WithSummary("Says that a policy leaves a service on a card alone, until a time or for good")
            .Produces<PolicyOverruleView>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider);
        policies.MapGet("/{id}/overrules", ListAsync)
            .WithName("ListOverrules")
            .WithSummary("Lists the overrules of a policy")
            .Produces<ListOf<PolicyOverruleView>>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        policies.MapDelete("/{id}/overrules", LiftAsync)
            .WithName("LiftOverrule")
            .WithSummary("Lifts an overrule: the policy looks at the service on the card again")
            .Produces<PolicyOverruleView>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider);
    }

    private static async Task<IResult> SaveAsync(
        string id,
        PolicyOverruleBody body,
        Caller caller,
        IBooks books,
        ServiceScope scope,
        ICardReads cards,
        IPolicyBooks policies,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is not { Document: { } policy })
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        DateTimeOffset now = time.GetUtcNow();
        if (string.IsNullOrWhiteSpace(body.Reason) || body.Reason.Length > MaxReason || body.Until <= now)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"reason takes 1 to {MaxReason} characters, and until lies in the future.", "Say why, and until when; leave until out for an open end."));
        }

        if (await scope.FindAsync(caller, body.Service ?? "", cancellationToken) is not { } service || !policy.Covers(service))
        {
            return ApiProblems.Result(PolicyProblems.ServiceUnknown(body.Service ?? ""));
        }

        if (await scope.CardAsync(caller, body.Card ?? "", cancellationToken) is not GrainKey card
            || await cards.FindAsync(card, cancellationToken) is not { } row)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(body.Card ?? ""));
        }

        var overrule = new PolicyOverrule
        {
            Owner = policy.Owner,
            Policy = policy.Id,
            Service = service.Id,
            Card = card.Id,
            Iccid = row.Iccid,
            Until = body.Until,
            Reason = body.Reason,
            By = caller.Actor.Name,
            CreatedAt = now,
        };
        long known = (await books.FindAsync<PolicyOverrule>(caller.Tenant, overrule.Id, cancellationToken))?.Version ?? 0;
        AuditEntry audit = AuditEntries.BookSaved(
            now,
            caller.Actor,
            overrule,
            $"Policy {policy.Id} leaves service {service.Id} on card {row.Iccid} alone.",
            ("card", row.Iccid),
            ("policy", policy.Id),
            ("reason", body.Reason),
            ("service", service.Id),
            ("until", body.Until?.ToString("O")));
        return await policies.SaveAsync(caller.Tenant, overrule, known, audit, cancellationToken)
            ? Results.Ok(PolicyOverruleView.From(overrule, now))
            : ApiProblems.Result(PolicyProblems.Changed(id));
    }

    private static async Task<IResult> ListAsync(string id, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is null)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        DateTimeOffset now = time.GetUtcNow();
        return Results.Ok(new ListOf<PolicyOverruleView>([
            .. (await books.ListAsync<PolicyOverrule>(caller.Tenant, caller.Provider, cancellationToken))
                .Select(o => o.Document)
                .Where(o => string.Equals(o.Policy, id, StringComparison.Ordinal))
                .Select(o => PolicyOverruleView.From(o, now)),
        ]));
    }

    private static async Task<IResult> LiftAsync(
        string id,
        string? card,
        string? service,
        Caller caller,
        IBooks books,
        ServiceScope scope,
        IPolicyBooks policies,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await PolicyEndpoints.FindAsync(caller, books, id, cancellationToken) is null)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        if (card is null || service is null)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid("card or service is missing.", "Say which overrule is meant: ?card=...&service=..."));
        }

        if (await scope.CardAsync(caller, card, cancellationToken) is not GrainKey key
            || await books.FindAsync<PolicyOverrule>(caller.Tenant, PolicyOverrule.IdOf(id, service, key.Id), cancellationToken) is not { } entry)
        {
            return ApiProblems.Result(PolicyProblems.OverruleUnknown(card, service));
        }

        DateTimeOffset now = time.GetUtcNow();
        AuditEntry audit = AuditEntries.BookDeleted(
            now, caller.Actor, entry.Document, $"Policy {id} looks at service {service} on card {entry.Document.Iccid} again.");
        return await policies.DeleteAsync(caller.Tenant, entry.Document, entry.Version, audit, cancellationToken)
            ? Results.Ok(PolicyOverruleView.From(entry.Document with { Until = now }, now))
            : ApiProblems.Result(PolicyProblems.Changed(id));
    }
}
