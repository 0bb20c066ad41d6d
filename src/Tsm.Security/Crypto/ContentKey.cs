using System.Diagnostics;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>A key that signs or verifies card content: tokens, receipts and DAP blocks.</summary>
/// <remarks>GPCS 2.3.1 §B.1 to §B.4 and §C. It prints its algorithm only, and owns what it was made of.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public abstract class ContentKey : IDisposable
{
    private const int Sha1KeySize = 1024;

    private protected ContentKey(SignatureBits algorithm) => Algorithm = algorithm;

    /// <summary>The algorithm, as card capability information names it.</summary>
    public SignatureBits Algorithm { get; }

    /// <summary>A key of AES for a CMAC of 16 octets, or one of triple DES with 16 octets for a MAC of 8.</summary>
    /// <exception cref="ArgumentException">A key of another kind.</exception>
    public static ContentKey From(KeyMaterial key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Algorithm == KeyAlgorithm.Aes ? new CmacKey(key) : new RetailKey(key);
    }

    /// <summary>A key of RSA: with 1024 bits for PKCS#1 v1.5 and SHA-1, with more for PSS and SHA-256.</summary>
    /// <param name="key">The key; the private part is needed to sign only.</param>
    /// <exception cref="ArgumentException">It has less than 1024 bits.</exception>
    public static ContentKey From(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.KeySize >= Sha1KeySize
            ? new RsaKey(key, key.KeySize == Sha1KeySize)
            : throw new ArgumentException("A key of RSA has 1024 bits or more.", nameof(key));
    }

    /// <summary>A key of an elliptic curve with 256, 384, 512 or 521 bits.</summary>
    /// <param name="key">The key; the private part is needed to sign only.</param>
    /// <exception cref="ArgumentException">A curve of another size.</exception>
    public static ContentKey From(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);

        // §B.4: the hash is as long as the curve is strong.
        return key.KeySize switch
        {
            256 => new EllipticKey(key, SignatureBits.Ecdsa256, HashAlgorithmName.SHA256),
            384 => new EllipticKey(key, SignatureBits.Ecdsa384, HashAlgorithmName.SHA384),
            512 => new EllipticKey(key, SignatureBits.Ecdsa512, HashAlgorithmName.SHA512),
            521 => new EllipticKey(key, SignatureBits.Ecdsa521, HashAlgorithmName.SHA512),
            _ => throw new ArgumentException("A curve has 256, 384, 512 or 521 bits.", nameof(key)),
        };
    }

    /// <summary>The public point of a key of an elliptic curve, uncompressed, as PUT KEY carries it; empty for all others.</summary>
    public virtual Octets PublicPoint => default;

    /// <summary>Signs a message.</summary>
    /// <exception cref="CryptographicException">There is no private key.</exception>
    public abstract Octets Sign(ReadOnlySpan<byte> message);

    /// <summary>Whether a signature over a message holds.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>The algorithm.</summary>
    public override string ToString() => Algorithm.ToString();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the key.</summary>
    protected abstract void Dispose(bool disposing);

    private sealed class CmacKey(KeyMaterial key) : ContentKey(
        key.Length switch { 16 => SignatureBits.AesCmac128, 24 => SignatureBits.AesCmac192, _ => SignatureBits.AesCmac256 })
    {
        public override Octets Sign(ReadOnlySpan<byte> message)
        {
            byte[] mac = new byte[AesCmac.Size];
            AesCmac.Compute(key, message, mac);
            return Octets.Own(mac);
        }

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            CryptographicOperations.FixedTimeEquals(Sign(message).Span, signature);

        protected override void Dispose(bool disposing) => key.Dispose();
    }

    private sealed class RetailKey(KeyMaterial key) : ContentKey(SignatureBits.DesMac)
    {
        private readonly RetailMac _mac = new(key);

        public override Octets Sign(ReadOnlySpan<byte> message)
        {
            byte[] mac = new byte[RetailMac.Size];
            _mac.Compute(stackalloc byte[RetailMac.Size], message, mac);
            return Octets.Own(mac);
        }

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            CryptographicOperations.FixedTimeEquals(Sign(message).Span, signature);

        protected override void Dispose(bool disposing)
        {
            _mac.Dispose();
            key.Dispose();
        }
    }

    private sealed class RsaKey(RSA key, bool isOld) : ContentKey(isOld ? SignatureBits.RsaPkcs1Sha1 : SignatureBits.RsaPssSha256)
    {
        private readonly HashAlgorithmName _hash = isOld ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;
        private readonly RSASignaturePadding _padding = isOld ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;

        public override Octets Sign(ReadOnlySpan<byte> message) => Octets.Own(key.SignData(message, _hash, _padding));

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            key.VerifyData(message, signature, _hash, _padding);

        protected override void Dispose(bool disposing) => key.Dispose();
    }

    private sealed class EllipticKey(ECDsa key, SignatureBits algorithm, HashAlgorithmName hash) : ContentKey(algorithm)
    {
        // r and s one after the other, as long as the curve's order each.
        private const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;
        private const byte Uncompressed = 0x04;

        public override Octets PublicPoint
        {
            get
            {
                ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
                return Octets.Own([Uncompressed, .. point.X!, .. point.Y!]);
            }
        }

        public override Octets Sign(ReadOnlySpan<byte> message) => Octets.Own(key.SignData(message.ToArray(), hash, Format));

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            key.VerifyData(message, signature, hash, Format);

        protected override void Dispose(bool disposing) => key.Dispose();
    }
}
