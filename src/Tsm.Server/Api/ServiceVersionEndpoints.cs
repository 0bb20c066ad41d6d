using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Versions of services: upload, approval, and the cards that they fit.</summary>
internal static class ServiceVersionEndpoints
{
    private const int MaxReason = 200;

    public static void MapServiceVersions(this RouteGroupBuilder services)
    {
        services.MapPost("/{service}/versions", AddAsync)
            .AlsoFor(Role.Provider)
            .WithName("AddServiceVersion")
            .WithSummary("Adds a version, which the carrier then approves or rejects; every fault is told at once")
            .Produces<ServiceDetails>(StatusCodes.Status201Created)
            .Produces<ServiceDetails>(StatusCodes.Status200OK)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);
        services.MapGet("/{service}/compatibility", MatrixAsync)
            .AlsoFor(Role.Provider)
            .WithName("ShowServiceCompatibility")
            .WithSummary("Shows which versions can go to which card models, and why not to the others")
            .Produces<ServiceMatrix>()
            .Refuses(StatusCodes.Status404NotFound);
        services.MapPost("/{service}/versions/{version}/approve", ApproveAsync)
            .WithName("ApproveServiceVersion")
            .WithSummary("Approves a version: from then on cards get it, when no newer one is approved")
            .Produces<ServiceDetails>()
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        services.MapPost("/{service}/versions/{version}/reject", RejectAsync)
            .WithName("RejectServiceVersion")
            .WithSummary("Rejects a version, or takes its approval back; what is on cards stays")
            .Produces<ServiceDetails>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> AddAsync(
        string service, ServiceVersionRequest body, Caller caller, ServiceDesk desk, CancellationToken cancellationToken)
    {
        bool there = false;
        ServiceOutcome outcome = await desk.ChangeAsync(
            caller,
            service,
            async current =>
            {
                if (current.WithdrawnAt is not null)
                {
                    return ServiceOutcome.Of(ServiceProblems.Withdrawn(current));
                }

                ServiceSurroundings around = await desk.SurroundingsAsync(caller, cancellationToken);
                (ServiceVersion? version, IReadOnlyList<ServiceFault> faults) = ServiceVersionRules.Check(current, body.ToDraft(), around, desk.Now);
                if (version is null)
                {
                    return ServiceOutcome.Of(ServiceProblems.VersionInvalid(ServiceDesk.Sentence(faults, "version")), faults);
                }

                if (current.Find(version.Version) is { } old)
                {
                    there = old.IsSame(version);
                    return there ? ServiceOutcome.Of(current) : ServiceOutcome.Of(ServiceProblems.VersionExists(current.Id, version.Version));
                }

                return current.Versions.Length >= ServiceVersionRules.MaxVersions
                    ? ServiceOutcome.Of(ServiceProblems.TooManyVersions(current.Id, ServiceVersionRules.MaxVersions))
                    : ServiceOutcome.Of(current with { Versions = current.Versions.Add(version) });
            },
            $"Version {body.Version} of service {service} is uploaded.",
            cancellationToken);
        return ServiceEndpoints.Shown(outcome with { Changed = !there }, $"/api/v1/services/{service}");
    }

    private static Task<IResult> ApproveAsync(string service, string version, Caller caller, ServiceDesk desk, CancellationToken cancellationToken) =>
        JudgeAsync(
            service,
            version,
            caller,
            desk,
            v => v.ApprovedAt is not null ? v : v with { ApprovedAt = desk.Now, RejectedAt = null, Rejection = null },
            "approved",
            cancellationToken);

    private static async Task<IResult> RejectAsync(
        string service, string version, Rejection body, Caller caller, ServiceDesk desk, CancellationToken cancellationToken)
    {
        string? reason = string.IsNullOrWhiteSpace(body.Reason) ? null : body.Reason.Trim();
        if (reason is { Length: > MaxReason } || reason?.Any(char.IsControl) is true)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid($"A reason has at most {MaxReason} characters and no control characters.", "Shorten it."));
        }

        return await JudgeAsync(
            service,
            version,
            caller,
            desk,
            v => v.RejectedAt is not null && string.Equals(v.Rejection, reason, StringComparison.Ordinal) ? v : v with { ApprovedAt = null, RejectedAt = desk.Now, Rejection = reason },
            "rejected",
            cancellationToken);
    }

    private static async Task<IResult> JudgeAsync(
        string service,
        string version,
        Caller caller,
        ServiceDesk desk,
        Func<ServiceVersion, ServiceVersion> judge,
        string verdict,
        CancellationToken cancellationToken) => ServiceEndpoints.Shown(await desk.ChangeAsync(
            caller,
            service,
            current =>
            {
                if (current.Find(version) is not { } found)
                {
                    return Task.FromResult(ServiceOutcome.Of(ServiceProblems.VersionUnknown(current.Id, version)));
                }

                ServiceVersion judged = judge(found);
                return Task.FromResult(ServiceOutcome.Of(
                    ReferenceEquals(judged, found) ? current : current with { Versions = current.Versions.Replace(found, judged) }));
            },
            $"Version {version} of service {service} is {verdict}.",
            cancellationToken));

    private static async Task<IResult> MatrixAsync(
        string service, string? version, Caller caller, ServiceDesk desk, ServiceCatalogue services, ICatalogueStore catalogue, CancellationToken cancellationToken)
    {
        if (await desk.FindAsync(caller, service, cancellationToken) is not { Document: { } found })
        {
            return ApiProblems.Result(ServiceProblems.Unknown(service));
        }

        if (version is not null && found.Find(version) is null)
        {
            return ApiProblems.Result(ServiceProblems.VersionUnknown(found.Id, version));
        }

        IReadOnlyList<CardModel> models = await catalogue.ModelsAsync(caller.Tenant, cancellationToken);
        List<VersionCompatibility> rows = [];
        foreach (ServiceVersion one in found.Versions.Where(v => version is null || string.Equals(v.Version, version, StringComparison.Ordinal)))
        {
            (ServicePlan? plan, Problem? problem) = await services.PlanAsync(caller.Tenant, found, one, cancellationToken);
            if (plan is null)
            {
                return ApiProblems.Result(problem!);
            }

            rows.Add(new(one.Version, ServiceVersionDetails.From(one).State, [.. models.Select(m => ModelCompatibility.From(plan.Check(m)))]));
        }

        return Results.Ok(new ServiceMatrix(found.Id, rows));
    }
}
