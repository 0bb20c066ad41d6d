using System.Runtime.InteropServices;

namespace Tsm.Card.Encoding;

/// <summary>COMPREHENSION-TLV, an object of the card application toolkit: its tag says whether it must be understood.</summary>
/// <remarks>
/// TS 101 220 §7.1.1. Tags of one octet, or <c>7F</c> and two more; the flag is the high bit. Lengths are definite and in their
/// shortest form.
/// </remarks>
/// <param name="Tag">The tag without the flag: 01 to 7E, or 0001 to 7FFF in the three-octet form.</param>
/// <param name="IsRequired">Whether who does not understand the object must refuse the whole.</param>
/// <param name="Value">The value, up to 65535 octets.</param>
/// <param name="IsLong">Whether the tag takes three octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ComprehensionTlv(int Tag, bool IsRequired, Octets Value, bool IsLong = false)
    : IPacket<ComprehensionTlv>
{
    /// <summary>The longest value, in octets.</summary>
    public const int MaxLength = 0xFFFF;

    private const byte Flag = 0x80;
    private const byte LongTag = 0x7F;
    private const int LongFlag = 0x8000;

    /// <inheritdoc/>
    public int Length => (IsLong ? 3 : 1) + LengthSize(Value.Length) + Value.Length;

    /// <summary>The octets of a length field of a value, 1 to 3.</summary>
    public static int LengthSize(int length) => length switch { < 0x80 => 1, <= 0xFF => 2, _ => 3 };

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  tag 1, or 7F and 2 | length 1, 81 and 1, or 82 and 2 | value n
        var writer = new OctetWriter(destination);
        if (IsLong)
        {
            writer.WriteByte(LongTag);
            writer.WriteUInt16(checked((ushort)(Tag | (IsRequired ? LongFlag : 0))));
        }
        else
        {
            writer.WriteByte(checked((byte)(Tag | (IsRequired ? Flag : 0))));
        }

        BerTlv.WriteLength(ref writer, Value.Length);
        writer.Write(Value.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ComprehensionTlv packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        ComprehensionTlv read = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? read : default;
        return parsed;
    }

    /// <summary>Reads the next object; after a fault, which the reader keeps, the value is empty.</summary>
    public static ComprehensionTlv Read(ref OctetReader reader)
    {
        int start = reader.Offset;
        int tag = reader.ReadByte();
        bool isLong = tag == LongTag;
        int flag = isLong ? LongFlag : Flag;
        tag = isLong ? reader.ReadUInt16() : tag;

        // 00, 80 and FF are reserved.
        if ((tag & ~flag) == 0 || (!isLong && tag == 0xFF))
        {
            reader.Fail(PacketFault.ReservedValue, start);
        }

        return new(tag & ~flag, (tag & flag) != 0, reader.ReadOctets(ReadLength(ref reader)), isLong);
    }

    /// <summary>Reads a length in its shortest form, as templates of the toolkit have it too.</summary>
    public static int ReadLength(ref OctetReader reader)
    {
        int start = reader.Offset;
        int length = BerTlv.ReadLength(ref reader);
        if (length > MaxLength || reader.Offset - start > LengthSize(length))
        {
            reader.Fail(PacketFault.LengthMismatch, start);
        }

        return length;
    }
}
