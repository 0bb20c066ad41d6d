using System.Text.Json;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Tsm.Cli.Caps;

namespace Tsm.Cli.Demo;

/// <summary>The packages that are on a fresh card of a model, with their versions.</summary>
internal sealed class CardPackages
{
    private readonly Dictionary<string, string>? _versions;

    private CardPackages(Dictionary<string, string>? versions) => _versions = versions;

    /// <summary>Reads the packages of a card model; a model that names none is taken to have all that are known by name.</summary>
    public static CardPackages Of(JsonElement model)
    {
        if (!model.TryGetProperty("packages", out JsonElement packages) || packages.ValueKind != JsonValueKind.Array)
        {
            return new(null);
        }

        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonElement package in packages.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.Object))
        {
            if (package.TryGetProperty("aid", out JsonElement aid))
            {
                versions[aid.ToString().ToUpperInvariant()] = Version(package);
            }
        }

        return new(versions);
    }

    /// <summary>Whether an import is served without loading anything.</summary>
    public bool Serve(ImportReport import) => _versions is null
        ? Aid.TryParse(import.Aid, out Aid aid, out _) && KnownPackages.Name(aid) is not null
        : _versions.TryGetValue(import.Aid, out string? version) && LibraryLookup.Serves(version, import.Version);

    private static string Version(JsonElement package) =>
        package.TryGetProperty("version", out JsonElement version) ? version.ToString()
        : package.TryGetProperty("major", out JsonElement major) && package.TryGetProperty("minor", out JsonElement minor) ? $"{major}.{minor}"
        : "";
}
