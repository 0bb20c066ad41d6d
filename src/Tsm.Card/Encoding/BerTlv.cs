namespace Tsm.Card.Encoding;

/// <summary>Writes BER-TLV objects: tags of one to three octets, definite lengths in their shortest form.</summary>
/// <remarks>
/// ISO/IEC 7816-4 §5.2.2, GPCS 2.3.1 §11.1.5. A tag is written as its octets stand, so <c>9F70</c> is 0x9F70. The
/// lengths are <c>00..7F</c>, <c>81 xx</c>, <c>82 xx xx</c> and <c>83 xx xx xx</c>.
/// </remarks>
public static class BerTlv
{
    /// <summary>The longest value that can be written or read, in octets.</summary>
    public const int MaxLength = 0xFF_FFFF;

    private const uint MaxTag = 0xFF_FFFF;

    /// <summary>The number of octets of a tag, 1 to 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tag"/> has more than three octets.</exception>
    public static int TagSize(uint tag)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tag, MaxTag);
        return tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
    }

    /// <summary>The number of octets of a length field, 1 to 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative or above <see cref="MaxLength"/>.</exception>
    public static int LengthSize(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength);
        return length switch { < 0x80 => 1, <= 0xFF => 2, <= 0xFFFF => 3, _ => 4 };
    }

    /// <summary>The number of octets of a whole object: tag, length field and <paramref name="length"/> octets of value.</summary>
    public static int Size(uint tag, int length) => TagSize(tag) + LengthSize(length) + length;

    /// <summary>Writes a tag and the length of a value that the caller writes next.</summary>
    public static void WriteHeader(ref OctetWriter writer, uint tag, int length)
    {
        for (int shift = (TagSize(tag) - 1) * 8; shift >= 0; shift -= 8)
        {
            writer.WriteByte((byte)(tag >> shift & 0xFF));
        }

        WriteLength(ref writer, length);
    }

    /// <summary>Writes a length field alone, as GlobalPlatform puts it before parameters and tokens.</summary>
    public static void WriteLength(ref OctetWriter writer, int length)
    {
        int size = LengthSize(length);
        if (size > 1)
        {
            writer.WriteByte((byte)(0x80 | size - 1));
        }

        for (int shift = (Math.Max(size - 1, 1) - 1) * 8; shift >= 0; shift -= 8)
        {
            writer.WriteByte((byte)(length >> shift & 0xFF));
        }
    }

    /// <summary>Writes a whole object.</summary>
    public static void Write(ref OctetWriter writer, uint tag, ReadOnlySpan<byte> value)
    {
        WriteHeader(ref writer, tag, value.Length);
        writer.Write(value);
    }

    /// <summary>A whole object as a byte string.</summary>
    public static Octets Encode(uint tag, ReadOnlySpan<byte> value)
    {
        byte[] encoded = new byte[Size(tag, value.Length)];
        var writer = new OctetWriter(encoded);
        Write(ref writer, tag, value);
        return Octets.Own(encoded);
    }

    /// <summary>Reads a length field alone; the shortest form is not demanded.</summary>
    /// <returns>The length in octets, 0 to <see cref="MaxLength"/>; zero after a fault, which the reader keeps.</returns>
    public static int ReadLength(ref OctetReader reader)
    {
        int start = reader.Offset;
        byte first = reader.ReadByte();
        if (first < 0x80)
        {
            return first;
        }

        int size = first & 0x7F;
        if (size is 0 or > 3)
        {
            // Indefinite lengths stand only in the scripting templates of TS 102 226 §5.2.1, which read them themselves.
            reader.Fail(PacketFault.ReservedValue, start);
            return 0;
        }

        int length = 0;
        foreach (byte octet in reader.ReadSpan(size))
        {
            length = length << 8 | octet;
        }

        return length;
    }

    /// <summary>Finds the first object with <paramref name="tag"/> among the objects of <paramref name="source"/>.</summary>
    /// <returns>False when it is missing, or when octets before it are malformed.</returns>
    public static bool TryFind(ReadOnlySpan<byte> source, uint tag, out ReadOnlySpan<byte> value)
    {
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint found, out value))
        {
            if (found == tag)
            {
                return true;
            }
        }

        value = default;
        return false;
    }
}
