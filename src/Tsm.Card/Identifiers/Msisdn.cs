using Tsm.Card.Encoding;

namespace Tsm.Card.Identifiers;

/// <summary>MSISDN, the number of a subscriber in international form: country code first, no prefix.</summary>
/// <remarks>ITU-T E.164: up to 15 digits. Two are equal when their digits are; the default value has none.</remarks>
public readonly record struct Msisdn
{
    private const int MinDigits = 5;
    private const int MaxDigits = 15;

    // TS 31.102 §4.2.26: length, TON and NPI, ten octets of number, capability and extension identifiers.
    private const int RecordTail = 14;
    private const int NumberOctets = 10;
    private const byte International = 0x91;

    private readonly string? _digits;

    private Msisdn(string digits) => _digits = digits;

    /// <summary>The digits, without <c>+</c>.</summary>
    public string Digits => _digits ?? "";

    /// <summary>Reads a number; <c>+</c> or <c>00</c> in front, spaces, hyphens, dots and parentheses are dropped.</summary>
    /// <param name="text">What a person or another system gave.</param>
    /// <param name="msisdn">The number, or the default.</param>
    /// <param name="problem">Empty, or one sentence that names what was expected and what was found.</param>
    public static bool TryParse(string? text, out Msisdn msisdn, out string problem)
    {
        msisdn = default;
        string trimmed = (text ?? "").Trim();
        string bare = trimmed.StartsWith('+') ? trimmed[1..] : trimmed;
        string plain = bare.Length > 64 ? bare : string.Concat(bare.Where(c => c is not ('.' or '(' or ')')));
        if (!DigitText.TryClean(plain, "A telephone number", out string digits, out problem))
        {
            return false;
        }

        if (!trimmed.StartsWith('+') && digits.StartsWith("00", StringComparison.Ordinal))
        {
            digits = digits[2..];
        }

        if (digits.StartsWith('0'))
        {
            problem = $"Number {trimmed} begins with 0; give it in international form, with its country code.";
            return false;
        }

        if (digits.Length is < MinDigits or > MaxDigits)
        {
            problem = $"An international number has 5 to 15 digits, {trimmed} has {digits.Length}.";
            return false;
        }

        msisdn = new(digits);
        return true;
    }

    /// <summary>Reads a number as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">The text is not a number; the message is the problem.</exception>
    public static Msisdn Parse(string text) =>
        TryParse(text, out Msisdn msisdn, out string problem) ? msisdn : throw new FormatException(problem);

    /// <summary>The last 14 octets of an EF_MSISDN record: length, TON and NPI, number, CCP and EXT unused.</summary>
    public Octets ToEf()
    {
        //  length 1 | TON and NPI 1 | number 10, filled with F | CCP 1 | EXT 1
        byte[] record = new byte[RecordTail];
        record.AsSpan().Fill(0xFF);
        record[0] = (byte)(1 + (Digits.Length + 1) / 2);
        record[1] = International;
        Bcd.Encode(Digits, NumberOctets).Span.CopyTo(record.AsSpan(2));
        return Octets.Own(record);
    }

    /// <summary>Reads an EF_MSISDN record, with or without its alpha identifier.</summary>
    /// <returns>False for an empty record, a national number or other nibbles than digits.</returns>
    public static bool TryFromEf(ReadOnlySpan<byte> record, out Msisdn msisdn, out string problem)
    {
        msisdn = default;
        if (record.Length < RecordTail)
        {
            problem = $"A record of EF_MSISDN has at least 14 octets, this has {record.Length}.";
            return false;
        }

        ReadOnlySpan<byte> tail = record[^RecordTail..];
        if (tail[0] == 0xFF)
        {
            problem = "The record of EF_MSISDN is empty.";
            return false;
        }

        if (tail[0] is < 2 or > 1 + NumberOctets || !Bcd.TryDecode(tail.Slice(2, tail[0] - 1), out string? digits))
        {
            problem = $"The record of EF_MSISDN {Convert.ToHexString(tail)} holds no number.";
            return false;
        }

        if (tail[1] != International)
        {
            problem = $"The number in EF_MSISDN is not international (TON and NPI {tail[1]:X2}, expected 91).";
            return false;
        }

        return TryParse("+" + digits, out msisdn, out problem);
    }

    /// <summary>The digits, without <c>+</c>.</summary>
    public override string ToString() => Digits;
}
