using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Requests;

/// <summary>Fills the variables of a version's templates in.</summary>
internal static class Personalisation
{
    private static readonly string[] Known = ["iccid", "msisdn"];

    /// <summary>The variables that nobody knows but an application server.</summary>
    public static IReadOnlyList<string> Foreign(ImmutableArray<DataGroupTemplate> groups, string parameters) =>
        [.. groups.Select(g => g.Content).Append(parameters).SelectMany(Variables).Distinct(StringComparer.Ordinal).Except(Known, StringComparer.Ordinal)];

    /// <summary>The data groups one after the other, each with identifier and length.</summary>
    public static bool TryRender(
        ImmutableArray<DataGroupTemplate> groups, IReadOnlyDictionary<string, string> values, [NotNullWhen(true)] out byte[]? data, out string problem)
    {
        data = null;
        using var all = new MemoryStream();
        foreach (DataGroupTemplate group in groups)
        {
            if (!TryRender(group.Content, values, out byte[]? content, out problem))
            {
                return false;
            }

            all.Write(Convert.FromHexString(group.Id));
            all.Write(content.Length < 0xFF ? [(byte)content.Length] : [0xFF, (byte)(content.Length >> 8), (byte)(content.Length & 0xFF)]);
            all.Write(content);
        }

        data = all.ToArray();
        problem = "";
        return true;
    }

    /// <summary>One template.</summary>
    public static bool TryRender(string template, IReadOnlyDictionary<string, string> values, [NotNullWhen(true)] out byte[]? data, out string problem)
    {
        data = null;
        problem = "";
        var hex = new StringBuilder(template);
        foreach (string variable in Variables(template).Distinct(StringComparer.Ordinal))
        {
            if (!values.TryGetValue(variable, out string? value))
            {
                problem = $"The value of {{{variable}}} is missing.";
                return false;
            }

            hex.Replace($"{{{variable}}}", value);
        }

        if (!Octets.TryParse(hex.ToString(), out Octets octets))
        {
            problem = "A template or a value is not hexadecimal.";
            return false;
        }

        data = octets.ToArray();
        return true;
    }

    /// <summary>What the server knows of a card.</summary>
    public static Dictionary<string, string> CardValues(string iccid, string msisdn) => new(StringComparer.Ordinal)
    {
        ["iccid"] = Bcd.Encode(iccid, 10).ToString(),
        ["msisdn"] = Bcd.Encode(Msisdn.Parse(msisdn).Digits).ToString(),
    };

    private static IEnumerable<string> Variables(string template)
    {
        for (int open = template.IndexOf('{', StringComparison.Ordinal); open >= 0; open = template.IndexOf('{', open + 1))
        {
            int close = template.IndexOf('}', open);
            if (close < 0)
            {
                yield break;
            }

            yield return template[(open + 1)..close];
        }
    }
}
