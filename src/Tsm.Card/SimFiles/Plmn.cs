using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A PLMN, a mobile network: MCC and MNC in three octets.</summary>
/// <remarks>
/// TS 24.008 §10.5.1.13, TS 31.102 §4.2.5. Any three octets are taken, because cards hold wild digits (D) and unused entries
/// (FFFFFF).
/// </remarks>
/// <param name="Value">The three octets as a number, as they stand on the wire.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Plmn(uint Value) : IPacket<Plmn>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 3;

    private const int Filler = 0xF;

    /// <summary>An unused entry.</summary>
    public static Plmn Unused { get; } = new(0xFF_FFFF);

    /// <summary>The three octets as a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than three octets.</exception>
    public uint Value { get; init; } = Value <= 0xFF_FFFF
        ? Value
        : throw new ArgumentOutOfRangeException(nameof(Value), Value, "A PLMN has three octets.");

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>Whether the entry is not used.</summary>
    public bool IsUnused => Value == 0xFF_FFFF;

    /// <summary>MCC, three digits; a letter where the nibble is no digit.</summary>
    public string Mcc => $"{Nibble(4):X}{Nibble(5):X}{Nibble(2):X}";

    /// <summary>MNC, two or three digits; a letter where the nibble is no digit.</summary>
    public string Mnc => Nibble(3) == Filler ? $"{Nibble(0):X}{Nibble(1):X}" : $"{Nibble(0):X}{Nibble(1):X}{Nibble(3):X}";

    /// <summary>A network by its codes.</summary>
    /// <param name="mcc">Three digits.</param>
    /// <param name="mnc">Two or three digits.</param>
    /// <exception cref="ArgumentException">There are other characters than digits, or too few or too many.</exception>
    public static Plmn Of(string mcc, string mnc)
    {
        ArgumentNullException.ThrowIfNull(mcc);
        ArgumentNullException.ThrowIfNull(mnc);
        return TryParse($"{mcc}-{mnc}", out Plmn plmn)
            ? plmn
            : throw new ArgumentException($"{mcc}-{mnc} is no MCC of three digits and MNC of two or three.", nameof(mcc));
    }

    /// <summary>Reads five or six digits, with or without a hyphen after the third: <c>262-01</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Plmn plmn)
    {
        plmn = default;
        string digits = text is { Length: > 3 } && text[3] == '-' ? text.Remove(3, 1) : text ?? "";
        if (digits.Length is not (5 or 6) || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        //  MCC2 MCC1 | MNC3 MCC3 | MNC2 MNC1
        uint third = digits.Length == 6 ? Digit(5) : Filler;
        plmn = new(Digit(1) << 20 | Digit(0) << 16 | third << 12 | Digit(2) << 8 | Digit(4) << 4 | Digit(3));
        return true;

        uint Digit(int index) => (uint)(digits[index] - '0');
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)(Value >> 16));
        writer.WriteUInt16((ushort)(Value & 0xFFFF));
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Plmn packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        Plmn plmn = Read(ref reader);
        bool complete = reader.TryEnd(out error);
        packet = complete ? plmn : default;
        return complete;
    }

    /// <summary>MCC and MNC with a hyphen between them, or "unused".</summary>
    public override string ToString() => IsUnused ? "unused" : $"{Mcc}-{Mnc}";

    internal static Plmn Read(ref OctetReader reader) => new((uint)reader.ReadByte() << 16 | reader.ReadUInt16());

    // Counted from the low end: MNC1, MNC2, MCC3, MNC3, MCC1, MCC2.
    private int Nibble(int index) => (int)(Value >> 4 * index & 0xF);
}
