using System.Globalization;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Explaining;

namespace Tsm.Cli.Rendering;

/// <summary>Octets for people: each field with its place, its octets and what they mean, then the verdict.</summary>
internal static class ExplanationText
{
    private const int ShownOctets = 16;

    public static void Show(IAnsiConsole console, ExplanationReport explanation)
    {
        console.Write(new Text(explanation.Title + "\n\n", new(decoration: Decoration.Bold)));
        Fields(console, explanation);
        Show(console, explanation.Verdict);
        if (explanation.Alternatives.Count > 0)
        {
            console.Write(new Text($"\nThe same octets could also be: {string.Join("; ", explanation.Alternatives)}.\n", new(Color.Grey)));
        }
    }

    private static void Fields(IAnsiConsole console, ExplanationReport explanation)
    {
        var rows = new List<Row>();
        Add(rows, explanation.Octets.Parts is null ? [explanation.Octets] : explanation.Octets.Parts, depth: 0);
        if (explanation.Octets is { Parts: not null, Meaning: { } meaning })
        {
            console.Write(new Text(meaning + "\n\n"));
        }

        int place = rows.Max(r => r.Place.Length), octets = Math.Min(rows.Max(r => r.Octets.Length), 3 * ShownOctets + 16), name = Math.Min(rows.Max(r => r.Name.Length), 44);
        foreach (Row row in rows)
        {
            console.Write(new Text(row.Place.PadLeft(place) + "  ", new(Color.Grey)));
            console.Write(new Text(row.Name.PadRight(name) + "  ", row.IsFault ? new(Color.Red) : Style.Plain));
            console.Write(new Text((row.Meaning is null ? row.Octets : row.Octets.PadRight(octets)) + (row.Meaning is null ? "" : "  "), new(Color.Aqua)));
            console.Write(new Text(row.Meaning + "\n", row.IsFault ? new(Color.Red) : Style.Plain));
        }
    }

    /// <summary>A job: what happened in its order, then the verdict.</summary>
    public static void Show(IAnsiConsole console, JobExplanation explanation)
    {
        foreach (ExplainedStep step in explanation.Steps)
        {
            Print.Heading(console, $"{Print.Time(step.At)}  {step.Text}");
            if (step.Explanation is not null)
            {
                Fields(console, step.Explanation);
            }
        }

        Show(console, explanation.Verdict);
    }

    /// <summary>The verdict alone.</summary>
    public static void Show(IAnsiConsole console, VerdictReport verdict)
    {
        console.WriteLine();
        console.Write(new Text($"{(verdict.Trouble ? "✗" : "✓")} {verdict.Name}", new(verdict.Trouble ? Color.Red : Color.Green, decoration: Decoration.Bold)));
        console.Write(new Text($"  [{verdict.Layer} {verdict.Code}]\n", new(Color.Grey)));
        Print.Fields(console, [["what", verdict.Meaning], ["why", verdict.Cause], ["next", verdict.Next]], indent: 2);
    }

    private static void Add(List<Row> rows, IReadOnlyList<PartReport> parts, int depth)
    {
        foreach (PartReport part in parts)
        {
            string place = part.Offset?.ToString(CultureInfo.InvariantCulture) ?? "";
            string octets = part.Parts is null ? Shorten(part.Octets) : "";
            rows.Add(new(place, new string(' ', 2 * depth) + part.Name, octets, part.Meaning, part.Fault));
            if (part.Parts is not null)
            {
                Add(rows, part.Parts, depth + 1);
            }
        }
    }

    private static string Shorten(string? octets)
    {
        if (octets is null)
        {
            return "";
        }

        int count = octets.Length / 2, shown = Math.Min(count, ShownOctets);
        string text = string.Join(' ', Enumerable.Range(0, shown).Select(i => octets.Substring(2 * i, 2)));
        return shown == count ? text : $"{text} .. ({count})";
    }

    private sealed record Row(string Place, string Name, string Octets, string? Meaning, bool IsFault);
}
