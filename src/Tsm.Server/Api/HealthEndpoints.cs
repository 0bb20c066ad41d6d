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
        StoreHealth store,
        HealthProblems problems,
        CancellationToken cancellationToken)
    {
        IReadOnlySet<string>? paused = await PausedAsync(catalogue, switches, cancellationToken);
        IReadOnlyList<SmscHealth> smsc = roads.Health(paused ?? new HashSet<string>(StringComparer.Ordinal));
        IReadOnlyList<HealthProblem> found = problems.List(paused is not null, smsc);
        bool ok = paused is not null && store.Trouble is null;
        return Results.Ok(new Health(found.Count == 0 ? "ok" : "degraded", Version, ok ? "ok" : "unavailable", smsc, found));
    }

    // Null if the database does not answer.
    private static async Task<IReadOnlySet<string>?> PausedAsync(
        ICatalogueStore catalogue, IRoadSwitches switches, CancellationToken cancellationToken)
    {
        try
        {
            await catalogue.ModelsAsync(Caller.LocalTenant, cancellationToken);
            return await switches.PausedAsync(cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
