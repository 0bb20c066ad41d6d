using Tsm.Card.Encoding;

namespace Tsm.Card.Identifiers;

/// <summary>ICCID, the number of a card: 18 to 20 digits, the last of them a check digit.</summary>
/// <remarks>ITU-T E.118, TS 102 221 §13.2. Two are equal when their digits are; the default value has none.</remarks>
public readonly record struct Iccid
{
    /// <summary>The length of EF_ICCID, in octets.</summary>
    public const int FileLength = 10;

    private const int MinDigits = 18;
    private const int MaxDigits = 20;

    private readonly string? _digits;

    private Iccid(string digits) => _digits = digits;

    /// <summary>The digits without separators.</summary>
    public string Digits => _digits ?? "";

    /// <summary>Reads digits; spaces and hyphens between them are dropped.</summary>
    /// <param name="text">What a person or another system gave.</param>
    /// <param name="iccid">The ICCID, or the default.</param>
    /// <param name="problem">Empty, or one sentence that names what was expected and what was found.</param>
    public static bool TryParse(string? text, out Iccid iccid, out string problem)
    {
        iccid = default;
        if (!DigitText.TryClean(text, "An ICCID", out string digits, out problem))
        {
            return false;
        }

        if (digits.Length is < MinDigits or > MaxDigits)
        {
            problem = $"An ICCID has 18 to 20 digits, this one has {digits.Length}.";
            return false;
        }

        char expected = CheckDigit(digits.AsSpan(0, digits.Length - 1));
        if (digits[^1] != expected)
        {
            problem = $"The check digit of ICCID {digits} should be {expected}, but is {digits[^1]}.";
            return false;
        }

        iccid = new(digits);
        return true;
    }

    /// <summary>Reads digits as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">The text is not an ICCID; the message is the problem.</exception>
    public static Iccid Parse(string text) =>
        TryParse(text, out Iccid iccid, out string problem) ? iccid : throw new FormatException(problem);

    /// <summary>Reads the content of EF_ICCID: ten octets, nibbles swapped, filled up with <c>F</c>.</summary>
    public static bool TryFromEf(ReadOnlySpan<byte> content, out Iccid iccid, out string problem)
    {
        iccid = default;
        if (content.Length != FileLength)
        {
            problem = $"EF_ICCID has 10 octets, this has {content.Length}.";
            return false;
        }

        if (!Bcd.TryDecode(content, out string? digits))
        {
            problem = $"EF_ICCID {Convert.ToHexString(content)} holds other nibbles than digits and a filler at the end.";
            return false;
        }

        return TryParse(digits, out iccid, out problem);
    }

    /// <summary>The content of EF_ICCID, ten octets.</summary>
    public Octets ToEf() => Bcd.Encode(Digits, FileLength);

    /// <summary>The check digit that belongs behind <paramref name="digits"/> (Luhn, ISO/IEC 7812-1 annex B).</summary>
    /// <exception cref="ArgumentException">There are other characters than 0 to 9.</exception>
    public static char CheckDigit(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            if (!char.IsAsciiDigit(digits[i]))
            {
                throw new ArgumentException($"Character {i + 1} is not a decimal digit.", nameof(digits));
            }

            // Every second digit counts double, beginning with the one before the check digit.
            int digit = digits[i] - '0';
            int weighted = (digits.Length - i) % 2 == 1 ? 2 * digit : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }

        return (char)('0' + (10 - sum % 10) % 10);
    }

    /// <summary>The digits without separators.</summary>
    public override string ToString() => Digits;
}
