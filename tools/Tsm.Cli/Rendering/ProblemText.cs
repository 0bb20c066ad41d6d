using System.Globalization;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>A problem for people: title with layer and code, what happened, why, what to do next, and what shows it.</summary>
internal static class ProblemText
{
    private const int MaxLines = 20;

    /// <summary>Writes the problem.</summary>
    public static void Write(IAnsiConsole console, Problem problem)
    {
        Heading(console, problem);
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().Padding(2, 2));
        grid.AddColumn(new GridColumn().Padding(0, 0));
        Add(grid, "what", problem.Detail ?? problem.Meaning);
        Add(grid, "meaning", problem.Detail is null || problem.Detail.Contains(problem.Meaning ?? "", StringComparison.Ordinal) ? null : problem.Meaning);
        Add(grid, "why", problem.Cause);
        Add(grid, "next", problem.Next);
        foreach (string evidence in problem.Evidence ?? [])
        {
            Add(grid, "evidence", evidence);
        }

        foreach (ProblemLine line in (problem.Errors ?? []).Take(MaxLines))
        {
            Add(grid, Place(line), Line(line));
        }

        if (problem.Errors?.Count > MaxLines)
        {
            Add(grid, "", $"... and {Print.Count(problem.Errors.Count - MaxLines, "more", "more")}; --json shows all.");
        }

        console.Write(grid);
    }

    /// <summary>The problem as one line, for tables and lists.</summary>
    public static string OneLine(Problem problem) =>
        $"{problem.Detail ?? problem.Meaning ?? problem.Title ?? problem.Name} [{problem.Layer} {problem.Code}]";

    private static void Heading(IAnsiConsole console, Problem problem)
    {
        string title = problem.Title ?? problem.Name ?? "Something went wrong";
        string? place = (problem.Layer, problem.Code) switch
        {
            (null, null) => null,
            (null, { } code) => code,
            ({ } layer, null) => layer,
            ({ } layer, { } code) => $"{layer} {code}",
        };
        console.Write(new Text("✗ " + title, new(Color.Red, decoration: Decoration.Bold)));
        console.Write(new Text(place is null ? "\n" : $"  [{place}]\n", new(Color.Grey)));
    }

    private static void Add(Grid grid, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            grid.AddRow(new Text(name, new(Color.Grey)), new Text(value));
        }
    }

    private static string Place(ProblemLine line) => line switch
    {
        { Line: { } number } => "line " + number.ToString(CultureInfo.InvariantCulture),
        { Card: { } card } => card,
        _ => "also",
    };

    private static string Line(ProblemLine line)
    {
        string column = line.Column is { } name ? name + ": " : "";
        string code = line.Code is null ? "" : $" [{line.Code}]";
        return column + line.Problem + code + (line.Next is null ? "" : " -> " + line.Next);
    }
}
