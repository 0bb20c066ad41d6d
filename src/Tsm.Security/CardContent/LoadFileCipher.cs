using Tsm.Card.Encoding;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Security.CardContent;

/// <summary>Ciphers load file data blocks, so that only the card can read them.</summary>
/// <remarks>GPCS 2.3.1 annex C: CBC, padded with 80 and zeros. The hash is taken of the clear data block.</remarks>
public static class LoadFileCipher
{
    /// <summary>Ciphers a data block.</summary>
    /// <param name="dataBlock">The clear data block, the value of C4.</param>
    /// <param name="key">Triple DES or AES.</param>
    /// <param name="initialValue">A block of random octets, which travels beside it; nothing for zeros.</param>
    /// <returns>The value of D4.</returns>
    /// <exception cref="ArgumentException">The initial value is not one block.</exception>
    public static Octets Encipher(Octets dataBlock, KeyMaterial key, Octets initialValue = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        Demand(key, initialValue);
        byte[] blocks = MarkedPadding.Add(dataBlock.Span, key.Cipher.BlockSize);
        Add(blocks, initialValue);
        key.Cipher.Transform(BlockMode.CbcEncrypt, blocks);
        return Octets.Own(blocks);
    }

    /// <summary>Deciphers a data block as the card does; false when nothing with right padding comes out.</summary>
    /// <inheritdoc cref="Encipher"/>
    public static bool TryDecipher(Octets ciphered, KeyMaterial key, Octets initialValue, out Octets dataBlock)
    {
        ArgumentNullException.ThrowIfNull(key);
        Demand(key, initialValue);
        dataBlock = default;
        if (ciphered.IsEmpty || ciphered.Length % key.Cipher.BlockSize != 0)
        {
            return false;
        }

        byte[] blocks = ciphered.ToArray();
        key.Cipher.Transform(BlockMode.CbcDecrypt, blocks);
        Add(blocks, initialValue);
        int length = MarkedPadding.ClearLength(blocks);
        dataBlock = length < 0 ? default : Octets.Copy(blocks.AsSpan(0, length));
        return length >= 0;
    }

    private static void Demand(KeyMaterial key, Octets initialValue)
    {
        if (!initialValue.IsEmpty && initialValue.Length != key.Cipher.BlockSize)
        {
            throw new ArgumentException($"An initial value has {key.Cipher.BlockSize} octets.", nameof(initialValue));
        }
    }

    private static void Add(Span<byte> blocks, Octets initialValue)
    {
        for (int i = 0; i < initialValue.Length; i++)
        {
            blocks[i] ^= initialValue[i];
        }
    }
}
