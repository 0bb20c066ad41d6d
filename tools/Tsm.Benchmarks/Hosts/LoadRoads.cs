using Tsm.Application.Ports;

namespace Tsm.Benchmarks.Hosts;

/// <summary>The roads of nodes that send nothing.</summary>
internal static class LoadRoads
{
    public static IReadOnlyList<Road> All { get; } = [new("load", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), MaxSends: 10)];
}
