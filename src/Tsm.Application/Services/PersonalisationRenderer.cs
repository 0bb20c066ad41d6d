using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Application.Services;

/// <summary>
/// Puts values into templates: data groups for STORE DATA, and the content of C9. What comes out is clear and may hold keys: the caller
/// zeroes it.
/// </summary>
public static class PersonalisationRenderer
{
    /// <summary>The most octets of C9 (ours; how many one INSTALL has room for depends on its AIDs, and is seen when a job is asked for).</summary>
    public const int MaxParameters = 200;

    /// <summary>The most octets of all data groups: as many as 256 STORE DATA carry.</summary>
    public const int MaxLength = StoreDataCommand.MaxBlocks * byte.MaxValue;

    private const int MaxGroup = ushort.MaxValue;

    /// <summary>The data groups one after the other (<see cref="DataGroup"/>), as STORE DATA carries them.</summary>
    /// <param name="templates">Those of the version.</param>
    /// <param name="values">What was allocated.</param>
    /// <param name="facts">What the server knows of the card.</param>
    /// <param name="octets">The octets, which the caller zeroes; null when they cannot be made.</param>
    /// <param name="problem">Why not; it names the variable.</param>
    public static bool TryRender(
        IReadOnlyList<DataGroupTemplate> templates,
        PersonalisationValues values,
        CardFacts facts,
        [NotNullWhen(true)] out byte[]? octets,
        [NotNullWhen(false)] out Problem? problem)
    {
        ArgumentNullException.ThrowIfNull(templates);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(facts);
        octets = null;
        var groups = new List<Group>(templates.Count);
        int total = 0;
        foreach (DataGroupTemplate template in templates)
        {
            if (!ushort.TryParse(template.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id))
            {
                problem = PersonalisationProblems.TemplateInvalid($"'{template.Id}' is no data group identifier.");
                return false;
            }

            if (!TryMeasure(template.Content, values, facts, Math.Min(MaxGroup, MaxLength - total), out ImmutableArray<TemplatePart> parts, out int length, out problem))
            {
                return false;
            }

            groups.Add(new(id, parts, length));
            total += new DataGroup(id, default).Length + length + (length < byte.MaxValue ? 0 : 2);
            if (total > MaxLength)
            {
                problem = TooLong(parts, values, facts, MaxLength);
                return false;
            }
        }

        // Sized exactly, so that no copy of a key stays behind in a buffer that was too short.
        octets = new byte[total];
        var writer = new OctetWriter(octets);
        foreach (Group group in groups)
        {
            writer.WriteUInt16(group.Id);
            if (group.Length < byte.MaxValue)
            {
                writer.WriteByte((byte)group.Length);
            }
            else
            {
                writer.WriteByte(byte.MaxValue);
                writer.WriteUInt16((ushort)group.Length);
            }

            Write(ref writer, group.Parts, values, facts);
        }

        problem = null;
        return true;
    }

    /// <summary>The content of C9.</summary>
    /// <param name="template">That of the version.</param>
    /// <inheritdoc cref="TryRender" path="/param"/>
    public static bool TryRenderParameters(
        string template,
        PersonalisationValues values,
        CardFacts facts,
        [NotNullWhen(true)] out byte[]? octets,
        [NotNullWhen(false)] out Problem? problem)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(facts);
        octets = null;
        if (!TryMeasure(template, values, facts, MaxParameters, out ImmutableArray<TemplatePart> parts, out int length, out problem))
        {
            return false;
        }

        octets = new byte[length];
        var writer = new OctetWriter(octets);
        Write(ref writer, parts, values, facts);
        return true;
    }

    private static bool TryMeasure(
        string template,
        PersonalisationValues values,
        CardFacts facts,
        int limit,
        out ImmutableArray<TemplatePart> parts,
        out int length,
        [NotNullWhen(false)] out Problem? problem)
    {
        length = 0;
        problem = null;
        if (!TemplateText.TryParse(template, out parts, out string fault))
        {
            problem = PersonalisationProblems.TemplateInvalid(fault);
            return false;
        }

        foreach (TemplatePart part in parts)
        {
            if (part.Variable is { } variable)
            {
                bool known = TemplateText.IsCardFact(variable) || values.TryFind(variable, out _);
                if (!known || LengthOf(part, values, facts) == 0)
                {
                    problem = known ? PersonalisationProblems.Missing(variable) : PersonalisationProblems.Unknown(variable);
                    return false;
                }
            }

            length += LengthOf(part, values, facts);
        }

        problem = length <= limit ? null : TooLong(parts, values, facts, limit);
        return problem is null;
    }

    /// <summary>Names the variable that takes the most room: the one to look at first.</summary>
    private static Problem TooLong(ImmutableArray<TemplatePart> parts, PersonalisationValues values, CardFacts facts, int limit) =>
        parts.Where(p => p.Variable is not null).MaxBy(p => LengthOf(p, values, facts)) is { Variable: { } longest }
            ? PersonalisationProblems.TooLong(longest, limit)
            : PersonalisationProblems.TemplateInvalid(string.Create(CultureInfo.InvariantCulture, $"The templates are longer than {limit} octets."));

    private static int LengthOf(TemplatePart part, PersonalisationValues values, CardFacts facts) => part.Variable switch
    {
        null => part.Literal.Length,
        { } fact when TemplateText.IsCardFact(fact) => facts.Value(fact).Length,
        { } allocated => values.TryFind(allocated, out ReadOnlySpan<byte> value) ? value.Length : 0,
    };

    private static void Write(ref OctetWriter writer, ImmutableArray<TemplatePart> parts, PersonalisationValues values, CardFacts facts)
    {
        foreach (TemplatePart part in parts)
        {
            if (part.Variable is not { } variable)
            {
                writer.Write(part.Literal.Span);
            }
            else if (TemplateText.IsCardFact(variable))
            {
                writer.Write(facts.Value(variable).Span);
            }
            else if (values.TryFind(variable, out ReadOnlySpan<byte> value))
            {
                writer.Write(value);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Group(ushort Id, ImmutableArray<TemplatePart> Parts, int Length);
}
