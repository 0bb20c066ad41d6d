using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>How a packet that does not fit one SM is cut; a property of the card model.</summary>
/// <remarks>
/// The standard leaves the order of the elements in the first segment open. Some cards look at the first element only,
/// some only at that of the segment which arrives last.
/// </remarks>
public sealed record ConcatenationOptions
{
    /// <summary>Concatenation element first, reference of one octet, IEI 70 in the first segment only.</summary>
    public static ConcatenationOptions Default { get; } = new();

    /// <summary>Whether IEI 70 (71) stands before the concatenation element. Default: after it.</summary>
    public bool IdentifierFirst { get; init; }

    /// <summary>Whether every segment carries IEI 70 (71). Default: only the first.</summary>
    public bool IdentifierInEverySegment { get; init; }

    /// <summary>Whether the reference takes two octets (IEI 08). Default: one (IEI 00).</summary>
    public bool WideReference { get; init; }

    /// <summary>The most segments the card reassembles, 1 to 255. Default 255.</summary>
    public int MaxSegments { get; init; } = Concatenation.MaxSegments;
}

/// <summary>Cuts secured packets into the user data of one or more SMs.</summary>
/// <remarks>
/// TS 31.115 §4.1 to §4.4. The packet is protected as a whole before it is cut; its own length field describes all of it.
/// </remarks>
public static class Concatenation
{
    /// <summary>The most segments the wire form can count.</summary>
    public const int MaxSegments = 255;

    private const int IdentifierLength = 2;

    /// <summary>Cuts a command packet: TP-UDs in the order in which they are to be sent.</summary>
    /// <param name="packet">The protected command packet, from CPL on.</param>
    /// <param name="options">How to cut.</param>
    /// <param name="reference">Names the series; not used by two open packets to one card. Unused if one SM suffices.</param>
    /// <exception cref="ArgumentException">The packet needs more segments than the options allow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The reference does not fit its octets.</exception>
    public static ImmutableArray<Octets> Split(Octets packet, ConcatenationOptions options, int reference) =>
        Cut(packet, options, reference, InformationElementId.CommandPacket);

    /// <summary>Cuts a response packet, as a card does: as <see cref="Split"/>, with IEI 71.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static ImmutableArray<Octets> SplitResponse(Octets packet, ConcatenationOptions options, int reference) =>
        Cut(packet, options, reference, InformationElementId.ResponsePacket);

    /// <summary>The longest packet that <paramref name="segments"/> SMs carry, in octets: 137, 266, 400, ...</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 255 segments.</exception>
    public static int Capacity(int segments, ConcatenationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segments, MaxSegments);
        return segments == 1 ? SingleCapacity : FirstCapacity(options) + (segments - 1) * NextCapacity(options);
    }

    /// <summary>How many SMs a packet needs; the result may be more than the options, or the wire form, allow.</summary>
    /// <param name="packetLength">The length of the packet in octets.</param>
    /// <param name="options">How to cut.</param>
    public static int Segments(int packetLength, ConcatenationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(packetLength);
        if (packetLength <= SingleCapacity)
        {
            return 1;
        }

        int next = NextCapacity(options);
        return 1 + (packetLength - FirstCapacity(options) + next - 1) / next;
    }

    private static int SingleCapacity => UserData.MaxLength - 1 - IdentifierLength;

    private static int PositionLength(ConcatenationOptions options) => options.WideReference ? 6 : 5;

    private static int FirstCapacity(ConcatenationOptions options) => SingleCapacity - PositionLength(options);

    private static int NextCapacity(ConcatenationOptions options) =>
        options.IdentifierInEverySegment ? FirstCapacity(options) : UserData.MaxLength - 1 - PositionLength(options);

    private static ImmutableArray<Octets> Cut(Octets packet, ConcatenationOptions options, int reference, byte identifier)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(reference);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reference, options.WideReference ? 0xFFFF : 0xFF);
        int total = Segments(packet.Length, options);
        if (total > Math.Min(options.MaxSegments, MaxSegments))
        {
            throw new ArgumentException(
                $"{packet.Length} octets need {total} segments; {options.MaxSegments} are allowed.", nameof(packet));
        }

        var identifies = new InformationElement(identifier, Octets.Empty);
        if (total == 1)
        {
            return [new UserData(UserDataHeader.Of(identifies), packet).ToOctets()];
        }

        ImmutableArray<Octets>.Builder segments = ImmutableArray.CreateBuilder<Octets>(total);
        int start = 0;
        for (int sequence = 1; sequence <= total; sequence++)
        {
            InformationElement position = new SegmentPosition(reference, total, sequence, options.WideReference).ToElement();
            UserDataHeader header = (sequence == 1 || options.IdentifierInEverySegment, options.IdentifierFirst) switch
            {
                (false, _) => UserDataHeader.Of(position),
                (true, true) => UserDataHeader.Of(identifies, position),
                (true, false) => UserDataHeader.Of(position, identifies),
            };
            int length = Math.Min(UserData.MaxLength - header.Length, packet.Length - start);
            segments.Add(new UserData(header, packet.Slice(start, length)).ToOctets());
            start += length;
        }

        return segments.MoveToImmutable();
    }
}
