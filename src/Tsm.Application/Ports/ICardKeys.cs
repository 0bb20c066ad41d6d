using Tsm.Application.Hosting;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;
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

    /// <summary>Makes a new key set for a security domain below the issuer's; it is wrapped at once and opens for this card and domain only.</summary>
    WrappedKeySet Create(Aid domain, int version, KeyAlgorithm algorithm, int length);

    /// <summary>Opens the key set of a security domain below the issuer's; dispose it after use.</summary>
    KeySet Open(Aid domain, WrappedKeySet keys);

    /// <summary>Makes a secret of the card that is no key set, such as its receipt key: random octets, sealed at once.</summary>
    Octets CreateSecret(int length);

    /// <summary>Opens what was sealed for this card; the caller overwrites it after use.</summary>
    byte[] Unseal(Octets secret);

    /// <summary>The carrier's key that signs tokens of delegated management; dispose it after use.</summary>
    ContentKey TokenKey();
}

/// <summary>Opens key sets that are wrapped at rest.</summary>
public interface IKeyVault
{
    /// <summary>Unwraps a key set for the moment of its use; dispose it after.</summary>
    /// <exception cref="InvalidOperationException">The vault key is not the one the set was wrapped with, or the row was changed.</exception>
    KeySet Open(GrainKey card, WrappedKeySet keys);

    /// <summary>Wraps a key set for one card; the result opens for that card and version only.</summary>
    WrappedKeySet Wrap(GrainKey card, KeySet keys);

    /// <summary>Makes a new key set for a security domain of a card below the issuer's; it opens for that card and domain only.</summary>
    WrappedKeySet Create(GrainKey card, Aid domain, int version, KeyAlgorithm algorithm, int length);

    /// <summary>Unwraps the key set of a security domain below the issuer's; dispose it after use.</summary>
    /// <exception cref="InvalidOperationException">It was changed, or moved from another card or domain.</exception>
    KeySet Open(GrainKey card, Aid domain, WrappedKeySet keys);

    /// <summary>
    /// Seals data that are secret, such as what personalises an application on a card, or what is shared with an application
    /// server; they open for that place only.
    /// </summary>
    /// <param name="place">Where they belong: the grain of the card, or <c>tenant/kind/id</c> of the document they are kept in.</param>
    Octets Seal(GrainKey place, ReadOnlySpan<byte> data);

    /// <summary>Opens what was sealed for a place; the caller overwrites it after use.</summary>
    /// <exception cref="InvalidOperationException">It was changed, or moved from another place.</exception>
    byte[] Unseal(GrainKey place, Octets secret);

    /// <summary>The key of a tenant that signs tokens of delegated management; it is made when it is asked for the first time. Dispose it after use.</summary>
    ContentKey TokenKey(string tenant);
}

/// <summary>A key set as it is stored: wrapped keys and their check values.</summary>
/// <param name="Version">The key version number, 1..15.</param>
/// <param name="Algorithm">The algorithm of all its keys.</param>
/// <param name="Kic">The ciphering key, wrapped.</param>
/// <param name="Kid">The key of the cryptographic checksum, wrapped.</param>
/// <param name="Dek">The key encryption key, wrapped; empty when the card's is not known.</param>
public sealed record WrappedKeySet(
    int Version, KeyAlgorithm Algorithm, Octets Kic, Octets Kid, Octets Dek, Octets KicCheckValue, Octets KidCheckValue, Octets DekCheckValue);
