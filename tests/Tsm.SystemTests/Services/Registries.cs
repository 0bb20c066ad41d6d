using System.Text.Json.Nodes;

namespace Tsm.SystemTests.Services;

/// <summary>What the server believes to be on a card, and what is.</summary>
internal static class Registries
{
    /// <summary>Says in what the books of a card differ from the card itself; null when in nothing.</summary>
    /// <param name="books">The card as the server's API shows it.</param>
    /// <param name="card">The card as the simulator shows it.</param>
    public static string? Difference(JsonNode books, JsonNode card)
    {
        string issuer = (string)card["domains"]![0]!["aid"]!;
        string believed = Lines(
            books["contents"]!.AsArray().Select(c => $"{c!["aid"]} {c["confirmed"]} in {c["domain"] ?? "issuer"}{((bool?)c["personalised"] == true ? " with data" : "")}"),
            books["securityDomains"]!.AsArray().SelectMany(d => d!["keySets"]!.AsArray()
                .Select(k => $"{d["aid"]} keys {k!["version"]} {k["kicCheckValue"]} {k["kidCheckValue"]} {k["dekCheckValue"]}")));
        string found = Lines(
            card["loadFiles"]!.AsArray().Select(f => $"{f!["aid"]} LOADED in {Domain(f["securityDomain"])}")
                .Concat(card["applications"]!.AsArray().Select(
                    a => $"{a!["aid"]} {a["state"]} in {Domain(a["securityDomain"])}{(a["personalisation"] is null ? "" : " with data")}")),
            card["domains"]!.AsArray().Skip(1).SelectMany(d => d!["keySets"]!.AsArray()
                .Select(k => $"{d["aid"]} keys {k!["version"]} {k["kic"]} {k["kid"]} {k["dek"]}")));
        return believed == found && (bool)books["uncertain"]! is false ? null : $"books:\n{believed}\ncard:\n{found}\nuncertain: {books["uncertain"]}";

        string Domain(JsonNode? aid) => (string?)aid == issuer ? "issuer" : (string)aid!;
    }

    /// <summary>Fails where they differ.</summary>
    public static Task AgreeAsync(JsonNode books, JsonNode card)
    {
        Assert.Null(Difference(books, card));
        return Task.CompletedTask;
    }

    private static string Lines(params IEnumerable<string>[] parts) => string.Join('\n', parts.SelectMany(p => p).Order(StringComparer.Ordinal));
}
