using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Crypto;

namespace Tsm.Security.Keys;

/// <summary>Keys on their way to a card: ciphered under a DEK, as PUT KEY carries them.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.8.2.3, Amd D §7.2. The DEK is that of the channel (<see cref="Channels.SecureChannel.Dek"/>), or of the SCP80
/// key set that protects the packet (TS 102 226 §8.2.1.5). An AES DEK ciphers in CBC from zeros, a triple DES one in ECB.
/// </remarks>
public static class KeyTransport
{
    private const int LongestPadded = 48;

    /// <summary>Ciphers a key and puts its check value beside it.</summary>
    /// <param name="key">The new key.</param>
    /// <param name="dek">The key it travels under.</param>
    /// <param name="options">What the card takes.</param>
    /// <param name="cmacLength">4 or 8 for the KID key of an AES key set of SCP80 (its length of CC); null for all others.</param>
    /// <returns>The key's part of PUT KEY.</returns>
    public static KeyData Protect(KeyMaterial key, KeyMaterial dek, KeyTransportOptions options, int? cmacLength = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(dek);
        ArgumentNullException.ThrowIfNull(options);
        int blockSize = dek.Cipher.BlockSize;
        byte[] block = new byte[(key.Length + blockSize - 1) / blockSize * blockSize];
        key.Expose(block, static (secret, to) =>
        {
            secret.CopyTo(to);
            return true;
        });
        dek.Cipher.Transform(Mode(dek, options, encrypts: true), block);
        KeyBlockLayout layout = options.PskTls ? KeyBlockLayout.LengthAlways : options.Layout;
        Octets value = KeyBlock.Compose(Octets.Own(block), key.Length, layout, cmacLength).ToOctets();
        return KeyData.Of(TypeOf(key, options), value, CheckValue(key, options));
    }

    /// <summary>Ciphers a key for STORE DATA: the road to a new security domain through its parent.</summary>
    /// <param name="key">The new key.</param>
    /// <param name="dek">The key it travels under, that of the parent's key set that protects the packet.</param>
    /// <param name="keyVersion">The key version number it gets, 1 to 127.</param>
    /// <param name="keyId">Its key identifier: 1 KIc, 2 KID, 3 DEK.</param>
    /// <returns>The data groups; those of all keys of the version go into one STORE DATA.</returns>
    public static KeyDataGroups ProtectInGroups(KeyMaterial key, KeyMaterial dek, int keyVersion, int keyId)
    {
        ArgumentNullException.ThrowIfNull(dek);
        KeyData data = Protect(key, dek, KeyTransportOptions.ForAes);
        KeyComponent component = data.Components[0];
        _ = KeyBlock.TryParse(component.Block.Span, dek.Cipher.BlockSize, out KeyBlock block, out _);
        return KeyDataGroups.Of(keyVersion, keyId, component.Type, key.Length, block.Ciphered, data.CheckValue);
    }

    /// <summary>Deciphers a key as the card does; false when it is malformed or its check value does not fit.</summary>
    /// <param name="data">The key's part of PUT KEY.</param>
    /// <param name="dek">The key it travels under.</param>
    /// <param name="options">What the card takes; the layout is found out.</param>
    /// <param name="key">The key, which the caller disposes.</param>
    /// <param name="cmacLength">The length of CC that came with it, if one did.</param>
    public static bool TryOpen(KeyData data, KeyMaterial dek, KeyTransportOptions options, [NotNullWhen(true)] out KeyMaterial? key, out int? cmacLength)
    {
        ArgumentNullException.ThrowIfNull(dek);
        ArgumentNullException.ThrowIfNull(options);
        key = null;
        cmacLength = null;
        if (data.Components is not [{ } component]
            || AlgorithmOf(component.Type, options) is not { } algorithm
            || !KeyBlock.TryParse(component.Block.Span, dek.Cipher.BlockSize, out KeyBlock block, out _))
        {
            return false;
        }

        int length = block.ClearLength ?? block.Ciphered.Length;
        bool single = algorithm == KeyAlgorithm.TripleDes && length == 8;
        if (block.Ciphered.Length > LongestPadded || (algorithm == KeyAlgorithm.Aes ? length is not (16 or 24 or 32) : length is not (8 or 16 or 24)))
        {
            return false;
        }

        Span<byte> clear = stackalloc byte[LongestPadded];
        clear = clear[..block.Ciphered.Length];
        try
        {
            block.Ciphered.Span.CopyTo(clear);
            dek.Cipher.Transform(Mode(dek, options, encrypts: false), clear);
            key = KeyMaterial.From(clear[..length], single ? KeyAlgorithm.Des : algorithm);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }

        cmacLength = block.CmacLength;
        if (data.CheckValue.IsEmpty || CryptographicOperations.FixedTimeEquals(CheckValue(key, options).Span, data.CheckValue.Span))
        {
            return true;
        }

        key.Dispose();
        key = null;
        return false;
    }

    private static BlockMode Mode(KeyMaterial dek, KeyTransportOptions options, bool encrypts) =>
        dek.Algorithm == KeyAlgorithm.Aes || options.Chained
            ? encrypts ? BlockMode.CbcEncrypt : BlockMode.CbcDecrypt
            : encrypts ? BlockMode.EcbEncrypt : BlockMode.EcbDecrypt;

    private static KeyType TypeOf(KeyMaterial key, KeyTransportOptions options) =>
        options.PskTls ? KeyType.PskTls : key.Algorithm == KeyAlgorithm.Aes ? KeyType.Aes : KeyType.Des;

    private static KeyAlgorithm? AlgorithmOf(KeyType type, KeyTransportOptions options) => type.Value switch
    {
        0x88 => KeyAlgorithm.Aes,
        0x85 when options.PskTls => KeyAlgorithm.Aes,
        >= 0x80 and <= 0x84 => KeyAlgorithm.TripleDes,
        _ => null,
    };

    private static Octets CheckValue(KeyMaterial key, KeyTransportOptions options) =>
        options.PskTls ? PskCheckValue.Compute(key) : key.CheckValue;
}

/// <summary>How keys travel to a card.</summary>
/// <param name="Layout">How the value of a key stands in the command; a property of the card model.</param>
/// <param name="Chained">Whether a triple DES DEK ciphers in CBC from zeros, as over SCP81, instead of ECB.</param>
/// <param name="PskTls">Whether the key is a pre-shared key of TLS, held as an AES key: other type, always a length, other check value.</param>
public sealed record KeyTransportOptions(KeyBlockLayout Layout = KeyBlockLayout.LengthAlways, bool Chained = false, bool PskTls = false)
{
    /// <summary>For AES keys: with the clear length always (Amd D §7.2).</summary>
    public static KeyTransportOptions ForAes { get; } = new();

    /// <summary>For triple DES keys, as practice has it: without clear length.</summary>
    public static KeyTransportOptions ForTripleDes { get; } = new(KeyBlockLayout.LengthWhenPadded);
}
