using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Hpke;

/// <summary>A key set on its way to whoever is to hold it from then on, such as the provider of a security domain.</summary>
/// <remarks>The plaintext is each key after its length in one octet: KIc, KID, DEK; a length of zero stands for a key that there is not.</remarks>
public static class SealedKeySet
{
    /// <summary>Seals the keys for the holder of a private key.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="recipient">His public key: 65 octets, an uncompressed point of P-256.</param>
    /// <param name="info">What it is for; both sides must say the same.</param>
    /// <param name="associated">Where the keys belong: card, domain, version.</param>
    /// <exception cref="ArgumentException">The public key is no point of P-256.</exception>
    public static HpkeEnvelope Seal(KeySet keys, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated)
    {
        ArgumentNullException.ThrowIfNull(keys);
        byte[] plain = new byte[3 + keys.Kic.Length + keys.Kid.Length + (keys.Dek?.Length ?? 0)];
        try
        {
            int offset = Put(keys.Kic, plain, 0);
            offset = Put(keys.Kid, plain, offset);
            Put(keys.Dek, plain, offset);
            return HpkeEnvelope.Seal(recipient, info, associated, plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static int Put(KeyMaterial? key, byte[] plain, int offset)
    {
        plain[offset] = (byte)(key?.Length ?? 0);
        return key?.Expose((plain, offset: offset + 1), static (secret, to) =>
        {
            secret.CopyTo(to.plain.AsSpan(to.offset));
            return to.offset + secret.Length;
        }) ?? offset + 1;
    }
}
