using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Cards;

/// <summary>A file of cards: <c>{"cards":[{"iccid":…,"msisdn":…,"profile":…,"keySets":[…]}]}</c>.</summary>
/// <param name="Cards">The cards.</param>
public sealed record CardFile(ImmutableArray<CardFileEntry> Cards)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">The file is not valid; the message names the place, and no key.</exception>
    public static CardFile Read(Stream stream)
    {
        try
        {
            CardFile? file = JsonSerializer.Deserialize<CardFile>(stream, CardProfiles.Json);
            return file is null || file.Cards.IsDefault
                ? throw new FormatException("The card file has no member 'cards'.")
                : file;
        }
        catch (JsonException exception)
        {
            // The message of the parser may quote a value, and the value may be a key: the place is enough.
            throw new FormatException(
                $"The card file is not valid at {exception.Path ?? "$"}, line {exception.LineNumber + 1}.",
                Redact(exception));
        }
    }

    private static JsonException Redact(JsonException exception) =>
        new("The value is left out: it may be a key.", exception.Path, exception.LineNumber,
            exception.BytePositionInLine);
}

/// <summary>A card in a card file.</summary>
public sealed record CardFileEntry
{
    /// <summary>The ICCID.</summary>
    public required Iccid Iccid { get; init; }

    /// <summary>The number.</summary>
    public required Msisdn Msisdn { get; init; }

    /// <summary>The name of a profile, or an object with <c>base</c> and overrides. Default: aes.</summary>
    public JsonNode? Profile { get; init; }

    /// <summary>The key sets.</summary>
    public required ImmutableArray<KeySetEntry> KeySets { get; init; }

    /// <summary>The card's counter for all key sets that do not give their own. Default: 0.</summary>
    public ulong Counter { get; init; }

    /// <summary>Memory for applications in octets, if not that of the profile.</summary>
    public int? Memory { get; init; }

    /// <summary>Packages on the card beside those of the profile.</summary>
    public ImmutableArray<CardPackage> Packages { get; init; } = [];

    /// <summary>Makes the card.</summary>
    /// <exception cref="FormatException">A value does not fit; the message names the card, and no key.</exception>
    public SimulatedCard Make(Account account)
    {
        try
        {
            return new(Iccid, Msisdn, CardProfiles.Resolve(Profile), KeySets.Select(k => k.Make(Counter)), account,
                Memory, Packages);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new FormatException($"Card {Iccid}: {exception.Message}", exception);
        }
    }
}

/// <summary>A key set in a card file.</summary>
/// <param name="Version">The key version number, 1 to 15.</param>
/// <param name="Algorithm">aes, tripleDes (or 3des) or des.</param>
/// <param name="Kic">The key that ciphers.</param>
/// <param name="Kid">The key that signs.</param>
/// <param name="Dek">The key under which keys travel, or nothing.</param>
/// <param name="CcLength">The length of an AES-CMAC, 4 or 8 octets. Default: 8.</param>
/// <param name="Counter">The card's counter for this set; null for that of the card.</param>
public sealed record KeySetEntry(
    int Version, string Algorithm, Octets Kic, Octets Kid, Octets Dek = default, int CcLength = 8,
    ulong? Counter = null)
{
    /// <summary>The version alone: keys are not for printing.</summary>
    public override string ToString() => $"key set {Version}";

    internal CardKeySet Make(ulong counter) =>
        new(Version, ParseAlgorithm(Algorithm), Kic, Kid, Dek, CcLength, new(Counter ?? counter));

    private static KeyAlgorithm ParseAlgorithm(string name) => name.ToUpperInvariant() switch
    {
        "AES" => KeyAlgorithm.Aes,
        "3DES" or "TRIPLEDES" => KeyAlgorithm.TripleDes,
        "DES" => KeyAlgorithm.Des,
        _ => throw new FormatException($"'{name}' is not an algorithm; aes, 3des and des are."),
    };
}
