using System.Text;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>Text in the files of a card: the GSM default alphabet, an octet for each letter, or UCS2 in one of three codings.</summary>
/// <remarks>TS 102 221 annex A, TS 23.038 §6.2.1. Text is filled up with <c>FF</c>.</remarks>
public static class AlphaText
{
    private const string Alphabet =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Extended = "\f^{}\\[~]|€";
    private const byte Escape = 0x1B;
    private const byte Ucs2 = 0x80;
    private const byte HalfPage = 0x81;
    private const byte NamedBase = 0x82;
    private const byte Filler = 0xFF;
    private const char Unknown = '\uFFFD';

    private static ReadOnlySpan<byte> ExtendedCodes => [0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65];

    /// <summary>Encodes text into a field of a fixed length, in the coding that needs the least room.</summary>
    /// <param name="text">The text; nothing for a blank field.</param>
    /// <param name="length">The length of the field, in octets.</param>
    /// <exception cref="ArgumentException">The text does not fit.</exception>
    public static Octets Encode(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        Octets coded = Shortest(text);
        if (coded.Length > length)
        {
            throw new ArgumentException($"'{text}' needs {coded.Length} octets, there are {length}.", nameof(text));
        }

        byte[] field = new byte[length];
        field.AsSpan().Fill(Filler);
        coded.Span.CopyTo(field);
        return Octets.Own(field);
    }

    /// <summary>Reads text out of a field; what cannot be read becomes U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> field) => field switch
    {
        [Ucs2, .. var letters] => FromUcs2(letters),
        [HalfPage, var count, var page, .. var letters] => FromPage(letters, count, page << 7),
        [NamedBase, var count, var high, var low, .. var letters] => FromPage(letters, count, high << 8 | low),
        _ => FromAlphabet(field),
    };

    private static Octets Shortest(string text)
    {
        var octets = new List<byte>();
        if (text.All(c => TryAppend(octets, c)))
        {
            return Octets.Own([.. octets]);
        }

        char least = text.Where(c => !InAlphabet(c)).Min();
        int start = least & ~0x7F;
        bool onePage = start <= 0x7F80 && text.Length <= byte.MaxValue
            && text.All(c => InAlphabet(c) || (c >= start && c < start + 0x80));
        return onePage
            ? Octets.Own([HalfPage, (byte)text.Length, (byte)(start >> 7), .. text.Select(c => InPage(c, start))])
            : Octets.Own([Ucs2, .. System.Text.Encoding.BigEndianUnicode.GetBytes(text)]);
    }

    // Letters of the page win, so that text comes back the same whichever alphabet also has them.
    private static byte InPage(char c, int start) =>
        c >= start && c < start + 0x80 ? (byte)(0x80 | c - start) : (byte)Alphabet.IndexOf(c, StringComparison.Ordinal);

    private static bool InAlphabet(char c) => c != (char)Escape && Alphabet.Contains(c, StringComparison.Ordinal);

    private static bool TryAppend(List<byte> octets, char c)
    {
        if (InAlphabet(c))
        {
            octets.Add((byte)Alphabet.IndexOf(c, StringComparison.Ordinal));
            return true;
        }

        int extended = Extended.IndexOf(c, StringComparison.Ordinal);
        if (extended < 0)
        {
            return false;
        }

        octets.AddRange([Escape, ExtendedCodes[extended]]);
        return true;
    }

    private static string FromAlphabet(ReadOnlySpan<byte> field)
    {
        var text = new StringBuilder(field.Length);
        for (int i = 0; i < field.Length && field[i] != Filler; i++)
        {
            if (field[i] == Escape && i + 1 < field.Length && ExtendedCodes.IndexOf(field[i + 1]) is >= 0 and var extended)
            {
                text.Append(Extended[extended]);
                i++;
            }
            else
            {
                text.Append(FromDefault(field[i]));
            }
        }

        return text.ToString();
    }

    private static char FromDefault(byte octet) => octet < Alphabet.Length && octet != Escape ? Alphabet[octet] : Unknown;

    private static string FromUcs2(ReadOnlySpan<byte> letters)
    {
        var text = new StringBuilder(letters.Length / 2);
        for (int i = 0; i + 1 < letters.Length && (letters[i], letters[i + 1]) != (Filler, Filler); i += 2)
        {
            text.Append((char)(letters[i] << 8 | letters[i + 1]));
        }

        return text.ToString();
    }

    private static string FromPage(ReadOnlySpan<byte> letters, int count, int start)
    {
        var text = new StringBuilder(count);
        foreach (byte letter in letters[..Math.Min(count, letters.Length)])
        {
            int unicode = start + (letter & 0x7F);
            text.Append(letter < 0x80 ? FromDefault(letter) : unicode <= char.MaxValue ? (char)unicode : Unknown);
        }

        return text.ToString();
    }
}
