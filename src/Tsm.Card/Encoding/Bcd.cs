using System.Diagnostics.CodeAnalysis;

namespace Tsm.Card.Encoding;

/// <summary>Decimal digits with swapped nibbles: the first digit in the low nibble, the filler <c>F</c> at the end.</summary>
/// <remarks>TS 102 221 §13.2 for the ICCID, TS 24.008 §10.5.4.7 for dialling numbers.</remarks>
public static class Bcd
{
    private const byte Filler = 0xF;

    /// <summary>Encodes decimal digits into as few octets as they need.</summary>
    /// <exception cref="ArgumentException"><paramref name="digits"/> holds something else than 0 to 9.</exception>
    public static Octets Encode(ReadOnlySpan<char> digits) => Encode(digits, (digits.Length + 1) / 2);

    /// <summary>Encodes decimal digits and fills up to <paramref name="length"/> octets with <c>F</c>.</summary>
    /// <exception cref="ArgumentException">There are other characters than 0 to 9, or more than 2 × <paramref name="length"/>.</exception>
    public static Octets Encode(ReadOnlySpan<char> digits, int length)
    {
        if (digits.Length > 2 * length)
        {
            throw new ArgumentException($"{digits.Length} digits do not fit into {length} octets.", nameof(digits));
        }

        byte[] octets = new byte[length];
        octets.AsSpan().Fill(0xFF);
        for (int i = 0; i < digits.Length; i++)
        {
            if (!char.IsAsciiDigit(digits[i]))
            {
                throw new ArgumentException($"Character {i + 1} is not a decimal digit.", nameof(digits));
            }

            int digit = digits[i] - '0';
            octets[i / 2] = (byte)(i % 2 == 0 ? 0xF0 | digit : octets[i / 2] & 0x0F | digit << 4);
        }

        return Octets.Own(octets);
    }

    /// <summary>Reads digits up to the first filler.</summary>
    /// <returns>False when a nibble is neither a digit nor filler, or a digit follows filler.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? digits)
    {
        digits = null;
        Span<char> buffer = octets.Length <= 64 ? stackalloc char[octets.Length * 2] : new char[octets.Length * 2];
        int count = 0;
        bool filled = false;
        for (int i = 0; i < octets.Length * 2; i++)
        {
            int nibble = i % 2 == 0 ? octets[i / 2] & 0x0F : octets[i / 2] >> 4;
            if (nibble == Filler)
            {
                filled = true;
            }
            else if (nibble > 9 || filled)
            {
                return false;
            }
            else
            {
                buffer[count++] = (char)('0' + nibble);
            }
        }

        digits = new string(buffer[..count]);
        return true;
    }
}
