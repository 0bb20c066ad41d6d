using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Policies: declared, tried on the past, activated, paused. Overrules are in <see cref="OverruleEndpoints"/>.</summary>
internal static class PolicyEndpoints
{
    public static void MapPolicies(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder policies = routes.MapGroup("/policies").WithTags("Policies");
        policies.MapPost("", CreateAsync)
            .WithName("CreatePolicy")
            .WithSummary("Declares a policy as a draft; it acts only after a trial and its activation")
            .Produces<PolicyDetails>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .AlsoFor(Role.Provider);
        policies.MapGet("", ListAsync)
            .WithName("ListPolicies")
            .WithSummary("Lists policies")
            .Produces<ListOf<PolicyDetails>>()
            .AlsoFor(Role.Provider, Role.CustomerService);
        policies.MapGet("/{id}", ShowAsync)
            .WithName("ShowPolicy")
            .WithSummary("Shows a policy with its last trial; the header ETag names its version")
            .Produces<PolicyDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        policies.MapPut("/{id}", ChangeAsync)
            .WithName("ChangePolicy")
            .WithSummary("Changes a policy, in place of the version that If-Match or the body names; when rules or thresholds change it is a draft again")
            .Produces<PolicyDetails>()
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity,
                StatusCodes.Status428PreconditionRequired)
            .AlsoFor(Role.Provider);
        policies.MapPost("/{id}/trial", PolicySteps.TryAsync)
            .WithName("TryPolicy")
            .WithSummary("Tries a policy on past usage: what it would have done, on which card, by which records; nothing is done")
            .Produces<PolicyTrialResult>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity)
            .AlsoFor(Role.Provider);
        policies.MapPost("/{id}/activate", PolicySteps.ActivateAsync)
            .WithName("ActivatePolicy")
            .WithSummary("Lets a policy act, when exactly this revision was tried")
            .Produces<PolicyDetails>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider);
        policies.MapPost("/{id}/pause", PolicySteps.PauseAsync)
            .WithName("PausePolicy")
            .WithSummary("Pauses a policy: it leaves everything as it is")
            .Produces<PolicyDetails>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .AlsoFor(Role.Provider);
        policies.MapGet("/{id}/actions", ActionsAsync)
            .WithName("ListPolicyActions")
            .WithSummary("Lists what a policy has done, each with the records it rests on, the newest first")
            .Produces<PageOf<PolicyActionView>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider, Role.CustomerService);
        policies.MapOverrules();
    }

    /// <summary>The policy, if it is the caller's.</summary>
    public static async Task<BookEntry<Policy>?> FindAsync(Caller caller, IBooks books, string id, CancellationToken cancellationToken) =>
        await books.FindAsync<Policy>(caller.Tenant, id, cancellationToken) is { } entry && IsOf(entry.Document, caller) ? entry : null;

    /// <summary>The policy as it is shown, with its last trial.</summary>
    public static async Task<PolicyDetails> ShownAsync(string tenant, IBooks books, BookEntry<Policy> entry, CancellationToken cancellationToken) =>
        PolicyDetails.From(entry, (await books.FindAsync<PolicyTrial>(tenant, entry.Document.Id, cancellationToken))?.Document);

    /// <summary>A provider sees its own policies; everybody else whom a route lets in sees all.</summary>
    public static bool IsOf(Policy policy, Caller caller) =>
        caller.Role is not Role.Provider || string.Equals(policy.Owner, caller.Scope, StringComparison.Ordinal);

    private static async Task<IResult> ListAsync(Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        Dictionary<string, PolicyTrial> trials = (await books.ListAsync<PolicyTrial>(caller.Tenant, caller.Provider, cancellationToken))
            .ToDictionary(t => t.Document.Id, t => t.Document, StringComparer.Ordinal);
        return Results.Ok(new ListOf<PolicyDetails>([
            .. (await books.ListAsync<Policy>(caller.Tenant, caller.Provider, cancellationToken))
                .Select(p => PolicyDetails.From(p, trials.GetValueOrDefault(p.Document.Id))),
        ]));
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IBooks books, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await FindAsync(caller, books, id, cancellationToken) is not { } entry)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        response.Headers.ETag = EntityTags.Of(entry.Version);
        return Results.Ok(await ShownAsync(caller.Tenant, books, entry, cancellationToken));
    }

    private static async Task<IResult> CreateAsync(
        PolicyBody body, Caller caller, IBooks books, ServiceScope scope, TimeProvider time, CancellationToken cancellationToken)
    {
        string? owner = caller.Provider ?? body.Owner;
        if (caller.Provider is not null && body.Owner is not null && body.Owner != caller.Provider)
        {
            return ApiProblems.Result(PolicyProblems.Invalid("owner is another's."));
        }

        (Policy? policy, IReadOnlyList<ApiFault> faults) = PolicyBodies.Read(body, body.Id, owner, time.GetUtcNow());
        if (policy is null)
        {
            return ApiProblems.Result(PolicyProblems.Invalid(faults[0].Problem), faults);
        }

        if (await ServiceFaultAsync(policy, caller, scope, cancellationToken) is { } problem)
        {
            return ApiProblems.Result(problem);
        }

        AuditEntry audit = Audit(policy, caller, time, $"Policy {policy.Id} was declared.");
        return await books.SaveAsync(caller.Tenant, policy, 0, audit, cancellationToken)
            ? Results.Created($"/api/v1/policies/{policy.Id}", PolicyDetails.From(new(policy, 1), null))
            : ApiProblems.Result(PolicyProblems.Exists(policy.Id));
    }

    private static async Task<IResult> ChangeAsync(
        string id, PolicyBody body, Caller caller, IBooks books, ServiceScope scope, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(caller, books, id, cancellationToken) is not { } entry)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
        }

        // Without the header the version in the body counts, and without either whichever is there.
        if (context.Request.Headers.IfMatch.Count > 0 && EntityTags.Fault(context.Request, entry.Version, $"Policy {id}") is { } fault)
        {
            return ApiProblems.Result(fault);
        }

        Policy before = entry.Document;
        (Policy? policy, IReadOnlyList<ApiFault> faults) = PolicyBodies.Read(body, id, before.Owner, before.CreatedAt);
        if (policy is null)
        {
            return ApiProblems.Result(PolicyProblems.Invalid(faults[0].Problem), faults);
        }

        if (await ServiceFaultAsync(policy, caller, scope, cancellationToken) is { } problem)
        {
            return ApiProblems.Result(problem);
        }

        if (policy.IsSameRule(before))
        {
            context.Response.Headers.ETag = EntityTags.Of(entry.Version);
            return Results.Ok(await ShownAsync(caller.Tenant, books, entry, cancellationToken));
        }

        policy = policy with { Revision = before.Revision + 1 };
        AuditEntry audit = Audit(policy, caller, time, $"Policy {id} was changed; it is a draft until this revision was tried and activated.");
        long version = body.Version ?? entry.Version;
        if (!await books.SaveAsync(caller.Tenant, policy, version, audit, cancellationToken))
        {
            return ApiProblems.Result(PolicyProblems.Changed(id));
        }

        context.Response.Headers.ETag = EntityTags.Of(version + 1);
        return Results.Ok(await ShownAsync(caller.Tenant, books, new(policy, version + 1), cancellationToken));
    }

    private static async Task<IResult> ActionsAsync(
        string id, Caller caller, IBooks books, ServiceScope scope, IPolicyActionStore actions, string? card, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        if (!Paging.IsRight(limit, out Problem problem))
        {
            return ApiProblems.Result(problem);
        }

        if (await FindAsync(caller, books, id, cancellationToken) is null)
        {
            return ApiProblems.Result(PolicyProblems.Unknown(id));
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

        return await Paging.AnswerAsync(
            () => actions.ListAsync(caller.Tenant, id, key, cursor, limit ?? Paging.Default, cancellationToken), PolicyActionView.From);
    }

    /// <summary>The entry of the audit trail for a change of a policy.</summary>
    public static AuditEntry Audit(Policy policy, Caller caller, TimeProvider time, string text, params ReadOnlySpan<(string Name, string? Value)> more) =>
        AuditEntries.BookSaved(
            time.GetUtcNow(),
            caller.Actor,
            policy,
            text,
            [
                ("resumeAbove", policy.ResumeAbove.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("revision", policy.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("rules", string.Join("; ", policy.Rules.Select(r => string.Create(
                    System.Globalization.CultureInfo.InvariantCulture, $"{r.Kind}: {r.Points} per {r.Per}, {r.WindowDays} days")))),
                ("service", policy.Service),
                ("state", PolicyDetails.StateOf(policy).ToString()),
                ("suspendBelow", policy.SuspendBelow.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                .. more,
            ]);

    private static async Task<Problem?> ServiceFaultAsync(Policy policy, Caller caller, ServiceScope scope, CancellationToken cancellationToken)
    {
        if (policy.Service is not { } id)
        {
            return null;
        }

        Service? service = await scope.FindAsync(caller, id, cancellationToken);
        return service is null ? PolicyProblems.ServiceUnknown(id)
            : policy.Covers(service) ? null
            : PolicyProblems.Invalid($"Service {id} is not one of provider {policy.Owner}.");
    }
}
