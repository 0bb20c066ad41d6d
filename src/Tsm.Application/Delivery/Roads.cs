using System.Collections.Immutable;
using Tsm.Application.Ports;

namespace Tsm.Application.Delivery;

/// <summary>The roads of this node with what is known of their lives; turns read it, the watch writes it.</summary>
/// <param name="roads">As they are configured.</param>
public sealed class Roads(IEnumerable<Road> roads)
{
    private ImmutableArray<Road> _all = [.. roads.Select(r => r with { Life = RoadLife.Unknown })];

    /// <summary>All roads, in the order of the configuration.</summary>
    public IReadOnlyList<Road> All => _all;

    /// <summary>Takes what is known of a road now.</summary>
    public void Update(string name, RoadLife life) => ImmutableInterlocked.Update(
        ref _all,
        static (all, change) => [.. all.Select(r => r.Name == change.name ? r with { Life = change.life } : r)],
        (name, life));
}
