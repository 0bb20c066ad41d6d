using Tsm.Application.Ports;
using Tsm.Card.Encoding;

namespace Tsm.Application.Providers;

/// <summary>
/// That the keys of a provider's domain on a card were handed to the provider, who manages the domain by itself from then on
/// (authorized mode): what it replaces them with nobody else knows.
/// </summary>
public sealed record KeyHandOver : IBook
{
    /// <inheritdoc/>
    public static string Kind => "key-hand-over";

    /// <summary>The card, the domain and the key version.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public required string? Owner { get; init; }

    /// <summary>When it was last handed over.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The public key that they were sealed for.</summary>
    public required Octets Recipient { get; init; }

    /// <summary>The name of the hand-over of a key set.</summary>
    public static string Name(string iccid, string domain, int version) => FormattableString.Invariant($"{iccid}-{domain}-{version}");
}
