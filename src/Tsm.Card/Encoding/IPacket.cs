using System.Runtime.InteropServices;

namespace Tsm.Card.Encoding;

/// <summary>A value with one wire form: what <see cref="Write"/> produces, <see cref="TryParse"/> reads back.</summary>
public interface IPacket<TSelf> where TSelf : struct, IPacket<TSelf>
{
    /// <summary>The number of octets <see cref="Write"/> produces.</summary>
    int Length { get; }

    /// <summary>Writes the wire form and returns <see cref="Length"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="Length"/>.</exception>
    int Write(Span<byte> destination);

    /// <summary>Reads a value from all of <paramref name="source"/>; on failure <paramref name="packet"/> is its default.</summary>
    static abstract bool TryParse(ReadOnlySpan<byte> source, out TSelf packet, out PacketError error);
}

/// <summary>Why octets were refused, and where.</summary>
/// <param name="Fault">What was wrong.</param>
/// <param name="Offset">The octet at which parsing stopped, from the start of the packet.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PacketError(PacketFault Fault, int Offset)
{
    /// <summary>The same error as seen by an outer packet in which this one starts at <paramref name="start"/>.</summary>
    public PacketError Within(int start) => this with { Offset = Offset + start };

    /// <summary>A sentence for people: what was wrong, and at which octet.</summary>
    public override string ToString() => Fault switch
    {
        PacketFault.None => "no error",
        PacketFault.Truncated => $"the octets end at {Offset}, before the packet does",
        PacketFault.TrailingOctets => $"octets follow the end of the packet at {Offset}",
        PacketFault.ReservedValue => $"reserved coding at octet {Offset}",
        PacketFault.LengthMismatch => $"the length at octet {Offset} disagrees with its content",
        PacketFault.UnexpectedValue => $"unexpected value at octet {Offset}",
        PacketFault.LimitExceeded => $"a limit is exceeded at octet {Offset}",
        _ => $"{Fault} at octet {Offset}",
    };
}

/// <summary>The ways in which a packet can be malformed.</summary>
public enum PacketFault
{
    /// <summary>Nothing was wrong.</summary>
    None,

    /// <summary>The octets end before the packet does.</summary>
    Truncated,

    /// <summary>Octets follow the end of the packet.</summary>
    TrailingOctets,

    /// <summary>A reserved coding was used.</summary>
    ReservedValue,

    /// <summary>A length field disagrees with what it counts.</summary>
    LengthMismatch,

    /// <summary>A fixed octet (a tag, a magic number) has another value.</summary>
    UnexpectedValue,

    /// <summary>A repetition or a nesting goes beyond a limit that is ours.</summary>
    LimitExceeded,
}
