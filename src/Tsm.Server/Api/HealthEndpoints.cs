using System.Reflection;
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
        ICatalogueStore catalogue, SmscRoads roads, IAuditTrail trail, TimeProvider time, CancellationToken cancellationToken)
    {
        AuditTrailHealth? audit = null;
        bool reachable = await AnswersAsync(
            async () =>
            {
                await catalogue.ModelsAsync(Caller.LocalTenant, cancellationToken);
                audit = await AuditTrailAsync(trail, time, cancellationToken);
            },
            cancellationToken);
        IReadOnlyList<SmscHealth> smsc = roads.Health;
        bool ok = reachable && smsc.All(s => s.State is "bound") && audit?.Status is not ("broken" or "unsealed");
        return Results.Ok(new Health(ok ? "ok" : "degraded", Version, reachable ? "ok" : "unavailable", smsc, audit));
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

    private static async Task<bool> AnswersAsync(Func<Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask();
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
