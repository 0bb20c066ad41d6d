using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Security.Scp03;

/// <summary>The answer of an SCP03 card to INITIALIZE UPDATE.</summary>
/// <remarks>
/// Amd D §7.1.1. The length decides the mode: 29 or 32 octets for S8, 45 or 48 for S16, where the longer ones end with a
/// sequence counter.
/// </remarks>
/// <param name="DiversificationData">What the keys of the card may be derived from, 10 octets.</param>
/// <param name="KeyVersion">The version of the keys that the card has taken.</param>
/// <param name="Parameter">What the card offers.</param>
/// <param name="CardChallenge">8 octets, or 16 in S16 mode.</param>
/// <param name="CardCryptogram">As long as the challenge: proves that the card has the keys.</param>
/// <param name="SequenceCounter">0 to 16,777,215 where the challenge is pseudo-random; null otherwise.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Scp03InitializeUpdateResponse(
    Octets DiversificationData,
    byte KeyVersion,
    Scp03Parameter Parameter,
    Octets CardChallenge,
    Octets CardCryptogram,
    uint? SequenceCounter = null) : IPacket<Scp03InitializeUpdateResponse>
{
    /// <summary>The number of the protocol, which stands after the key version.</summary>
    public const byte Protocol = 0x03;

    private const int DiversificationLength = 10;
    private const int HeadLength = DiversificationLength + 3;
    private const int CounterLength = 3;
    private const uint LargestCounter = 0xFF_FFFF;

    /// <summary>The sequence counter; null where the challenge is random.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has more than three octets.</exception>
    public uint? SequenceCounter { get; init; } = SequenceCounter is null or <= LargestCounter
        ? SequenceCounter
        : throw new ArgumentOutOfRangeException(nameof(SequenceCounter), SequenceCounter, "A sequence counter has three octets.");

    /// <inheritdoc/>
    public int Length => DiversificationData.Length + 3 + CardChallenge.Length + CardCryptogram.Length + (SequenceCounter is null ? 0 : CounterLength);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  diversification data 10 | KVN 1 | 03 | i 1 | card challenge m | card cryptogram m | [sequence counter 3]
        var writer = new OctetWriter(destination);
        writer.Write(DiversificationData.Span);
        writer.WriteByte(KeyVersion);
        writer.WriteByte(Protocol);
        writer.WriteByte(Parameter.Value);
        writer.Write(CardChallenge.Span);
        writer.Write(CardCryptogram.Span);
        if (SequenceCounter is { } counter)
        {
            writer.WriteByte((byte)(counter >> 16));
            writer.WriteUInt16((ushort)(counter & 0xFFFF));
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Scp03InitializeUpdateResponse packet, out PacketError error)
    {
        packet = default;
        (int challenge, bool counted) = source.Length switch
        {
            HeadLength + 16 => (8, false),
            HeadLength + 16 + CounterLength => (8, true),
            HeadLength + 32 => (16, false),
            HeadLength + 32 + CounterLength => (16, true),
            < HeadLength + 16 => (8, false),
            _ => (16, true),
        };
        var reader = new OctetReader(source);
        Octets diversification = reader.ReadOctets(DiversificationLength);
        byte version = reader.ReadByte();
        reader.Expect([Protocol]);
        var parameter = new Scp03Parameter(reader.ReadByte());
        Octets cardChallenge = reader.ReadOctets(challenge);
        Octets cryptogram = reader.ReadOctets(challenge);
        uint? counter = counted ? (uint)reader.ReadByte() << 16 | reader.ReadUInt16() : null;
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(diversification, version, parameter, cardChallenge, cryptogram, counter);
        return true;
    }
}

/// <summary>i of SCP03: what a card offers.</summary>
/// <remarks>Amd D §5.1.</remarks>
/// <param name="Value">The octet.</param>
public readonly record struct Scp03Parameter(byte Value)
{
    /// <summary>Whether the card says that it knows S16 mode (b1; reserved before v1.2).</summary>
    public bool LongMacs => (Value & 0x01) != 0;

    /// <summary>Whether the card's challenge is pseudo-random and can be checked (b5).</summary>
    public bool PseudoRandom => (Value & 0x10) != 0;

    /// <summary>Whether the card signs responses when asked (b6).</summary>
    public bool SignsResponses => (Value & 0x20) != 0;

    /// <summary>Whether the card ciphers responses when asked (b7, which stands with b6 only).</summary>
    public bool CiphersResponses => (Value & 0x60) == 0x60;

    /// <summary>The octet in hexadecimal.</summary>
    public override string ToString() => $"{Value:X2}";
}
