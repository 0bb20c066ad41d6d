using System.Runtime.Intrinsics;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>AES-CMAC, the cryptographic checksum of AES key sets.</summary>
/// <remarks>RFC 4493, the same as NIST SP 800-38B. The BCL has none.</remarks>
public static class AesCmac
{
    /// <summary>The length of a whole checksum, in octets.</summary>
    public const int Size = 16;

    private const byte Reduction = 0x87;

    /// <summary>Writes the leftmost octets of the checksum, as many as <paramref name="destination"/> takes.</summary>
    /// <param name="key">An AES key.</param>
    /// <param name="message">Any octets, also none; never padded beforehand.</param>
    /// <param name="destination">1 to 16 octets; TS 102 225 §5.1.3.1 uses 4 or 8.</param>
    /// <exception cref="ArgumentException">The key is not for AES, or the destination is empty or too long.</exception>
    public static void Compute(KeyMaterial key, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Algorithm != KeyAlgorithm.Aes || destination.Length is 0 or > Size)
        {
            throw new ArgumentException("AES-CMAC takes an AES key and yields 1 to 16 octets.", nameof(key));
        }

        //  RFC 4493 §2.4: the last block is whole, and K1 is added, or it is padded with 80 00.., and K2 is added.
        bool whole = !message.IsEmpty && message.Length % Size == 0;
        int before = whole ? message.Length - Size : message.Length - message.Length % Size;
        Span<byte> last = stackalloc byte[Size];
        last.Clear();
        message[before..].CopyTo(last);
        if (!whole)
        {
            last[message.Length - before] = 0x80;
        }

        ReadOnlySpan<byte> subkeys = key.Cipher.Subkeys();
        (Vector128.Create<byte>(last) ^ Vector128.Create(whole ? subkeys[..Size] : subkeys[Size..])).CopyTo(last);
        Span<byte> mac = stackalloc byte[Size];
        key.Cipher.Chain(message[..before], last, mac);
        mac[..destination.Length].CopyTo(destination);
    }

    /// <summary>Multiplies by x in GF(2^128) (RFC 4493 §2.3).</summary>
    internal static void Double(Span<byte> block)
    {
        int carry = block[0] >> 7;
        for (int i = 0; i < Size - 1; i++)
        {
            block[i] = (byte)(block[i] << 1 & 0xFF | block[i + 1] >> 7);
        }

        // Without a branch on the key: carry is 0 or 1.
        block[Size - 1] = (byte)(block[Size - 1] << 1 & 0xFF ^ carry * Reduction);
    }
}
