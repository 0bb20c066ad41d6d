using Tsm.Application.Hosting;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Application.Ports;

/// <summary>The key sets of one card.</summary>
public interface ICardKeys
{
    /// <summary>Opens the key set of a version, or null when the card has none; dispose it after use.</summary>
    KeySet? Open(int version);

    /// <summary>Whether the card has a key set of a version; where it can be told, nothing is opened for it.</summary>
    bool Has(int version)
    {
        using KeySet? keys = Open(version);
        return keys is not null;
    }
}

/// <summary>Opens key sets that are wrapped at rest.</summary>
public interface IKeyVault
{
    /// <summary>Unwraps a key set for the moment of its use; dispose it after.</summary>
    /// <exception cref="InvalidOperationException">The vault key is not the one the set was wrapped with, or the row was changed.</exception>
    KeySet Open(GrainKey card, WrappedKeySet keys);

    /// <summary>Wraps a key set for one card; the result opens for that card and version only.</summary>
    WrappedKeySet Wrap(GrainKey card, KeySet keys);
}

/// <summary>A key set as it is stored: wrapped keys and their check values.</summary>
/// <param name="Version">The key version number, 1..15.</param>
/// <param name="Algorithm">The algorithm of all its keys.</param>
/// <param name="Kic">The ciphering key, wrapped.</param>
/// <param name="Kid">The key of the cryptographic checksum, wrapped.</param>
/// <param name="Dek">The key encryption key, wrapped; empty when the card's is not known.</param>
public sealed record WrappedKeySet(
    int Version, KeyAlgorithm Algorithm, Octets Kic, Octets Kid, Octets Dek, Octets KicCheckValue, Octets KidCheckValue, Octets DekCheckValue);
