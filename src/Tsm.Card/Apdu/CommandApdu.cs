using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.Apdu;

/// <summary>C-APDU, a command to a card in short form.</summary>
/// <remarks>
/// ISO/IEC 7816-3 §12.1. The wire form is the one of the expanded script and of a reader; the compact script has its own
/// (<see cref="Scripts.CompactScript"/>).
/// </remarks>
/// <param name="Cla">CLA, the class: <c>80</c> for GlobalPlatform, <c>00</c> for files.</param>
/// <param name="Ins">INS, the instruction (<see cref="Instruction"/>).</param>
/// <param name="P1">P1, the first parameter.</param>
/// <param name="P2">P2, the second parameter.</param>
/// <param name="Data">The command data, 0 to 255 octets.</param>
/// <param name="Le">The Le octet, 0 to 255, where 0 asks for all there is (256 is taken as 0); null when none is sent.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CommandApdu(byte Cla, byte Ins, byte P1, byte P2, Octets Data = default, int? Le = null)
    : IPacket<CommandApdu>
{
    /// <summary>The most command data that the short form carries, in octets.</summary>
    public const int MaxData = 255;

    private const int HeaderLength = 4;

    /// <summary>The command data, 0 to 255 octets.</summary>
    /// <exception cref="ArgumentException">More than 255 octets.</exception>
    public Octets Data { get; init; } = Data.Length <= MaxData
        ? Data
        : throw new ArgumentException($"A short command carries 255 octets, these are {Data.Length}.", nameof(Data));

    /// <summary>The Le octet, 0 to 255; null when none is sent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not null and outside 0 to 256.</exception>
    public int? Le { get; init; } = Le switch
    {
        null => null,
        256 => 0,
        >= 0 and < 256 => Le,
        _ => throw new ArgumentOutOfRangeException(nameof(Le), Le, "Le is one octet."),
    };

    /// <inheritdoc/>
    public int Length => HeaderLength + (Data.IsEmpty ? 0 : 1 + Data.Length) + (Le is null ? 0 : 1);

    /// <summary>The command's name for people.</summary>
    public string Name => Instruction.Name(Ins);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  CLA 1 | INS 1 | P1 1 | P2 1 | [Lc 1 | data n] | [Le 1]
        var writer = new OctetWriter(destination);
        writer.WriteByte(Cla);
        writer.WriteByte(Ins);
        writer.WriteByte(P1);
        writer.WriteByte(P2);
        if (!Data.IsEmpty)
        {
            writer.WriteLengthValue(Data.Span);
        }

        if (Le is { } le)
        {
            writer.WriteByte((byte)le);
        }

        return writer.Position;
    }

    /// <summary>The wire form of ISO/IEC 7816-3: header, Lc and data, Le.</summary>
    public Octets ToOctets()
    {
        byte[] octets = new byte[Length];
        Write(octets);
        return Octets.Own(octets);
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out CommandApdu packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        ReadOnlySpan<byte> header = reader.ReadSpan(HeaderLength);
        Octets data = default;
        int? le = null;
        if (reader.Remaining == 1)
        {
            le = reader.ReadByte();
        }
        else if (reader.Remaining > 1)
        {
            int length = reader.ReadByte();
            if (length == 0)
            {
                // Lc of zero opens the extended form, which no bearer of ours carries.
                reader.Fail(PacketFault.ReservedValue, HeaderLength);
            }

            data = reader.ReadOctets(length);
            le = reader.Remaining > 0 ? reader.ReadByte() : null;
        }

        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(header[0], header[1], header[2], header[3], data, le);
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => ToOctets().ToString();
}
