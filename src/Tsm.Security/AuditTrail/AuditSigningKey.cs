using System.Diagnostics;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.AuditTrail;

/// <summary>The private key that heads are signed with: usable, never readable, zeroed when disposed.</summary>
/// <remarks>Prints the id of its public key. Members may be called from several threads at once.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AuditSigningKey : IDisposable
{
    /// <summary>The length of the private scalar, in octets.</summary>
    public const int Size = 32;

    private readonly ECDsa _ecdsa;

    private AuditSigningKey(VaultKey scalar, ECDsa ecdsa)
    {
        Scalar = scalar;
        _ecdsa = ecdsa;
        Public = AuditPublicKey.TryRead(ecdsa.ExportSubjectPublicKeyInfo(), out AuditPublicKey? key)
            ? key
            : throw new UnreachableException("What was exported is a key of P-256.");
    }

    /// <summary>What the signatures are verified with.</summary>
    public AuditPublicKey Public { get; }

    /// <summary>The private scalar, for wrapping alone; it lies in memory like the key of a vault.</summary>
    internal VaultKey Scalar { get; }

    /// <summary>
    /// Whether the octets are a private scalar of P-256: 32, not zero, below the order of the curve. One in 2^32 random strings is not.
    /// </summary>
    public static bool IsScalar(ReadOnlySpan<byte> octets) =>
        octets.Length == Size && octets.SequenceCompareTo(Order) < 0 && octets.ContainsAnyExcept((byte)0);

    /// <summary>Copies a private scalar into a key; the caller clears its own copy.</summary>
    /// <param name="scalar">32 random octets, big-endian.</param>
    /// <exception cref="ArgumentException">It is none, see <see cref="IsScalar"/>.</exception>
    public static AuditSigningKey From(ReadOnlySpan<byte> scalar)
    {
        if (!IsScalar(scalar))
        {
            throw new ArgumentException($"A private key of P-256 is a number of {Size} octets from 1 to the order of the curve.", nameof(scalar));
        }

        byte[] copy = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
        scalar.CopyTo(copy);
        try
        {
            ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = copy });
            return new(VaultKey.From(copy), ecdsa);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>Signs the end of a chain.</summary>
    /// <param name="at">The time of signing; milliseconds are kept.</param>
    public AuditHead Sign(string tenant, long number, long position, Octets hash, DateTimeOffset at)
    {
        var head = new AuditHead(
            tenant, number, position, hash, DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()), Public.Id, Octets.Empty);
        lock (_ecdsa)
        {
            return head with
            {
                Signature = Octets.Own(_ecdsa.SignData(head.Content(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Public.Id;

    /// <summary>Overwrites the private scalar.</summary>
    public void Dispose()
    {
        _ecdsa.Dispose();
        Scalar.Dispose();
    }

    /// <summary>FIPS 186-4 §D.1.2.3: n.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
}
