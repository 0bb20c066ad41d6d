using System.Diagnostics;
using System.Security.Cryptography;

namespace Tsm.Security.Keys;

/// <summary>A key that other keys rest under: the vault's own, or that of a tenant.</summary>
/// <remarks>AES-256. Prints its key check value only; zeroed when disposed.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class VaultKey : IDisposable
{
    /// <summary>The length of the key, in octets.</summary>
    public const int Size = 32;

    private VaultKey(KeyMaterial key) => Key = key;

    /// <summary>The key itself.</summary>
    internal KeyMaterial Key { get; }

    /// <summary>Copies <paramref name="octets"/> into a vault key; the caller clears its own copy.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 octets.</exception>
    public static VaultKey From(ReadOnlySpan<byte> octets) => octets.Length == Size
        ? new(KeyMaterial.From(octets, KeyAlgorithm.Aes))
        : throw new ArgumentException($"A vault key has {Size} octets.", nameof(octets));

    /// <summary>The key check value in hexadecimal.</summary>
    public override string ToString() => Key.ToString();

    /// <summary>Overwrites the key with zeros.</summary>
    public void Dispose() => Key.Dispose();

    /// <summary>Enciphers <paramref name="secret"/>.</summary>
    internal void Seal(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> secret, Span<byte> sealedSecret, Span<byte> tag, byte[] context)
    {
        using AesGcm gcm = CreateGcm(tag.Length);
        gcm.Encrypt(nonce, secret, sealedSecret, tag, context);
    }

    /// <summary>Deciphers into <paramref name="secret"/>; false, and nothing but zeros, when the tag does not hold.</summary>
    internal bool TryOpen(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedSecret, ReadOnlySpan<byte> tag, Span<byte> secret, byte[] context)
    {
        using AesGcm gcm = CreateGcm(tag.Length);
        try
        {
            gcm.Decrypt(nonce, sealedSecret, tag, secret, context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            secret.Clear();
            return false;
        }
    }

    private AesGcm CreateGcm(int tagLength) => Key.Expose(tagLength, static (secret, size) => new AesGcm(secret, size));
}
