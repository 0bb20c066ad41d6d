using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>What a reassembly may hold; the limits are ours.</summary>
/// <param name="MaxOpen">The most series held at once; one more pushes the oldest out. Default 8.</param>
/// <param name="MaxSegments">The longest series accepted, 1 to 255. Default 255.</param>
/// <param name="Lifetime">How long a series is held after its latest segment. Default ten minutes.</param>
public sealed record ReassemblyLimits(int MaxOpen, int MaxSegments, TimeSpan Lifetime)
{
    /// <summary>Eight series of up to 255 segments, each for ten minutes.</summary>
    public static ReassemblyLimits Default { get; } = new(8, Concatenation.MaxSegments, TimeSpan.FromMinutes(10));
}

/// <summary>A series of which segments have been seen; made of what any serialiser can write.</summary>
/// <param name="Reference">The reference of the series.</param>
/// <param name="Total">How many segments it has.</param>
/// <param name="ExpiresAt">When it is forgotten.</param>
/// <param name="Segments">As many as <paramref name="Total"/>: the payload as hexadecimal, or null if it is missing.</param>
public sealed record PartialMessage(int Reference, int Total, DateTimeOffset ExpiresAt, ImmutableArray<string?> Segments)
{
    /// <summary>Whether every segment was seen: the packet has been given out, and is held to know repetitions.</summary>
    public bool IsComplete => Segments.All(segment => segment is not null);
}

/// <summary>Puts the segments of one source together again: an immutable value, one for each source address.</summary>
/// <remarks>
/// TS 23.040 §9.2.3.24.1. Segments may come in any order and repeatedly; a packet is given out once. A repetition is known
/// by its content, because a card may use one reference for everything it sends: a segment with other content than the
/// one seen at its place begins a new series.
/// </remarks>
public sealed record Reassembly(ImmutableArray<PartialMessage> Messages, ReassemblyLimits Limits)
{
    /// <summary>Nothing yet, with the default limits.</summary>
    public static Reassembly Empty { get; } = new([], ReassemblyLimits.Default);

    /// <summary>Takes a segment, and says what packet it completes.</summary>
    /// <param name="segment">The user data of one SM. Without a place in a series it is a packet by itself.</param>
    /// <param name="now">The time by which series expire.</param>
    /// <returns>What is held from now on, and the whole packet without headers if this segment was the last missing.</returns>
    public (Reassembly Next, Octets? Complete) Add(UserData segment, DateTimeOffset now)
    {
        Reassembly current = Expire(now);
        if (!segment.Header.TryGetPosition(out SegmentPosition position))
        {
            return (current, segment.Payload);
        }

        if (position.Total > Limits.MaxSegments)
        {
            return (current, null);
        }

        string payload = segment.Payload.ToString();
        PartialMessage? known = current.Messages
            .FirstOrDefault(m => m.Reference == position.Reference && m.Total == position.Total);
        string? seen = known?.Segments[position.Sequence - 1];
        if (string.Equals(seen, payload, StringComparison.Ordinal))
        {
            return (current, null);
        }

        ImmutableArray<string?> held = known is null || seen is not null
            ? [.. Enumerable.Repeat<string?>(null, position.Total)]
            : known.Segments;
        var next = new PartialMessage(
            position.Reference, position.Total, now + Limits.Lifetime, held.SetItem(position.Sequence - 1, payload));
        return (current.Replace(known, next), next.IsComplete ? Join(next) : null);
    }

    /// <summary>Forgets the series whose time is over.</summary>
    public Reassembly Expire(DateTimeOffset now)
    {
        ImmutableArray<PartialMessage> messages = Messages.IsDefault ? [] : Messages;
        return messages.Any(m => m.ExpiresAt <= now) || Messages.IsDefault
            ? this with { Messages = messages.RemoveAll(m => m.ExpiresAt <= now) }
            : this;
    }

    private Reassembly Replace(PartialMessage? known, PartialMessage next)
    {
        ImmutableArray<PartialMessage> others = known is null ? Messages : Messages.Remove(known);
        while (others.Length >= Math.Max(1, Limits.MaxOpen))
        {
            // What has been given out goes first, then what has waited longest.
            others = others.Remove(others.OrderBy(m => !m.IsComplete).ThenBy(m => m.ExpiresAt).First());
        }

        return this with { Messages = others.Add(next) };
    }

    private static Octets Join(PartialMessage message) =>
        Octets.Own(Convert.FromHexString(string.Concat(message.Segments)));
}
