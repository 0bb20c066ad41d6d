using Spectre.Console;

namespace Tsm.Cli.Rendering;

/// <summary>A page of a list for people.</summary>
internal static class ListText
{
    /// <summary>Writes the table, or what to do when it is empty, and how to see the next page.</summary>
    public static void Write(IAnsiConsole console, TextTable table, string? next, string whenEmpty, string option = "--cursor")
    {
        if (table.Count == 0)
        {
            console.Write(new Text(whenEmpty + "\n"));
            return;
        }

        table.Write(console);
        if (next is not null)
        {
            console.Write(new Text($"More with {option} {next}\n", new(Color.Grey)));
        }
    }
}
