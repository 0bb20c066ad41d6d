using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Security.Scp02;

/// <summary>The answer of an SCP02 card to INITIALIZE UPDATE.</summary>
/// <remarks>GPCS 2.3.1 §E.5.1, 28 octets.</remarks>
/// <param name="DiversificationData">What the keys of the card may be derived from, 10 octets.</param>
/// <param name="KeyVersion">The version of the keys that the card has taken.</param>
/// <param name="SequenceCounter">How many sessions this key version has seen, 0 to 65,535.</param>
/// <param name="CardChallenge">6 octets.</param>
/// <param name="CardCryptogram">8 octets: proves that the card has the keys.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Scp02InitializeUpdateResponse(
    Octets DiversificationData, byte KeyVersion, ushort SequenceCounter, Octets CardChallenge, Octets CardCryptogram)
    : IPacket<Scp02InitializeUpdateResponse>
{
    /// <summary>The number of the protocol, which stands after the key version.</summary>
    public const byte Protocol = 0x02;

    private const int DiversificationLength = 10;
    private const int ChallengeLength = 6;
    private const int CryptogramLength = 8;

    /// <inheritdoc/>
    public int Length => DiversificationData.Length + 4 + CardChallenge.Length + CardCryptogram.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  diversification data 10 | KVN 1 | 02 | sequence counter 2 | card challenge 6 | card cryptogram 8
        var writer = new OctetWriter(destination);
        writer.Write(DiversificationData.Span);
        writer.WriteByte(KeyVersion);
        writer.WriteByte(Protocol);
        writer.WriteUInt16(SequenceCounter);
        writer.Write(CardChallenge.Span);
        writer.Write(CardCryptogram.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Scp02InitializeUpdateResponse packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        Octets diversification = reader.ReadOctets(DiversificationLength);
        byte version = reader.ReadByte();
        reader.Expect([Protocol]);
        ushort counter = reader.ReadUInt16();
        Octets challenge = reader.ReadOctets(ChallengeLength);
        Octets cryptogram = reader.ReadOctets(CryptogramLength);
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(diversification, version, counter, challenge, cryptogram);
        return true;
    }
}

/// <summary>i of SCP02: the variants that are known here.</summary>
/// <remarks>
/// GPCS 2.3.1 §E.1.1. All have three keys, a C-MAC over the modified command, explicit initiation, and encipher the ICV of
/// the C-MAC.
/// </remarks>
public enum Scp02Parameter
{
    /// <summary>15: a random card challenge and no R-MAC.</summary>
    Usual = 0x15,

    /// <summary>35: with R-MAC.</summary>
    ResponseMac = 0x35,

    /// <summary>55: a pseudo-random card challenge.</summary>
    PseudoRandom = 0x55,

    /// <summary>75: a pseudo-random card challenge, and R-MAC.</summary>
    PseudoRandomResponseMac = 0x75,
}
