using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tsm.Cli.Api;

/// <summary>Bodies of requests that say only what was said on the command line.</summary>
internal static class JsonBody
{
    /// <summary>An object without the members that are null, and without empty lists.</summary>
    public static JsonObject Of(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var body = new JsonObject();
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is not null and not JsonArray { Count: 0 })
            {
                body[name] = value;
            }
        }

        return body;
    }

    /// <summary>A list of texts.</summary>
    public static JsonArray List(IEnumerable<string>? items) => [.. (items ?? []).Select(JsonNode? (i) => JsonValue.Create(i))];

    /// <summary>An object as what a server would have sent.</summary>
    public static JsonElement Element(JsonObject body)
    {
        using JsonDocument document = JsonDocument.Parse(body.ToJsonString());
        return document.RootElement.Clone();
    }
}
