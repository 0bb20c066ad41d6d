using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>The public key that signed heads are verified with: ECDSA on P-256.</summary>
public sealed class AuditPublicKey
{
    private const int IdLength = 16;

    private const string CurveOid = "1.2.840.10045.3.1.7";

    private AuditPublicKey(byte[] info)
    {
        Info = Octets.Own(info);
        Id = Convert.ToHexString(SHA256.HashData(info).AsSpan(0, IdLength));
    }

    /// <summary>SubjectPublicKeyInfo in DER (RFC 5480).</summary>
    public Octets Info { get; }

    /// <summary>Names the key: the first 16 octets of SHA-256 over <see cref="Info"/>, 32 hexadecimal digits.</summary>
    public string Id { get; }

    /// <summary>The key as PEM, as OpenSSL reads it.</summary>
    public string Pem => PemEncoding.WriteString("PUBLIC KEY", Info.Span);

    /// <summary>Reads SubjectPublicKeyInfo in DER; false when it is none, or not of P-256.</summary>
    public static bool TryRead(ReadOnlySpan<byte> info, [NotNullWhen(true)] out AuditPublicKey? key)
    {
        key = null;
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(info, out int read);
            if (read == info.Length && ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value is CurveOid)
            {
                key = new(info.ToArray());
            }
        }
        catch (Exception fault) when (fault is CryptographicException or PlatformNotSupportedException)
        {
            // No key, or of a curve that nobody here knows: said by the result.
        }

        return key is not null;
    }

    /// <summary>Reads PEM; false when it holds no public key of P-256.</summary>
    public static bool TryReadPem(string pem, [NotNullWhen(true)] out AuditPublicKey? key)
    {
        key = null;
        return PemEncoding.TryFind(pem, out PemFields fields)
            && pem.AsSpan()[fields.Label] is "PUBLIC KEY"
            && TryRead(Convert.FromBase64String(pem[fields.Base64Data]), out key);
    }

    /// <summary>Whether the head was signed with this key, as it stands.</summary>
    public bool Verifies(AuditHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(Info.Span, out _);
        try
        {
            return ecdsa.VerifyData(head.Content(), head.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false; // Not even a signature.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
