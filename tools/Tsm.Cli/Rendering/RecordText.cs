using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Lists of what the server sent, by the names of its fields; an empty list of names leaves nothing out.</summary>
internal static class RecordText
{
    /// <summary>Writes a table with these columns.</summary>
    /// <param name="columns">The heading of each column and the field that stands in it.</param>
    public static void List(
        IAnsiConsole console, Page<JsonElement> page, string whenEmpty, params ReadOnlySpan<(string Heading, string Field)> columns)
    {
        var headings = new string[columns.Length];
        var fields = new string[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            (headings[i], fields[i]) = columns[i];
        }

        var table = new TextTable(headings);
        foreach (JsonElement item in page.Items)
        {
            table.Row([.. fields.Select(f => Text(item, f))]);
        }

        ListText.Write(console, table, page.Next, whenEmpty);
    }

    /// <summary>A field as one cell; null when it is absent.</summary>
    public static string? Text(JsonElement item, string field) => item.TryGetProperty(field, out JsonElement value) ? Text(value) : null;

    /// <summary>One event as a line, for what is written as it comes.</summary>
    public static string Line(JsonElement raised) => string.Join("  ", new[]
    {
        Text(raised, "at"), Text(raised, "kind"), Text(raised, "provider"), Text(raised, "service"), Text(raised, "card"), Text(raised, "text"),
    }.Select(t => string.IsNullOrEmpty(t) ? "-" : t));

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "all" : string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.String when IsTime(value, out DateTimeOffset at) => Print.Time(at),
        _ => value.ToString(),
    };

    /// <summary>Only what is written out as a time is taken for one.</summary>
    private static bool IsTime(JsonElement value, out DateTimeOffset at)
    {
        at = default;
        return value.GetString() is [_, _, _, _, '-', _, _, '-', _, _, 'T', ..]
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
    }
}
