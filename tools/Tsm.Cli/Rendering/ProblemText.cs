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
        var fields = new List<string[]>();
        Add(fields, "what", problem.Detail ?? problem.Meaning);
        Add(fields, "meaning", problem.Detail is null || problem.Detail.Contains(problem.Meaning ?? "", StringComparison.Ordinal) ? null : problem.Meaning);
        Add(fields, "why", problem.Cause);
        Add(fields, "next", problem.Next);
        foreach (string evidence in problem.Evidence)
        {
            Add(fields, "evidence", evidence);
        }

        foreach (ProblemLine line in (problem.Errors ?? []).Take(MaxLines))
        {
            Add(fields, Place(line), Line(line));
        }

        if (problem.Errors?.Count > MaxLines)
        {
            Add(fields, "", $"... and {Print.Count(problem.Errors.Count - MaxLines, "more", "more")}; --json shows all.");
        }

        Print.Fields(console, fields, indent: 2);
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

    private static void Add(List<string[]> fields, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            fields.Add([name, value]);
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
