using System.Text;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Card models for people. A model is what the server says it is: new fields show without a new version of ours.</summary>
internal static class ModelText
{
    /// <summary>What tells models apart at a glance; the sentence stands last because it is long.</summary>
    private static readonly string[] Columns = ["name", "algorithm", "keyLength", "scriptFormat", "maxSegments", "maxLoadBlock", "memory", "javaCard", "globalPlatform", "description"];

    public static void List(IAnsiConsole console, Page<JsonElement> page)
    {
        var table = new TextTable([.. Columns.Select(Words)]);
        foreach (JsonElement model in page.Items)
        {
            table.Row([.. Columns.Select(c => model.TryGetProperty(c, out JsonElement value) ? Value(value) : null)]);
        }

        ListText.Write(console, table, page.Next, "No card models.");
    }

    public static void Show(IAnsiConsole console, JsonElement model)
    {
        var fields = new List<(string, string?)>();
        foreach (JsonProperty property in model.EnumerateObject())
        {
            Flatten(fields, Words(property.Name), property.Value);
        }

        Print.Fields(console, [.. fields]);
    }

    private static void Flatten(List<(string, string?)> fields, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in value.EnumerateObject())
            {
                Flatten(fields, $"{name}, {Words(property.Name)}", property.Value);
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                fields.Add((name, Value(item)));
                name = "";
            }
        }
        else
        {
            fields.Add((name, Value(value)));
        }
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "-",
        JsonValueKind.Object => string.Join("  ", value.EnumerateObject().Select(p => Value(p.Value))),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Value)),
        _ => value.ToString(),
    };

    /// <summary>maxLoadBlock as "max load block".</summary>
    private static string Words(string camelCase)
    {
        var words = new StringBuilder();
        for (int i = 0; i < camelCase.Length; i++)
        {
            bool starts = i > 0 && char.IsAsciiLetterUpper(camelCase[i]) && !char.IsAsciiLetterUpper(camelCase[i - 1]);
            words.Append(starts ? " " : "").Append(starts ? char.ToLowerInvariant(camelCase[i]) : camelCase[i]);
        }

        return words.ToString();
    }
}
