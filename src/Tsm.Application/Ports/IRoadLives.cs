using Tsm.Application.Delivery;

namespace Tsm.Application.Ports;

/// <summary>Remembers when roads were bound, by whichever node.</summary>
public interface IRoadLives
{
    /// <summary>
    /// Says that this node is bound to a road now, and returns what is known of it. When nobody has said so for longer than
    /// <see cref="RoadLife.Tolerance"/>, the time since is noted as an outage.
    /// </summary>
    Task<RoadLife> BeatAsync(string road, CancellationToken cancellationToken);

    /// <summary>What is known of a road.</summary>
    Task<RoadLife> ReadAsync(string road, CancellationToken cancellationToken);
}
