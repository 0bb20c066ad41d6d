using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Security.Scp80;

/// <summary>SPI, the security parameter indicator: how a command packet is protected and what proof is asked for.</summary>
/// <remarks>TS 102 225 §5.1.1; bit 6 of the second octet TS 31.115 §4.1.</remarks>
/// <param name="Integrity">What protects the content of the command packet.</param>
/// <param name="Ciphered">Whether the command packet is ciphered.</param>
/// <param name="Counter">What the card does with CNTR.</param>
/// <param name="Por">When the card sends a PoR.</param>
/// <param name="PorIntegrity">
/// What protects the content of the PoR: None, or the same as <paramref name="Integrity"/> where that is not None.
/// </param>
/// <param name="PorCiphered">Whether the PoR is ciphered.</param>
/// <param name="PorInSubmit">Whether the PoR comes as an SMS-SUBMIT instead of in the SMS-DELIVER-REPORT.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Spi(
    Integrity Integrity,
    bool Ciphered,
    CounterRule Counter,
    PorRule Por,
    Integrity PorIntegrity,
    bool PorCiphered,
    bool PorInSubmit) : IPacket<Spi>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 2;

    /// <summary>The reserved bits of both octets: sent as 0, ignored by cards.</summary>
    internal const byte ReservedFirst = 0xE0, ReservedSecond = 0xC0;

    private const byte CipheredBit = 0x04, PorCipheredBit = 0x10, PorInSubmitBit = 0x20;
    private const byte TwoBits = 0x03;

    /// <inheritdoc/>
    public int Length => Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);

        //  octet 1   b5 b4  counter            b3  ciphered      b2 b1  RC, CC or DS
        //  octet 2   b6  PoR in SMS-SUBMIT     b5  PoR ciphered  b4 b3  RC, CC or DS of the PoR   b2 b1  PoR
        writer.WriteByte((byte)((int)Counter << 3 | (Ciphered ? CipheredBit : 0) | (int)Integrity));
        writer.WriteByte((byte)((PorInSubmit ? PorInSubmitBit : 0)
            | (PorCiphered ? PorCipheredBit : 0) | (int)PorIntegrity << 2 | (int)Por));
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Spi packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        byte first = reader.ReadByte();
        byte second = reader.ReadByte();
        if ((first & ReservedFirst) != 0)
        {
            reader.Fail(PacketFault.ReservedValue, 0);
        }

        if ((second & ReservedSecond) != 0 || (second & TwoBits) > (int)PorRule.OnError)
        {
            reader.Fail(PacketFault.ReservedValue, 1);
        }

        packet = default;
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(
            (Integrity)(first & TwoBits),
            (first & CipheredBit) != 0,
            (CounterRule)(first >> 3 & TwoBits),
            (PorRule)(second & TwoBits),
            (Integrity)(second >> 2 & TwoBits),
            (second & PorCipheredBit) != 0,
            (second & PorInSubmitBit) != 0);
        return true;
    }
}

/// <summary>What protects the content of a packet.</summary>
/// <remarks>TS 102 225 §5.1.1.</remarks>
public enum Integrity
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>RC, a redundancy check: finds accidents, not attackers.</summary>
    RedundancyCheck = 1,

    /// <summary>CC, a cryptographic checksum.</summary>
    CryptographicChecksum = 2,

    /// <summary>DS, a digital signature. No algorithm is defined for it; packets cannot be protected with it.</summary>
    DigitalSignature = 3,
}

/// <summary>What the card does with CNTR.</summary>
/// <remarks>TS 102 225 §5.1.1 and §5.1.4.</remarks>
public enum CounterRule
{
    /// <summary>No counter available; the field is there and ignored.</summary>
    None = 0,

    /// <summary>Counter available, not checked. Some cards store it all the same.</summary>
    Unchecked = 1,

    /// <summary>Processed only if higher than the counter of the card.</summary>
    Higher = 2,

    /// <summary>Processed only if one higher than the counter of the card.</summary>
    OneHigher = 3,
}

/// <summary>When the card sends a PoR, a proof of receipt.</summary>
/// <remarks>TS 102 225 §5.1.1.</remarks>
public enum PorRule
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>Always.</summary>
    Always = 1,

    /// <summary>Only when an error occurred.</summary>
    OnError = 2,
}
