using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Scp80;

namespace Tsm.Simulator.Cards;

/// <summary>The profiles that come with the simulator, and overrides of them.</summary>
public static class CardProfiles
{
    private const string Prefix = "Profiles.";
    private static readonly ConcurrentDictionary<string, CardProfile> Known = new(StringComparer.Ordinal);

    /// <summary>How profiles and card files are written: camelCase, unknown members refused.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new TextConverter<Aid>(Aid.Parse),
            new TextConverter<Tar>(Tar.Parse),
            new TextConverter<Iccid>(Iccid.Parse),
            new TextConverter<Msisdn>(Msisdn.Parse),
            new TextConverter<StatusWord>(ParseStatusWord),
            new TextConverter<PackageVersion>(ParseVersion),
            new TextConverter<Spi>(ParseSpi),
            new TextConverter<Octets>(Octets.Parse),
        },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The names of the profiles that come with the simulator.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(n => n[Prefix.Length..^".json".Length])
        .Order(StringComparer.Ordinal)];

    /// <summary>AES-128, five segments, 64 KiB.</summary>
    public static CardProfile Aes => Get("aes");

    /// <summary>Two-key triple DES, plain error PoR with status 06 for a replay.</summary>
    public static CardProfile TripleDes => Get("3des");

    /// <summary>AES-128, three segments, 12 KiB, short pages.</summary>
    public static CardProfile Small => Get("small");

    /// <summary>AES-128, expanded scripts at TAR B20100 and, told by their first octet, at 000000.</summary>
    public static CardProfile AesExpanded => Get("aes-expanded");

    /// <summary>The profile of a name.</summary>
    /// <exception cref="FormatException">There is none; the message lists those there are.</exception>
    public static CardProfile Get(string name) => Known.GetOrAdd(name, static n => Build(Read(n), n));

    /// <summary>
    /// A profile by name (a JSON string), or by name with overrides (an object with the member <c>base</c>).
    /// </summary>
    /// <exception cref="FormatException">The name or a member is not known, or a value does not fit.</exception>
    public static CardProfile Resolve(JsonNode? profile) => profile switch
    {
        null => Aes,
        JsonValue value when value.TryGetValue(out string? name) => Get(name),
        JsonObject overrides =>
            Known.GetOrAdd(overrides.ToJsonString(), static text => Merge(JsonNode.Parse(text)!.AsObject())),
        _ => throw new FormatException("A profile is a name, or an object with the member 'base' and overrides."),
    };

    private static StatusWord ParseStatusWord(string text) =>
        new(ushort.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    // The first octet alone: a minimum says nothing of the PoR.
    private static Spi ParseSpi(string text) =>
        Spi.TryParse([.. Octets.Parse(text).Span, 0x00], out Spi spi, out PacketError error)
            ? spi
            : throw new FormatException($"'{text}' is not the first octet of SPI: {error}.");

    private static PackageVersion ParseVersion(string text) => text.Split('.') is [var major, var minor]
        ? new(byte.Parse(major, NumberStyles.None, CultureInfo.InvariantCulture),
            byte.Parse(minor, NumberStyles.None, CultureInfo.InvariantCulture))
        : throw new FormatException($"A version is major.minor, '{text}' is not.");

    private static CardProfile Merge(JsonObject overrides)
    {
        string name = (string?)overrides["base"] ?? "aes";
        JsonObject merged = Read(name);
        foreach ((string member, JsonNode? value) in overrides)
        {
            if (!string.Equals(member, "base", StringComparison.Ordinal))
            {
                merged[member] = value?.DeepClone();
            }
        }

        return Build(merged, name);
    }

    private static CardProfile Build(JsonObject profile, string name)
    {
        profile["name"] ??= name;
        try
        {
            return profile.Deserialize<CardProfile>(Json) ?? throw new FormatException($"Profile '{name}' is empty.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"Profile '{name}' with its overrides is not valid: {exception.Message}",
                exception);
        }
    }

    private static JsonObject Read(string name)
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}.json");
        return stream is null
            ? throw new FormatException($"There is no profile '{name}'; there are {string.Join(", ", Names)}.")
            : JsonNode.Parse(stream)!.AsObject();
    }
}
