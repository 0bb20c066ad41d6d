using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>A number as files hold it: TON and NPI, then digits with swapped nibbles.</summary>
/// <remarks>TS 24.008 §10.5.4.7, TS 31.102 table 4.4: besides digits <c>*</c>, <c>#</c>, pause, wild and expansion.</remarks>
/// <param name="TypeOfAddress">TON and NPI: <c>91</c> international, <c>81</c> unknown.</param>
/// <param name="Digits">The digits, with <c>*</c>, <c>#</c>, <c>p</c>, <c>?</c> and <c>e</c> among them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DialledNumber(byte TypeOfAddress, string Digits)
{
    /// <summary>TON and NPI of an international number.</summary>
    public const byte International = 0x91;

    /// <summary>TON and NPI of a number of unknown type.</summary>
    public const byte Unknown = 0x81;

    private const string Characters = "0123456789*#p?e";
    private const int Filler = 0x0F;

    /// <summary>An international number from text, with a plus sign; any other is of unknown type.</summary>
    public static DialledNumber Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith('+') ? new(International, text[1..]) : new(Unknown, text);
    }

    /// <summary>The octets of the digits without their filling.</summary>
    /// <exception cref="FormatException">There are other characters.</exception>
    internal Octets Encode()
    {
        byte[] octets = new byte[(Digits.Length + 1) / 2];
        octets.AsSpan().Fill(0xFF);
        for (int i = 0; i < Digits.Length; i++)
        {
            int nibble = Characters.IndexOf(Digits[i], StringComparison.Ordinal);
            if (nibble < 0)
            {
                throw new FormatException($"'{Digits[i]}' is no digit of a number on a card.");
            }

            octets[i / 2] = (byte)(i % 2 == 0 ? 0xF0 | nibble : octets[i / 2] & 0x0F | nibble << 4);
        }

        return Octets.Own(octets);
    }

    /// <summary>Reads digits up to the first filler.</summary>
    internal static string Decode(ReadOnlySpan<byte> octets)
    {
        Span<char> digits = stackalloc char[Math.Min(octets.Length, 32) * 2];
        int count = 0;
        for (; count < digits.Length; count++)
        {
            int nibble = count % 2 == 0 ? octets[count / 2] & 0x0F : octets[count / 2] >> 4;
            if (nibble == Filler)
            {
                break;
            }

            digits[count] = Characters[nibble];
        }

        return new(digits[..count]);
    }

    /// <summary>The digits, after a plus sign if they are international.</summary>
    public override string ToString() => TypeOfAddress == International ? $"+{Digits}" : Digits;
}
