using Tsm.Application.Ports;
using Tsm.Server.Contracts;
using Tsm.Server.Hosting;

namespace Tsm.Server.Api;

/// <summary>SMSCs: how they are, and their switches, which hold on every node.</summary>
internal static class SmscEndpoints
{
    public static void MapSmsc(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder smsc = routes.MapGroup("/smsc").WithTags("SMSC");
        smsc.MapGet("", ListAsync)
            .WithName("ListSmsc")
            .WithSummary("Lists the SMSCs of this node and how their connections are")
            .Produces<ListOf<SmscHealth>>();
        smsc.MapPost("/{name}/pause", PauseAsync)
            .WithName("PauseSmsc")
            .WithSummary("Pauses an SMSC on all nodes: what is ready to leave waits, what cards send is still taken")
            .Produces<SmscHealth>()
            .Refuses(StatusCodes.Status404NotFound);
        smsc.MapPost("/{name}/resume", ResumeAsync)
            .WithName("ResumeSmsc")
            .WithSummary("Lets a paused SMSC go on, on all nodes")
            .Produces<SmscHealth>()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(SmscRoads roads, IRoadSwitches switches, CancellationToken cancellationToken) =>
        Results.Ok(new ListOf<SmscHealth>(roads.Health(await switches.PausedAsync(cancellationToken))));

    private static Task<IResult> PauseAsync(string name, SmscRoads roads, IRoadSwitches switches, CancellationToken cancellationToken) =>
        SwitchAsync(name, paused: true, roads, switches, cancellationToken);

    private static Task<IResult> ResumeAsync(string name, SmscRoads roads, IRoadSwitches switches, CancellationToken cancellationToken) =>
        SwitchAsync(name, paused: false, roads, switches, cancellationToken);

    private static async Task<IResult> SwitchAsync(
        string name, bool paused, SmscRoads roads, IRoadSwitches switches, CancellationToken cancellationToken)
    {
        if (!roads.Knows(name))
        {
            return ApiProblems.Result(ApiProblems.SmscUnknown(name));
        }

        await switches.SetPausedAsync(name, paused, cancellationToken);
        return Results.Ok(roads.Health(await switches.PausedAsync(cancellationToken)).Single(s => s.Name == name));
    }
}
