using System.Text;

namespace Tsm.Card.Identifiers;

/// <summary>Takes digits out of what people type.</summary>
internal static class DigitText
{
    // Ours: nobody types a longer number, and a megabyte of text need not be looked at.
    private const int MaxLength = 64;

    public static bool TryClean(string? text, string what, out string digits, out string problem)
    {
        digits = "";
        if (string.IsNullOrWhiteSpace(text))
        {
            problem = $"{what} is missing.";
            return false;
        }

        if (text.Length > MaxLength)
        {
            problem = $"{what} is never as long as {text.Length} characters.";
            return false;
        }

        var kept = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                kept.Append(c);
            }
            else if (c is not (' ' or '-' or '\u00A0'))
            {
                problem = $"{what} consists of digits; '{c}' is none.";
                return false;
            }
        }

        digits = kept.ToString();
        problem = "";
        return true;
    }
}
