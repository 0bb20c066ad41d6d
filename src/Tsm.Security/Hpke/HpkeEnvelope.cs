using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tsm.Card.Encoding;

namespace Tsm.Security.Hpke;

/// <summary>Data sealed for one recipient, such as credentials for a phone: nobody on the way can read or change it.</summary>
/// <remarks>
/// RFC 9180, mode base: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, one message a key. WebCrypto, Android Keystore and the
/// Secure Enclave can open it. It does not say who sealed it: that is for the channel it comes by.
/// </remarks>
/// <param name="Encapsulated">The sender's ephemeral public key, an uncompressed point of 65 octets.</param>
/// <param name="Ciphertext">The data, ciphered, and the tag of 16 octets.</param>
public sealed record HpkeEnvelope(Octets Encapsulated, Octets Ciphertext)
{
    /// <summary>The length of a public key: 04, x and y.</summary>
    public const int PublicKeyLength = 1 + 2 * CoordinateLength;

    private const int CoordinateLength = 32;
    private const int HashLength = 32;
    private const int KeyLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const byte Uncompressed = 0x04;
    private const byte ModeBase = 0x00;

    //  KEM 0010: DHKEM(P-256, HKDF-SHA256)     KDF 0001: HKDF-SHA256     AEAD 0001: AES-128-GCM
    private static ReadOnlySpan<byte> KemSuite => [(byte)'K', (byte)'E', (byte)'M', 0x00, 0x10];

    private static ReadOnlySpan<byte> HpkeSuite => [(byte)'H', (byte)'P', (byte)'K', (byte)'E', 0x00, 0x10, 0x00, 0x01, 0x00, 0x01];

    /// <summary>Seals data for the holder of a private key.</summary>
    /// <param name="recipient">His public key: 65 octets, a point of P-256.</param>
    /// <param name="info">What it is for; both sides must say the same.</param>
    /// <param name="associated">Octets that travel beside it in the clear and must not be changed.</param>
    /// <param name="data">The data.</param>
    /// <exception cref="ArgumentException">The public key is no point of P-256.</exception>
    public static HpkeEnvelope Seal(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> data)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Seal(ephemeral, recipient, info, associated, data);
    }

    /// <summary>Opens it.</summary>
    /// <param name="recipient">The private key, of P-256.</param>
    /// <param name="info">As it was sealed with.</param>
    /// <param name="associated">As it was sealed with.</param>
    /// <param name="data">The data; null unless it was sealed for this key, with these octets, and not changed since.</param>
    public bool TryOpen(ECDiffieHellman recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, out byte[]? data)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        data = null;
        if (Ciphertext.Length < TagLength || !TryReadPublicKey(Encapsulated.Span, out ECDiffieHellman? sender))
        {
            return false;
        }

        using (sender)
        {
            byte[] shared = SharedSecret(recipient, sender!, Encapsulated.Span, PublicKeyOf(recipient));
            byte[] opened = new byte[Ciphertext.Length - TagLength];
            try
            {
                using AesGcm cipher = KeySchedule(shared, info, out byte[] nonce);
                cipher.Decrypt(nonce, Ciphertext.Span[..^TagLength], Ciphertext.Span[^TagLength..], opened, associated);
                data = opened;
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(shared);
            }
        }
    }

    /// <summary>The public key that belongs to a private one: 65 octets.</summary>
    public static byte[] PublicKeyOf(ECDiffieHellman key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        return [Uncompressed, .. parameters.Q.X!, .. parameters.Q.Y!];
    }

    /// <summary>As the public one, with an ephemeral key that a known answer gives.</summary>
    internal static HpkeEnvelope Seal(
        ECDiffieHellman ephemeral, ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> data)
    {
        if (!TryReadPublicKey(recipient, out ECDiffieHellman? receiver))
        {
            throw new ArgumentException("The recipient's public key is no uncompressed point of P-256.", nameof(recipient));
        }

        using (receiver)
        {
            byte[] encapsulated = PublicKeyOf(ephemeral);
            byte[] shared = SharedSecret(ephemeral, receiver!, encapsulated, recipient);
            try
            {
                using AesGcm cipher = KeySchedule(shared, info, out byte[] nonce);
                byte[] sealedData = new byte[data.Length + TagLength];
                cipher.Encrypt(nonce, data, sealedData.AsSpan(0, data.Length), sealedData.AsSpan(data.Length), associated);
                return new(Octets.Own(encapsulated), Octets.Own(sealedData));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(shared);
            }
        }
    }

    private static bool TryReadPublicKey(ReadOnlySpan<byte> octets, out ECDiffieHellman? key)
    {
        key = null;
        if (octets.Length != PublicKeyLength || octets[0] != Uncompressed)
        {
            return false;
        }

        try
        {
            key = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new() { X = octets[1..(1 + CoordinateLength)].ToArray(), Y = octets[(1 + CoordinateLength)..].ToArray() },
            });
            return true;
        }
        catch (CryptographicException)
        {
            // Not a point of the curve.
            return false;
        }
    }

    /// <summary>RFC 9180 §4.1: ExtractAndExpand over the shared x-coordinate and both public keys.</summary>
    private static byte[] SharedSecret(ECDiffieHellman own, ECDiffieHellman other, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipient)
    {
        using ECDiffieHellmanPublicKey otherPublic = other.PublicKey;
        byte[] agreed = own.DeriveRawSecretAgreement(otherPublic);
        byte[] pseudoRandom = Extract(KemSuite, default, "eae_prk", agreed);
        try
        {
            return Expand(KemSuite, pseudoRandom, "shared_secret", [.. encapsulated, .. recipient], HashLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreed);
            CryptographicOperations.ZeroMemory(pseudoRandom);
        }
    }

    /// <summary>RFC 9180 §5.1 without a PSK; the nonce is that of the first message, for there is no second.</summary>
    private static AesGcm KeySchedule(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> info, out byte[] nonce)
    {
        byte[] context = [ModeBase, .. Extract(HpkeSuite, default, "psk_id_hash", default), .. Extract(HpkeSuite, default, "info_hash", info)];
        byte[] secret = Extract(HpkeSuite, shared, "secret", default);
        byte[] key = Expand(HpkeSuite, secret, "key", context, KeyLength);
        try
        {
            nonce = Expand(HpkeSuite, secret, "base_nonce", context, NonceLength);
            return new(key, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Extract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, string label, ReadOnlySpan<byte> material)
    {
        byte[] prk = new byte[HashLength], labelled = [.. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. material];
        HKDF.Extract(HashAlgorithmName.SHA256, labelled, salt, prk);
        CryptographicOperations.ZeroMemory(labelled);
        return prk;
    }

    private static byte[] Expand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> secret, string label, ReadOnlySpan<byte> info, int length)
    {
        Span<byte> lengthOctets = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(lengthOctets, (ushort)length);
        byte[] output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, [.. lengthOctets, .. "HPKE-v1"u8, .. suite, .. Encoding.ASCII.GetBytes(label), .. info]);
        return output;
    }
}
