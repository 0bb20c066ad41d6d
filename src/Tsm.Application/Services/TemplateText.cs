using System.Collections.Immutable;
using System.Globalization;
using Tsm.Card.Encoding;

namespace Tsm.Application.Services;

/// <summary>A piece of a template: octets as they are, or a variable.</summary>
/// <param name="Literal">The octets; empty for a variable.</param>
/// <param name="Variable">The name of the variable; null for octets.</param>
public sealed record TemplatePart(Octets Literal, string? Variable);

/// <summary>Hexadecimal digits between which variables stand as <c>{name}</c>.</summary>
public static class TemplateText
{
    /// <summary>The variable for the ICCID as EF_ICCID holds it: ten octets, nibbles swapped.</summary>
    public const string Iccid = "iccid";

    /// <summary>The variable for the card's number in international form, nibbles swapped, filled with F to whole octets.</summary>
    public const string Msisdn = "msisdn";

    /// <summary>The longest template, in characters.</summary>
    public const int MaxLength = 8192;

    private const int MaxName = 32;

    /// <summary>Whether a text may be the name of a variable: a lower-case letter, then letters, digits, '-' or '_', at most 32 characters.</summary>
    public static bool IsVariable(string? name) => name is { Length: > 0 and <= MaxName }
        && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Whether the server itself knows what a variable stands for.</summary>
    public static bool IsCardFact(string variable) => variable is Iccid or Msisdn;

    /// <summary>Takes a template apart.</summary>
    /// <param name="text">The template; spaces between octets are allowed.</param>
    /// <param name="parts">Its parts; empty for an empty template.</param>
    /// <param name="problem">Empty, or one sentence that says where it goes wrong.</param>
    public static bool TryParse(string? text, out ImmutableArray<TemplatePart> parts, out string problem)
    {
        parts = [];
        problem = "";
        text ??= "";
        if (text.Length > MaxLength)
        {
            problem = $"A template has at most {MaxLength} characters, this one has {text.Length}.";
            return false;
        }

        var found = ImmutableArray.CreateBuilder<TemplatePart>();
        for (int at = 0; at < text.Length;)
        {
            int open = text.IndexOf('{', at);
            int end = open < 0 ? text.Length : open;
            if (!Octets.TryParse(text[at..end], out Octets literal))
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"Between characters {at + 1} and {end} there are not only whole octets of hexadecimal digits.");
                return false;
            }

            if (!literal.IsEmpty)
            {
                found.Add(new(literal, null));
            }

            if (open < 0)
            {
                break;
            }

            int close = text.IndexOf('}', open);
            string name = close < 0 ? "" : text[(open + 1)..close];
            if (!IsVariable(name))
            {
                problem = close < 0
                    ? string.Create(CultureInfo.InvariantCulture, $"The brace at character {open + 1} is not closed.")
                    : $"'{{{name[..Math.Min(name.Length, MaxName)]}}}' is no variable: its name begins with a lower-case letter and has at most {MaxName} letters, digits, '-' or '_'.";
                return false;
            }

            found.Add(new(default, name));
            at = close + 1;
        }

        parts = found.ToImmutable();
        return true;
    }
}

/// <summary>What the templates of a version ask for.</summary>
public static class ServiceTemplates
{
    /// <summary>The variables of a version's personalisation and parameters, each once, in the order in which they stand.</summary>
    public static IReadOnlyList<string> Variables(ServiceVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return
        [
            .. version.Personalisation.Select(p => p.Content).Append(version.Parameters)
                .SelectMany(t => TemplateText.TryParse(t, out ImmutableArray<TemplatePart> parts, out _) ? parts : [])
                .Select(p => p.Variable).OfType<string>().Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Those of them that an application server has to allocate.</summary>
    public static IReadOnlyList<string> Allocated(ServiceVersion version) => [.. Variables(version).Where(v => !TemplateText.IsCardFact(v))];

    /// <summary>The octets that the data groups of a version have at least, each variable counted as one octet.</summary>
    public static int LeastOctets(ServiceVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Personalisation.Sum(p =>
            TemplateText.TryParse(p.Content, out ImmutableArray<TemplatePart> parts, out _)
                ? new Tsm.Card.GlobalPlatform.DataGroup(0, Octets.Own(new byte[parts.Sum(LeastOctets)])).Length
                : 0);
    }

    /// <summary>The octets that the content of C9 of a version has at least, each variable counted as one octet.</summary>
    public static int LeastParameters(ServiceVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return TemplateText.TryParse(version.Parameters, out ImmutableArray<TemplatePart> parts, out _) ? parts.Sum(LeastOctets) : 0;
    }

    /// <summary>The octets that a part has at least.</summary>
    internal static int LeastOctets(TemplatePart part) => part.Variable switch
    {
        null => part.Literal.Length,
        TemplateText.Iccid => Tsm.Card.Identifiers.Iccid.FileLength,
        _ => 1,
    };
}
