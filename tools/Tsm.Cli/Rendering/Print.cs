using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tsm.Cli.Rendering;

/// <summary>The few forms that all our output is made of.</summary>
internal static class Print
{
    /// <summary>A table: framed on a screen, bare columns where the output goes into a file or a pipe.</summary>
    public static Table Table(IAnsiConsole console, params ReadOnlySpan<string> columns)
    {
        bool framed = console.Profile.Capabilities.Ansi;
        Table table = new() { Border = framed ? TableBorder.Rounded : TableBorder.None, BorderStyle = new(Color.Grey) };
        foreach (string column in columns)
        {
            var header = new TableColumn(new Text(column, framed ? new(decoration: Decoration.Bold) : Style.Plain));
            table.AddColumn(framed ? header : header.Padding(0, 2).NoWrap());
        }

        return table;
    }

    /// <summary>Adds a row of plain text; null shows as a dash.</summary>
    public static void Row(Table table, params ReadOnlySpan<string?> cells)
    {
        var row = new List<IRenderable>(cells.Length);
        foreach (string? cell in cells)
        {
            row.Add(new Text(string.IsNullOrEmpty(cell) ? "-" : cell));
        }

        table.AddRow(row);
    }

    /// <summary>Names and values below each other; what is absent is left out.</summary>
    public static void Fields(IAnsiConsole console, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().Padding(0, 2));
        grid.AddColumn(new GridColumn().Padding(0, 0));
        foreach ((string name, string? value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow(new Text(name, new(Color.Grey)), new Text(value));
            }
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
