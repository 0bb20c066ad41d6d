using Tsm.Card.Encoding;

namespace Tsm.Card.Identifiers;

/// <summary>IMSI, the identity of a subscription: MCC, MNC and subscriber number in 6 to 15 digits.</summary>
/// <remarks>TS 23.003 §2.2; its file is TS 31.102 §4.2.2. Two are equal when their digits are; the default value has none.</remarks>
public readonly record struct Imsi
{
    /// <summary>The length of EF_IMSI, in octets.</summary>
    public const int FileLength = 9;

    /// <summary>The number of digits of an MCC.</summary>
    public const int MccDigits = 3;

    private const int MinDigits = 6;
    private const int MaxDigits = 15;
    private const int IdentityType = 0x01;
    private const int OddBit = 0x08;

    private readonly string? _digits;

    private Imsi(string digits) => _digits = digits;

    /// <summary>The digits without separators.</summary>
    public string Digits => _digits ?? "";

    /// <summary>MCC, the country: the first three digits.</summary>
    public string Mcc => Digits.Length < MccDigits ? "" : Digits[..MccDigits];

    /// <summary>Reads digits; spaces and hyphens between them are dropped.</summary>
    /// <param name="text">What a person or another system gave.</param>
    /// <param name="imsi">The IMSI, or the default.</param>
    /// <param name="problem">Empty, or one sentence that names what was expected and what was found.</param>
    public static bool TryParse(string? text, out Imsi imsi, out string problem)
    {
        imsi = default;
        if (!DigitText.TryClean(text, "An IMSI", out string digits, out problem))
        {
            return false;
        }

        if (digits.Length is < MinDigits or > MaxDigits)
        {
            problem = $"An IMSI has 6 to 15 digits, usually 15; this one has {digits.Length}.";
            return false;
        }

        imsi = new(digits);
        return true;
    }

    /// <summary>Reads digits as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">The text is not an IMSI; the message is the problem.</exception>
    public static Imsi Parse(string text) =>
        TryParse(text, out Imsi imsi, out string problem) ? imsi : throw new FormatException(problem);

    /// <summary>MNC, the network: two or three digits after the MCC.</summary>
    /// <param name="length">How many, as EF_AD says: 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">Neither 2 nor 3.</exception>
    public string Mnc(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 3);
        return Digits.Length < MccDigits + length ? "" : Digits.Substring(MccDigits, length);
    }

    /// <summary>The content of EF_IMSI, nine octets.</summary>
    /// <exception cref="InvalidOperationException">There are no digits.</exception>
    public Octets ToEf()
    {
        if (Digits.Length == 0)
        {
            throw new InvalidOperationException("There is no IMSI.");
        }

        //  length 1 | digit 1, parity, type 1 | digits 2.., nibbles swapped | FF
        byte[] content = new byte[FileLength];
        content.AsSpan().Fill(0xFF);
        content[0] = (byte)(Digits.Length / 2 + 1);
        content[1] = (byte)((Digits[0] - '0') << 4 | (Digits.Length % 2 == 1 ? OddBit : 0) | IdentityType);
        Bcd.Encode(Digits.AsSpan(1)).Span.CopyTo(content.AsSpan(2));
        return Octets.Own(content);
    }

    /// <summary>Reads the content of EF_IMSI.</summary>
    /// <returns>False for a blank file, another length, or other nibbles than digits.</returns>
    public static bool TryFromEf(ReadOnlySpan<byte> content, out Imsi imsi, out string problem)
    {
        imsi = default;
        problem = content.Length != FileLength
            ? $"EF_IMSI has 9 octets, this has {content.Length}."
            : content[0] == 0xFF
                ? "EF_IMSI is empty."
                : $"EF_IMSI {Convert.ToHexString(content)} holds no IMSI.";
        if (content.Length != FileLength || content[0] is < 1 or > 8 || (content[1] & 0x07) != IdentityType || content[1] >> 4 > 9)
        {
            return false;
        }

        if (!Bcd.TryDecode(content.Slice(2, content[0] - 1), out string? rest))
        {
            return false;
        }

        string digits = $"{content[1] >> 4}{rest}";
        bool odd = (content[1] & OddBit) != 0;
        return odd == (digits.Length % 2 == 1) && TryParse(digits, out imsi, out problem);
    }

    /// <summary>The digits without separators.</summary>
    public override string ToString() => Digits;
}
