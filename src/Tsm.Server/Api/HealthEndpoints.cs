using System.Reflection;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;
using Tsm.Server.Hosting;

namespace Tsm.Server.Api;

/// <summary>How the server is; open to everybody, so it names nothing that is secret.</summary>
internal static class HealthEndpoints
{
    private static readonly string Version = typeof(HealthEndpoints).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Entries are sealed within seconds; after so long the sealer is not at work.</summary>
    private static readonly TimeSpan LongestUnsealed = TimeSpan.FromMinutes(5);

    public static void MapHealth(this IEndpointRouteBuilder routes) => routes.MapGet("/health", ShowAsync)
        .WithTags("Health")
        .WithName("ShowHealth")
        .WithSummary("Tells how the server, its database and its SMSCs are; needs no token")
        .Produces<Health>()
        .AllowAnonymous();

    private static async Task<IResult> ShowAsync(
        ICatalogueStore catalogue,
        SmscRoads roads,
        IRoadSwitches switches,
        IAuditTrail trail,
        StoreHealth store,
        HealthProblems problems,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Stored? stored = await AskAsync(catalogue, switches, trail, time, cancellationToken);
        IReadOnlyList<SmscHealth> smsc = roads.Health(stored?.Paused ?? new HashSet<string>(StringComparer.Ordinal));
        IReadOnlyList<HealthProblem> found = problems.List(stored is not null, smsc, stored?.AuditTrail);
        string database = stored is not null && store.Trouble is null ? "ok" : "unavailable";
        return Results.Ok(new Health(found.Count == 0 ? "ok" : "degraded", Version, database, smsc, found, stored?.AuditTrail));
    }

    /// <summary>What the database knows; null if it does not answer.</summary>
    private static async Task<Stored?> AskAsync(
        ICatalogueStore catalogue, IRoadSwitches switches, IAuditTrail trail, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await catalogue.ModelsAsync(Caller.LocalTenant, cancellationToken);
            return new(await switches.PausedAsync(cancellationToken), await AuditTrailAsync(trail, time, cancellationToken));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<AuditTrailHealth> AuditTrailAsync(IAuditTrail trail, TimeProvider time, CancellationToken cancellationToken)
    {
        AuditCheck? check = await trail.LastCheckAsync(Caller.LocalTenant, cancellationToken);
        AuditTail tail = await trail.TailAsync(Caller.LocalTenant, cancellationToken);
        string status = check?.Break is not null ? "broken"
            : tail.Oldest is { } oldest && time.GetUtcNow() - oldest > LongestUnsealed ? "unsealed"
            : check is null ? "unverified"
            : "intact";
        return new(status, check?.At, check?.Break?.Position, tail.Count);
    }

    private sealed record Stored(IReadOnlySet<string> Paused, AuditTrailHealth AuditTrail);
}
