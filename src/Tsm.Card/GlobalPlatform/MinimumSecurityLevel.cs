using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>MSL, the minimum security level: how well a packet to an application must be protected.</summary>
/// <remarks>
/// TS 102 226 §8.2.1.3.2.4. Compares by content, as it goes on the wire after its length octet. A packet that falls short of it
/// is answered with status <c>0A</c>.
/// </remarks>
/// <param name="Value">Nothing for no check; else the parameter and its data: <c>01</c> and the least SPI1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MinimumSecurityLevel(Octets Value) : IPacket<MinimumSecurityLevel>
{
    private const byte MinimumSpi1 = 0x01;
    private const byte TwoBits = 0x03;
    private const byte CipheredBit = 0x04;

    /// <summary>No check.</summary>
    public static MinimumSecurityLevel None => default;

    /// <inheritdoc/>
    public int Length => Value.Length;

    /// <summary>The least first octet of the SPI; null where there is no check, or one of another kind.</summary>
    public byte? LeastSpi1 => Value.Span is [MinimumSpi1, var least] ? least : null;

    /// <summary>The level that demands at least this first octet of the SPI.</summary>
    public static MinimumSecurityLevel AtLeast(byte spi1) => new(Octets.Copy([MinimumSpi1, spi1]));

    /// <summary>Whether a packet with this first octet of the SPI reaches the level; null for a proprietary or reserved one.</summary>
    /// <remarks>
    /// TS 102 226 §6.1: integrity (none, RC, CC, DS), ciphering and counter must each be at least what is demanded.
    /// </remarks>
    public bool? IsReachedBy(byte spi1)
    {
        if (Value.IsEmpty)
        {
            return true;
        }

        return LeastSpi1 is { } least
            ? (spi1 & TwoBits) >= (least & TwoBits)
                && (spi1 & CipheredBit) >= (least & CipheredBit)
                && (spi1 >> 3 & TwoBits) >= (least >> 3 & TwoBits)
            : null;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  nothing   or   parameter 1 | data n
        var writer = new OctetWriter(destination);
        writer.Write(Value.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out MinimumSecurityLevel packet, out PacketError error)
    {
        packet = default;
        error = source switch
        {
            [MinimumSpi1] => new(PacketFault.Truncated, 1),
            [MinimumSpi1, _, _, ..] => new(PacketFault.TrailingOctets, 2),
            { Length: > byte.MaxValue } => new(PacketFault.LimitExceeded, byte.MaxValue),
            _ => default,
        };
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        packet = new(Octets.Copy(source));
        return true;
    }

    /// <summary>The octets in hexadecimal.</summary>
    public override string ToString() => Value.ToString();
}
