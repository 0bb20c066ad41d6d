using System.Globalization;
using System.Text;

namespace Tsm.Benchmarks.Reporting;

/// <summary>A report as a table.</summary>
internal static class TableForm
{
    private static readonly string[] Titles = ["what", "host", "cards", "figure", "of its limit", "wanted", "offered"];

    /// <summary>With columns that stand under each other.</summary>
    public static string Text(Report report)
    {
        List<string[]> rows = [Titles, .. Rows(report)];
        int[] widths = [.. Enumerable.Range(0, Titles.Length).Select(i => rows.Max(r => r[i].Length))];
        var text = new StringBuilder().AppendLine(Head(report)).AppendLine();
        foreach (string[] row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }

        return Findings(text, report).ToString();
    }

    /// <summary>As the README has it.</summary>
    public static string Markdown(Report report)
    {
        var text = new StringBuilder().AppendLine(Head(report)).AppendLine();
        AppendRow(text, Titles);
        AppendRow(text, Titles.Select(_ => "---"));
        foreach (string[] row in Rows(report))
        {
            AppendRow(text, row);
        }

        return Findings(text, report).ToString();
    }

    /// <summary>A figure in the fewest digits that say it: 1,234,567 or 12.3.</summary>
    public static string Number(double value) => value.ToString(value >= 100 ? "#,0" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A ratio in per cent; empty without one.</summary>
    public static string Percent(double? ratio) => ratio is { } part ? (100 * part).ToString("0", CultureInfo.InvariantCulture) + " %" : "";

    private static IEnumerable<string[]> Rows(Report report)
    {
        foreach (Limit limit in report.Limits)
        {
            yield return [$"limit: {limit.What}", "", "", Number(limit.Value) + Figure.PerSecond, "", "", ""];
        }

        foreach (Figure figure in report.Figures)
        {
            yield return
            [
                figure.What,
                figure.Host,
                figure.Cards?.ToString("#,0", CultureInfo.InvariantCulture) ?? "",
                Quantity(figure.Value, figure.Unit),
                figure.Limit is null ? "" : $"{Percent(figure.Ratio)} of {figure.Limit.What}",
                Wanted(figure),
                figure.Offered,
            ];
        }
    }

    private static string Wanted(Figure figure) => figure.Wanted is not { } wanted
        ? ""
        : $"{(figure.Unit == Figure.PerSecond ? "at least" : "at most")} {Quantity(wanted, figure.Unit)}{(figure.IsReached == true ? "" : ": not reached")}";

    private static string Quantity(double value, string unit) => unit == Figure.PerSecond ? Number(value) + unit : $"{Number(value)} {unit}";

    private static string Head(Report report) => $"{report.Machine}.";

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");

    private static StringBuilder Findings(StringBuilder text, Report report)
    {
        foreach (string finding in report.Findings)
        {
            text.AppendLine().AppendLine(finding);
        }

        return text;
    }
}
