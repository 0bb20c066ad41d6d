using System.Runtime.InteropServices;

namespace Tsm.Application.Ports;

/// <summary>
/// How many short messages may leave on a road, over all nodes together: a bucket that fills with the road's rate and is
/// emptied in slices. A node leases a slice before it claims packets; what it has not used when the slice ends is lost.
/// </summary>
public interface IRateLeases
{
    /// <summary>
    /// Whether the rate is kept here for all nodes. If not, there is one process only, which keeps the rate itself, and every
    /// lease is without limit.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Says what a road may carry; holds from the next lease of every node on.</summary>
    /// <param name="road">The road.</param>
    /// <param name="perSecond">Short messages a second, 1 or more; null for no limit.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    Task DeclareAsync(string road, int? perSecond, CancellationToken cancellationToken);

    /// <summary>Leases what the bucket holds, one slice at most.</summary>
    Task<RateLease> LeaseAsync(string road, CancellationToken cancellationToken);

    /// <summary>Gives back what of a lease will certainly not be used.</summary>
    Task ReturnAsync(string road, int credits, CancellationToken cancellationToken);
}

/// <summary>What may leave on a road, and until when.</summary>
/// <param name="Credits">The short messages that may leave; 0 when there is nothing to be had now; null for no limit.</param>
/// <param name="Duration">How long this holds from the moment at which the lease was asked for.</param>
/// <param name="RetryAfter">When to ask again if <paramref name="Credits"/> is 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLease(int? Credits, TimeSpan Duration, TimeSpan RetryAfter)
{
    /// <summary>How long a slice is.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(200);

    /// <summary>No limit, for a second: by then there may be one.</summary>
    public static RateLease Unlimited { get; } = new(null, TimeSpan.FromSeconds(1), TimeSpan.Zero);
}

/// <summary>The switches of roads: what is paused is claimed by no node.</summary>
public interface IRoadSwitches
{
    /// <summary>Pauses a road, or lets it go on; holds on all nodes once this returns.</summary>
    Task SetPausedAsync(string road, bool paused, CancellationToken cancellationToken);

    /// <summary>The roads that are paused.</summary>
    Task<IReadOnlySet<string>> PausedAsync(CancellationToken cancellationToken);
}
