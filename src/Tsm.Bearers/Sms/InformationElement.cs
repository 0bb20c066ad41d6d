using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>One element of a user data header: what follows belongs to a series, or is a secured packet.</summary>
/// <param name="Id">IEI, the identifier; see <see cref="InformationElementId"/>.</param>
/// <param name="Data">The content, 0 to 137 octets.</param>
/// <remarks>TS 23.040 §9.2.3.24.</remarks>
public readonly record struct InformationElement(byte Id, Octets Data) : IPacket<InformationElement>
{
    /// <inheritdoc/>
    public int Length => 2 + Data.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  IEI 1 | IEDL 1 | data n
        var writer = new OctetWriter(destination);
        writer.WriteByte(Id);
        writer.WriteLengthValue(Data.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out InformationElement packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        InformationElement element = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? element : default;
        return parsed;
    }

    internal static InformationElement Read(ref OctetReader reader)
    {
        byte id = reader.ReadByte();
        return new(id, reader.ReadOctets(reader.ReadByte()));
    }
}

/// <summary>The information elements that matter to secured packets; all others are kept as they are.</summary>
/// <remarks>TS 23.040 §9.2.3.24, TS 31.115 §4.1.</remarks>
public static class InformationElementId
{
    /// <summary>Part of a series, reference of one octet.</summary>
    public const byte Concatenation8 = 0x00;

    /// <summary>Part of a series, reference of two octets.</summary>
    public const byte Concatenation16 = 0x08;

    /// <summary>CPI: the user data is a command packet.</summary>
    public const byte CommandPacket = 0x70;

    /// <summary>RPI: the user data is a response packet.</summary>
    public const byte ResponsePacket = 0x71;
}

/// <summary>The place of a segment in a series.</summary>
/// <param name="Reference">The same in every segment of the series: 0 to 255, or to 65535 if wide.</param>
/// <param name="Total">The number of segments, 1 to 255.</param>
/// <param name="Sequence">The number of this segment, 1 to <paramref name="Total"/>.</param>
/// <param name="Wide">Whether the reference takes two octets (IEI 08) rather than one (IEI 00).</param>
/// <remarks>TS 23.040 §9.2.3.24.1 and §9.2.3.24.8.</remarks>
public readonly record struct SegmentPosition(int Reference, int Total, int Sequence, bool Wide)
{
    /// <summary>The element that says so.</summary>
    public InformationElement ToElement() => Wide
        ? new(InformationElementId.Concatenation16, Octets.Copy(
            [checked((byte)(Reference >> 8)), (byte)(Reference & 0xFF), checked((byte)Total), checked((byte)Sequence)]))
        : new(InformationElementId.Concatenation8, Octets.Copy(
            [checked((byte)Reference), checked((byte)Total), checked((byte)Sequence)]));

    /// <summary>
    /// Reads an element; false if it is another one, or impossible: such an element is to be ignored
    /// (TS 23.040 §9.2.3.24.1).
    /// </summary>
    public static bool TryRead(InformationElement element, out SegmentPosition position)
    {
        ReadOnlySpan<byte> data = element.Data.Span;
        position = element.Id switch
        {
            InformationElementId.Concatenation8 when data.Length == 3
                => new(data[0], data[1], data[2], Wide: false),
            InformationElementId.Concatenation16 when data.Length == 4
                => new(data[0] << 8 | data[1], data[2], data[3], Wide: true),
            _ => default,
        };
        bool possible = position.Sequence >= 1 && position.Sequence <= position.Total;
        position = possible ? position : default;
        return possible;
    }
}
