using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tsm.Cli.Api;

namespace Tsm.Cli.Explaining;

/// <summary>Octets as people copy them: digits with any separators, or the dump of xxd, hexdump -C, od or Wireshark.</summary>
internal static partial class HexText
{
    /// <summary>Octets of text.</summary>
    /// <exception cref="ProblemException">Something in it is no hexadecimal digit; it says where.</exception>
    public static byte[] Parse(string text)
    {
        string[] lines = text.Split('\n');
        bool isDump = IsDump(lines);
        var digits = new StringBuilder(text.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = isDump ? DumpLine().Match(lines[i]).Groups["octets"].Value : Prefixes().Replace(lines[i], "");
            foreach (char c in line)
            {
                if (char.IsAsciiHexDigit(c))
                {
                    digits.Append(c);
                }
                else if (!char.IsWhiteSpace(c) && c is not (':' or '-' or ',' or ';' or '.' or '|' or '"' or '\'' or '{' or '}' or '[' or ']' or '\uFEFF'))
                {
                    throw Fault($"Line {(i + 1).ToString(CultureInfo.InvariantCulture)} has '{c}', which is no hexadecimal digit.", "Give octets in hexadecimal, the name of a file, or - for standard input.");
                }
            }
        }

        return digits.Length == 0 ? throw Fault("There are no octets.", "Give octets in hexadecimal, the name of a file, or - for standard input.")
            : digits.Length % 2 != 0 ? throw Fault($"These are {digits.Length} digits, half an octet too much.", "See whether a digit was lost at the beginning or the end.")
            : Convert.FromHexString(digits.ToString());
    }

    /// <summary>Octets of a file: text in hexadecimal, or the octets themselves.</summary>
    public static byte[] FromFile(byte[] content) => content.Length == 0 || IsText(content) ? Parse(Encoding.UTF8.GetString(content)) : content;

    /// <summary>Whether each line begins with the place of its octets; what only looks like a place is octets.</summary>
    private static bool IsDump(string[] lines)
    {
        int octets = 0, found = 0;
        foreach (string line in lines.Where(l => l.Trim().Length > 0))
        {
            Match match = DumpLine().Match(line);
            string offset = match.Success ? match.Groups["offset"].Value : line.Trim();
            bool isPlace = int.TryParse(offset, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int place) && place == octets;
            if (!isPlace || !(match.Success || (found > 0 && LastOffset().IsMatch(line))))
            {
                return false;
            }

            octets += match.Groups["octets"].Value.Count(char.IsAsciiHexDigit) / 2;
            found++;
        }

        return found > 0;
    }

    private static bool IsText(byte[] content) =>
        content.Length > 0 && content.Take(4096).All(o => o is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t' or 0xEF or 0xBB or 0xBF);

    private static ProblemException Fault(string detail, string next) => new(
        new() { Title = "These are no octets", Detail = detail, Layer = "cli", Code = "BAD_HEX", Next = next }, ExitCode.Usage);

    /// <summary>An offset, octets in ones or pairs, and what they look like as text.</summary>
    [GeneratedRegex(@"^\s*(?<offset>[0-9A-Fa-f]{4,8})(:\s|\s\s)\s*(?<octets>([0-9A-Fa-f]{2,4}(\s{1,2}|\s*$)){1,16})(\s*\S.*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DumpLine();

    [GeneratedRegex(@"^\s*[0-9A-Fa-f]{4,8}\s*$", RegexOptions.None, 1000)]
    private static partial Regex LastOffset();

    [GeneratedRegex("0x|\\\\x|H'", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Prefixes();
}
