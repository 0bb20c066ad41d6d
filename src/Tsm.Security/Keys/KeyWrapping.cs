using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Security.AuditTrail;

namespace Tsm.Security.Keys;

/// <summary>Keys at rest: AES-256-GCM under a vault key, so that clear octets never leave this library.</summary>
/// <remarks>
/// The associated data names the place the key belongs to (tenant, card, version); a wrapped key moved to another
/// place does not open there. Refusals carry no detail.
/// </remarks>
public static class KeyWrapping
{
    /// <summary>The length of the nonce, in octets; a nonce is used once under one vault key.</summary>
    public const int NonceLength = 12;

    //  format 1 | kind 1 | nonce 12 | enciphered key n | tag 16       format and kind are authenticated too
    private const byte Format = 1;
    private const byte VaultKind = 0x80;
    private const byte SigningKind = 0x81;
    private const byte DataKind = 0x82;
    private const int HeadLength = 2;
    private const int TagLength = 16;
    private const int Overhead = HeadLength + NonceLength + TagLength;

    /// <summary>How much longer sealed data are than in the clear, in octets.</summary>
    public const int SealOverhead = Overhead;

    /// <summary>Wraps a key of a card.</summary>
    /// <param name="key">The key.</param>
    /// <param name="vault">The key it rests under.</param>
    /// <param name="nonce">12 octets, never used before under <paramref name="vault"/>.</param>
    /// <param name="associatedData">The place the key belongs to; the same octets are needed to unwrap.</param>
    /// <returns>The key with 30 octets around it.</returns>
    /// <exception cref="ArgumentException">The nonce has another length.</exception>
    public static Octets Wrap(KeyMaterial key, VaultKey vault, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Wrap(key, (byte)key.Algorithm, vault, nonce, associatedData);
    }

    /// <summary>Wraps the key of a tenant.</summary>
    /// <inheritdoc cref="Wrap(KeyMaterial, VaultKey, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static Octets Wrap(VaultKey key, VaultKey vault, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Wrap(key.Key, VaultKind, vault, nonce, associatedData);
    }

    /// <summary>Wraps the key that signs an audit trail.</summary>
    /// <inheritdoc cref="Wrap(KeyMaterial, VaultKey, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static Octets Wrap(AuditSigningKey key, VaultKey vault, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Wrap(key.Scalar.Key, SigningKind, vault, nonce, associatedData);
    }

    /// <summary>Unwraps a key of a card; false when it was altered, belongs to another place or to another vault key.</summary>
    public static bool TryUnwrap(
        Octets wrapped, VaultKey vault, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out KeyMaterial? key)
    {
        key = wrapped.Length > HeadLength && wrapped[1] != VaultKind && Enum.IsDefined((KeyAlgorithm)wrapped[1])
            ? Unwrap(wrapped, (KeyAlgorithm)wrapped[1], vault, associatedData)
            : null;
        return key is not null;
    }

    /// <summary>Unwraps the key of a tenant; false when it was altered, belongs to another place or to another vault key.</summary>
    public static bool TryUnwrap(
        Octets wrapped, VaultKey vault, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out VaultKey? key)
    {
        using KeyMaterial? material = wrapped.Length == Overhead + VaultKey.Size && wrapped[1] == VaultKind
            ? Unwrap(wrapped, KeyAlgorithm.Aes, vault, associatedData)
            : null;
        key = material?.Expose(0, static (secret, _) => VaultKey.From(secret));
        return key is not null;
    }

    /// <summary>Unwraps the key that signs an audit trail; false when it was altered, belongs to another place or to another vault key.</summary>
    public static bool TryUnwrap(
        Octets wrapped, VaultKey vault, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out AuditSigningKey? key)
    {
        using KeyMaterial? material = wrapped.Length == Overhead + AuditSigningKey.Size && wrapped[1] == SigningKind
            ? Unwrap(wrapped, KeyAlgorithm.Aes, vault, associatedData)
            : null;
        key = material?.Expose(0, static (secret, _) => AuditSigningKey.From(secret));
        return key is not null;
    }

    /// <summary>Seals data that are secret and no key of ours, such as what personalises an application.</summary>
    /// <inheritdoc cref="Wrap(KeyMaterial, VaultKey, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static Octets Seal(ReadOnlySpan<byte> data, VaultKey vault, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(vault);
        byte[] wrapped = Head(DataKind, nonce, data.Length);
        Span<byte> body = wrapped.AsSpan(HeadLength);
        vault.Seal(body[..NonceLength], data, body.Slice(NonceLength, data.Length), body[^TagLength..], [Format, DataKind, .. associatedData]);
        return Octets.Own(wrapped);
    }

    /// <summary>Opens what was sealed; false when it was altered, belongs to another place or to another vault key.</summary>
    /// <param name="data">The data, which the caller overwrites after use.</param>
    public static bool TryUnseal(
        Octets wrapped, VaultKey vault, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out byte[]? data)
    {
        ArgumentNullException.ThrowIfNull(vault);
        data = null;
        if (wrapped.Length < Overhead || wrapped[0] != Format || wrapped[1] != DataKind)
        {
            return false;
        }

        ReadOnlySpan<byte> body = wrapped.Span[HeadLength..];
        byte[] opened = new byte[wrapped.Length - Overhead];
        if (!vault.TryOpen(body[..NonceLength], body[NonceLength..^TagLength], body[^TagLength..], opened, [Format, DataKind, .. associatedData]))
        {
            return false;
        }

        data = opened;
        return true;
    }

    private static byte[] Head(byte kind, ReadOnlySpan<byte> nonce, int length)
    {
        if (nonce.Length != NonceLength)
        {
            throw new ArgumentException($"A nonce has {NonceLength} octets.", nameof(nonce));
        }

        byte[] wrapped = new byte[Overhead + length];
        wrapped[0] = Format;
        wrapped[1] = kind;
        nonce.CopyTo(wrapped.AsSpan(HeadLength));
        return wrapped;
    }

    private static Octets Wrap(KeyMaterial key, byte kind, VaultKey vault, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(vault);
        byte[] wrapped = Head(kind, nonce, key.Length);
        byte[] context = [Format, kind, .. associatedData];
        key.Expose((vault, wrapped, context), static (secret, to) =>
        {
            Span<byte> body = to.wrapped.AsSpan(HeadLength);
            to.vault.Seal(body[..NonceLength], secret, body.Slice(NonceLength, secret.Length), body[^TagLength..], to.context);
            return true;
        });
        return Octets.Own(wrapped);
    }

    private static KeyMaterial? Unwrap(Octets wrapped, KeyAlgorithm algorithm, VaultKey vault, ReadOnlySpan<byte> associatedData)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (!KeyMaterial.LengthsOf(algorithm).Contains(wrapped.Length - Overhead) || wrapped[0] != Format)
        {
            return null;
        }

        ReadOnlySpan<byte> body = wrapped.Span[HeadLength..];
        Span<byte> secret = stackalloc byte[wrapped.Length - Overhead];
        try
        {
            byte[] context = [Format, wrapped[1], .. associatedData];
            return vault.TryOpen(body[..NonceLength], body[NonceLength..^TagLength], body[^TagLength..], secret, context)
                ? KeyMaterial.From(secret, algorithm)
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
