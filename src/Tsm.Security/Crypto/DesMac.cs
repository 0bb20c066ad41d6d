using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>The CBC-MAC of DES and triple DES key sets: the last block of CBC, every block with the whole cipher.</summary>
/// <remarks>
/// TS 102 225 §5.1.3.1; FIPS 113 for single DES. This is not the retail MAC of ISO 9797-1 algorithm 3. An incomplete last
/// block is filled with zeros, which are neither sent nor counted.
/// </remarks>
public static class DesMac
{
    /// <summary>The length of the checksum, in octets.</summary>
    public const int Size = 8;

    /// <summary>Writes the checksum of <paramref name="message"/>.</summary>
    /// <param name="key">A DES or triple DES key.</param>
    /// <param name="message">At least one octet.</param>
    /// <param name="destination">Exactly 8 octets.</param>
    /// <exception cref="ArgumentException">The key is for AES, the message empty, or the destination of another length.</exception>
    public static void Compute(KeyMaterial key, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Algorithm == KeyAlgorithm.Aes || message.IsEmpty || destination.Length != Size)
        {
            throw new ArgumentException("A DES MAC takes a DES key and some octets, and yields 8.", nameof(key));
        }

        int before = (message.Length - 1) / Size * Size;
        Span<byte> last = stackalloc byte[Size];
        last.Clear();
        message[before..].CopyTo(last);
        key.Cipher.Chain(message[..before], last, destination);
    }
}
