using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Security.Channels;
using Tsm.Security.Crypto;

namespace Tsm.Security.Keys;

/// <summary>Derives the static keys of a card from a master key and the card's diversification data.</summary>
/// <remarks>
/// The data are the first ten octets of the answer to INITIALIZE UPDATE. Keys of SCP80 are derived in the ways of each
/// maker, which are not here.
/// </remarks>
public static class KeyDiversification
{
    /// <summary>The length of diversification data, in octets.</summary>
    public const int DataLength = 10;

    private const int BlockLength = 16;
    private const int LongestKey = 32;

    /// <summary>Derives the three keys of a version.</summary>
    /// <param name="master">Triple DES with 16 octets, or AES for KDF3.</param>
    /// <param name="scheme">How they are derived.</param>
    /// <param name="data">The card's diversification data, 10 octets.</param>
    /// <param name="version">The key version number the set gets.</param>
    /// <exception cref="ArgumentException">The master key does not fit the scheme, or the data have another length.</exception>
    public static ChannelKeys Derive(KeyMaterial master, DiversificationScheme scheme, ReadOnlySpan<byte> data, int version) => new(
        version, Derive(master, scheme, data, KeyPurpose.Encryption), Derive(master, scheme, data, KeyPurpose.Mac), Derive(master, scheme, data, KeyPurpose.Dek));

    /// <summary>Derives one key.</summary>
    /// <inheritdoc cref="Derive(KeyMaterial, DiversificationScheme, ReadOnlySpan{byte}, int)"/>
    public static KeyMaterial Derive(KeyMaterial master, DiversificationScheme scheme, ReadOnlySpan<byte> data, KeyPurpose purpose)
    {
        ArgumentNullException.ThrowIfNull(master);
        bool fits = scheme == DiversificationScheme.Kdf3
            ? master.Algorithm == KeyAlgorithm.Aes
            : master is { Algorithm: KeyAlgorithm.TripleDes, Length: BlockLength };
        if (!fits || data.Length != DataLength)
        {
            throw new ArgumentException(
                "EMV CPS and VISA take a triple DES key of 16 octets, KDF3 an AES key, and all of them 10 octets of data.", nameof(master));
        }

        Span<byte> key = stackalloc byte[LongestKey];
        key = key[..master.Length];
        try
        {
            if (scheme == DiversificationScheme.Kdf3)
            {
                DeriveAes(master, data, purpose, key);
            }
            else
            {
                WriteBlock(scheme, data, purpose, key);
                master.Cipher.Transform(BlockMode.EcbEncrypt, key);
            }

            return KeyMaterial.From(key, master.Algorithm);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void WriteBlock(DiversificationScheme scheme, ReadOnlySpan<byte> data, KeyPurpose purpose, Span<byte> block)
    {
        //  six octets of the data | F0 | purpose | the same six | 0F | purpose
        byte[] chosen = scheme switch
        {
            DiversificationScheme.EmvCps => data[4..].ToArray(),
            DiversificationScheme.Visa2 => [.. data[..2], .. data[4..8]],
            DiversificationScheme.Visa1 => [.. data[..4], .. data[8..]],
            _ => throw new ArgumentOutOfRangeException(nameof(scheme)),
        };
        var writer = new OctetWriter(block);
        foreach (byte mark in (ReadOnlySpan<byte>)[0xF0, 0x0F])
        {
            writer.Write(chosen);
            writer.WriteByte(mark);
            writer.WriteByte((byte)purpose);
        }
    }

    private static void DeriveAes(KeyMaterial master, ReadOnlySpan<byte> data, KeyPurpose purpose, Span<byte> key)
    {
        //  counter 1 | 00 00 00 | purpose 1 | 00 | data 10
        Span<byte> input = [0, 0, 0, 0, (byte)purpose, 0, .. data];
        while (!key.IsEmpty)
        {
            input[0]++;
            Span<byte> block = key[..Math.Min(AesCmac.Size, key.Length)];
            AesCmac.Compute(master, input, block);
            key = key[block.Length..];
        }
    }
}

/// <summary>The ways in which the keys of a card are derived from a master key.</summary>
public enum DiversificationScheme
{
    /// <summary>EMV CPS 1.1: the last six octets of the data, triple DES.</summary>
    EmvCps,

    /// <summary>VISA2: octets 1, 2 and 5 to 8, triple DES.</summary>
    Visa2,

    /// <summary>VISA1: octets 1 to 4, 9 and 10, triple DES.</summary>
    Visa1,

    /// <summary>KDF3: all octets, AES-CMAC in counter mode.</summary>
    Kdf3,
}

/// <summary>What a static key of a secure channel is for; the values are the key identifiers.</summary>
/// <remarks>GPCS 2.3.1 annex E, Amd D §6.</remarks>
public enum KeyPurpose
{
    /// <summary>K-ENC.</summary>
    Encryption = 1,

    /// <summary>K-MAC.</summary>
    Mac = 2,

    /// <summary>K-DEK.</summary>
    Dek = 3,
}
