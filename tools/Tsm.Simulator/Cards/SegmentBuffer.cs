using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Simulator.Cards;

/// <summary>
/// The buffers in which a card puts segments together: in any order, with repetitions, and few of them.
/// </summary>
/// <remarks>
/// TS 31.115 §4.3. A card has no clock: an incomplete series stays until another one needs its place or the card is
/// reset. A segment in a place that is taken replaces what is there, because references come round.
/// </remarks>
internal sealed class SegmentBuffer(int buffers, int maxSegments)
{
    private readonly List<Series> _open = new(1);

    /// <summary>Takes one user data; a whole packet when nothing is missing any more.</summary>
    /// <param name="source">The sender's number.</param>
    /// <param name="segment">The user data.</param>
    /// <param name="packet">The packet, and in which order its first header had its elements.</param>
    /// <returns>False when the buffers do not take the segment.</returns>
    public bool TryAdd(string source, UserData segment, out CompletePacket? packet)
    {
        packet = null;
        if (!segment.Header.TryGetPosition(out SegmentPosition position))
        {
            packet = new(segment.Payload, segment.Header);
            return segment.Header.IsCommandPacket;
        }

        if (position.Total > maxSegments)
        {
            return false;
        }

        Series? series = _open.Find(s => s.Reference == position.Reference && s.Parts.Length == position.Total
            && string.Equals(s.Source, source, StringComparison.Ordinal));
        if (series is null)
        {
            if (_open.Count == buffers)
            {
                _open.RemoveAt(0);
            }

            series = new(source, position.Reference, new UserData?[position.Total]);
            _open.Add(series);
        }

        series.Parts[position.Sequence - 1] = segment;
        if (series.Parts.All(p => p is not null))
        {
            _open.Remove(series);
            packet = new(Octets.Concat([.. series.Parts.Select(p => p!.Value.Payload)]), series.Parts[0]!.Value.Header);
        }

        return true;
    }

    private sealed record Series(string Source, int Reference, UserData?[] Parts);
}

/// <summary>A packet that is complete, with the header of its first segment.</summary>
/// <param name="Octets">The packet from CPL on.</param>
/// <param name="Header">The header of the first segment.</param>
internal sealed record CompletePacket(Octets Octets, UserDataHeader Header);
