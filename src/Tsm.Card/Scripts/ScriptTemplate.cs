using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>The template around the objects of an expanded script or its response, with a definite or an indefinite length.</summary>
/// <remarks>
/// TS 102 226 §5.2.1 and §5.2.2. The objects have tags of one octet and definite lengths. A missing length and a length that
/// goes beyond the template are different faults, because a card answers them differently (table 5.12).
/// </remarks>
internal static class ScriptTemplate
{
    public const byte IndefiniteLength = 0x80;

    /// <summary>The octets of a template around <paramref name="content"/> octets of objects.</summary>
    public static int Size(int content, bool indefinite) => indefinite ? 4 + content : 1 + BerTlv.LengthSize(content) + content;

    /// <summary>Wraps the objects of <paramref name="content"/>.</summary>
    public static Octets Wrap(byte tag, ReadOnlySpan<byte> content, bool indefinite)
    {
        if (!indefinite)
        {
            return BerTlv.Encode(tag, content);
        }

        byte[] wrapped = new byte[Size(content.Length, indefinite)];
        wrapped[0] = tag;
        wrapped[1] = IndefiniteLength;
        content.CopyTo(wrapped.AsSpan(2));
        return Octets.Own(wrapped);
    }

    /// <summary>Reads the tag and the length, and returns a reader of what is inside.</summary>
    /// <remarks>Of the indefinite form the reader still holds the end, <c>00 00</c>, if it is there.</remarks>
    public static OctetReader Open(ref OctetReader reader, byte definite, byte indefinite, out bool isIndefinite)
    {
        byte tag = reader.ReadByte();
        isIndefinite = tag == indefinite;
        if (tag != definite && !isIndefinite)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        if (isIndefinite)
        {
            reader.Expect([IndefiniteLength]);
            return reader.ReadSub(reader.Remaining);
        }

        return reader.ReadSub(ReadLength(ref reader));
    }

    /// <summary>Reads one object; false at the end of the octets or at a fault.</summary>
    public static bool TryRead(ref OctetReader reader, out byte tag, out ReadOnlySpan<byte> value, out int valueOffset)
    {
        tag = 0;
        value = default;
        valueOffset = reader.Offset;
        if (reader.Remaining == 0)
        {
            return false;
        }

        tag = reader.ReadByte();
        int length = ReadLength(ref reader);
        valueOffset = reader.Offset;
        value = reader.ReadSpan(length);
        return !reader.Failed;
    }

    private static int ReadLength(ref OctetReader reader)
    {
        int start = reader.Offset;
        int length = BerTlv.ReadLength(ref reader);
        if (length > reader.Remaining)
        {
            reader.Fail(PacketFault.LengthMismatch, start);
        }

        return length;
    }
}
