using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>Extended card resources: how much room a card has left.</summary>
/// <remarks>TS 102 226 §8.2.1.7.2, the answer to GET DATA FF21. Cards write numbers of one to four octets.</remarks>
/// <param name="Applications">The number of installed applications.</param>
/// <param name="FreeNonVolatile">Free non-volatile memory, in octets.</param>
/// <param name="FreeVolatile">Free volatile memory, in octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CardResources(uint Applications, uint FreeNonVolatile, uint FreeVolatile)
{
    private const uint Tag = 0xFF21;
    private const uint ApplicationsTag = 0x81;
    private const uint NonVolatileTag = 0x82;
    private const uint VolatileTag = 0x83;

    /// <summary>Reads the answer; objects that are missing count as zero.</summary>
    public static bool TryParse(ReadOnlySpan<byte> answer, out CardResources resources, out PacketError error)
    {
        resources = default;
        if (!CardObject.TryOpen(answer, Tag, out ReadOnlySpan<byte> objects, out int origin, out error))
        {
            return false;
        }

        CardResources found = default;
        var reader = new BerTlvReader(objects, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag is ApplicationsTag or NonVolatileTag or VolatileTag && value.Length is 0 or > 4)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            found = tag switch
            {
                ApplicationsTag => found with { Applications = CardObject.ToNumber(value) },
                NonVolatileTag => found with { FreeNonVolatile = CardObject.ToNumber(value) },
                VolatileTag => found with { FreeVolatile = CardObject.ToNumber(value) },
                _ => found,
            };
        }

        error = reader.Error;
        resources = error.Fault == PacketFault.None ? found : default;
        return error.Fault == PacketFault.None;
    }

    /// <summary>The answer of a card, with numbers as short as they can be but memory in two octets at least.</summary>
    public Octets ToOctets() => BerTlv.Encode(
        Tag,
        Octets.Concat(
            BerTlv.Encode(ApplicationsTag, Number(Applications, 1)),
            BerTlv.Encode(NonVolatileTag, Number(FreeNonVolatile, 2)),
            BerTlv.Encode(VolatileTag, Number(FreeVolatile, 2))).Span);

    private static byte[] Number(uint value, int atLeast)
    {
        byte[] octets = [(byte)(value >> 24), (byte)(value >> 16 & 0xFF), (byte)(value >> 8 & 0xFF), (byte)(value & 0xFF)];
        int leading = octets.AsSpan().IndexOfAnyExcept((byte)0);
        return octets[Math.Min(leading < 0 ? octets.Length : leading, octets.Length - atLeast)..];
    }
}
