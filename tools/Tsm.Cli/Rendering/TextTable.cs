using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tsm.Cli.Rendering;

/// <summary>A table of text: framed and wrapped on a screen; elsewhere aligned columns, one line a row, nothing cut off.</summary>
internal sealed class TextTable
{
    private const string Gap = "  ";

    private readonly string[] _columns;
    private readonly List<string[]> _rows = [];

    public TextTable(params string[] columns) => _columns = columns;

    public int Count => _rows.Count;

    /// <summary>Adds a row; what is missing shows as a dash.</summary>
    public void Row(params ReadOnlySpan<string?> cells)
    {
        string[] row = new string[_columns.Length];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = i < cells.Length && !string.IsNullOrEmpty(cells[i]) ? cells[i]! : "-";
        }

        _rows.Add(row);
    }

    public void Write(IAnsiConsole console)
    {
        if (console.Profile.Capabilities.Ansi)
        {
            WriteFramed(console);
            return;
        }

        foreach (string line in Align([_columns, .. _rows]))
        {
            console.Write(new Text(line + "\n"));
        }
    }

    /// <summary>Pads all columns but the last to their widest cell.</summary>
    public static IEnumerable<string> Align(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
        {
            yield return string.Join(Gap, row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd();
        }
    }

    private void WriteFramed(IAnsiConsole console)
    {
        Table table = new() { Border = TableBorder.Rounded, BorderStyle = new(Color.Grey) };
        foreach (string column in _columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new(decoration: Decoration.Bold))));
        }

        foreach (string[] row in _rows)
        {
            table.AddRow(row.Select(IRenderable (cell) => new Text(cell)));
        }

        console.Write(table);
    }
}
