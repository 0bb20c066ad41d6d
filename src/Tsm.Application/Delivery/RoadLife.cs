using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tsm.Application.Delivery;

/// <summary>A time in which no answer could come in by a road, because no node was bound or there was no database.</summary>
/// <param name="From">When somebody last was known to be bound.</param>
/// <param name="Until">When somebody was again.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Outage(DateTimeOffset From, DateTimeOffset Until);

/// <summary>When a road could bring answers, and when not: silence counts only while it could have been broken.</summary>
/// <param name="AliveUntil">When a node was last known to be bound; null when none ever was.</param>
/// <param name="Outages">Outages that are over, of the last 31 days.</param>
public sealed record RoadLife(DateTimeOffset? AliveUntil, ImmutableArray<Outage> Outages)
{
    /// <summary>How often a node that is bound says so.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>Beats may be late: shorter gaps are no outage and cost a repetition at most.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    /// <summary>How long outages are remembered: no deadline is longer.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(31);

    /// <summary>How soon a deadline is looked at again while the road is down.</summary>
    public static readonly TimeSpan Recheck = TimeSpan.FromSeconds(30);

    /// <summary>What is known before the store was asked: nothing, so that nothing is decided.</summary>
    public static RoadLife Unknown { get; } = new(null, []) { IsKnown = false };

    /// <summary>Whether the store was asked.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>Whether no node is bound now.</summary>
    public bool IsDown(DateTimeOffset now) => AliveUntil is { } alive && now - alive > Tolerance;

    /// <summary>How long the road was down between two times.</summary>
    public TimeSpan Down(DateTimeOffset since, DateTimeOffset now)
    {
        TimeSpan down = IsDown(now) ? Overlap(new(AliveUntil!.Value, now), since, now) : TimeSpan.Zero;
        foreach (Outage outage in Outages)
        {
            down += Overlap(outage, since, now);
        }

        return down;
    }

    private static TimeSpan Overlap(Outage outage, DateTimeOffset since, DateTimeOffset now)
    {
        DateTimeOffset from = outage.From > since ? outage.From : since, until = outage.Until < now ? outage.Until : now;
        return until > from ? until - from : TimeSpan.Zero;
    }
}
