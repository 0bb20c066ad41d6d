using System.Globalization;
using Spectre.Console;

namespace Tsm.Cli.Rendering;

/// <summary>The few forms that all our output is made of.</summary>
internal static class Print
{
    /// <summary>Names and values below each other; what is absent is left out.</summary>
    public static void Fields(IAnsiConsole console, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var present = new List<string[]>();
        foreach ((string name, string? value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                present.Add([name, value]);
            }
        }

        Fields(console, present, indent: 0);
    }

    /// <summary>Names and values below each other: on a screen long values go on in their own column.</summary>
    public static void Fields(IAnsiConsole console, IReadOnlyList<string[]> fields, int indent)
    {
        if (fields.Count == 0)
        {
            return;
        }

        if (!console.Profile.Capabilities.Ansi)
        {
            foreach (string line in TextTable.Align(fields))
            {
                console.Write(new Text(new string(' ', indent) + line + "\n"));
            }

            return;
        }

        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().Padding(indent, 0, 2, 0));
        grid.AddColumn(new GridColumn().Padding(0, 0, 0, 0));
        foreach (string[] field in fields)
        {
            grid.AddRow(new Text(field[0], new(Color.Grey)), new Text(field[1]));
        }

        console.Write(grid);
    }

    /// <summary>A line of bold text above a table.</summary>
    public static void Heading(IAnsiConsole console, string text)
    {
        console.WriteLine();
        console.Write(new Text(text + "\n", new(decoration: Decoration.Bold)));
    }

    /// <summary>One line that says that something is so.</summary>
    public static void Tick(IAnsiConsole console, string text) => Marked(console, "✓", Color.Green, text);

    /// <summary>One line that says that something is not so.</summary>
    public static void Cross(IAnsiConsole console, string text) => Marked(console, "✗", Color.Red, text);

    /// <summary>A count with separators of thousands.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun.</summary>
    public static string Count(long count, string one, string? many = null) =>
        $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A moment to the second, in UTC.</summary>
    public static string? Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time span in the unit that suits it.</summary>
    public static string Duration(TimeSpan span) => span.TotalSeconds < 60
        ? span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
        : $"{(int)span.TotalMinutes} min {span.Seconds} s";

    private static void Marked(IAnsiConsole console, string mark, Color color, string text)
    {
        console.Write(new Text(mark + " ", new(color)));
        console.Write(new Text(text + "\n"));
    }
}
