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
        ICatalogueStore catalogue, SmscRoads roads, StoreHealth store, HealthProblems problems, CancellationToken cancellationToken)
    {
        bool isReadable = await IsReachableAsync(catalogue, cancellationToken);
        bool ok = isReadable && store.Trouble is null;
        IReadOnlyList<HealthProblem> found = problems.List(isReadable);
        return Results.Ok(new Health(found.Count == 0 ? "ok" : "degraded", Version, ok ? "ok" : "unavailable", roads.Health, found));
    }

    private static async Task<bool> IsReachableAsync(ICatalogueStore catalogue, CancellationToken cancellationToken)
    {
        try
        {
            await catalogue.ModelsAsync(Caller.LocalTenant, cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
