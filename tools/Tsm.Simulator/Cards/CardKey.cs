using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Simulator.Cards;

/// <summary>A key that is none of an SCP80 key set, such as the one that verifies tokens; or one that is yet to become part of a set.</summary>
/// <remarks>Kept as octets, as in <see cref="CardKeySet"/>; it prints without them.</remarks>
/// <param name="version">The key version number.</param>
/// <param name="id">The key identifier.</param>
/// <param name="type">The type of its first component.</param>
/// <param name="value">The first component in the clear: the secret, the point or the modulus.</param>
/// <param name="parameter">The second component: the curve or the exponent; nothing for a secret key.</param>
/// <param name="cmacLength">The length of CC that came with it, if one did.</param>
public sealed class CardKey(
    byte version, byte id, KeyType type, Octets value, Octets parameter = default, int? cmacLength = null)
{
    /// <summary>The key version number.</summary>
    public byte Version => version;

    /// <summary>The key identifier.</summary>
    public byte Id => id;

    /// <summary>The type of its first component.</summary>
    public KeyType Type => type;

    internal Octets Value => value;

    internal int? CmacLength => cmacLength;

    /// <summary>The block cipher of a secret key; null for a public one.</summary>
    internal KeyAlgorithm? Algorithm => type.Value switch
    {
        0x88 => KeyAlgorithm.Aes,
        >= 0x80 and <= 0x84 => value.Length == 8 ? KeyAlgorithm.Des : KeyAlgorithm.TripleDes,
        _ => null,
    };

    /// <summary>Type and identifier: keys are not for printing.</summary>
    public override string ToString() => $"{type} key {version:X2}/{id:X2}";

    /// <summary>The check value of a secret key, or the beginning of the hash of a public one.</summary>
    public string Fingerprint()
    {
        if (Algorithm is not { } algorithm)
        {
            return Convert.ToHexString(SHA256.HashData(value.Span).AsSpan(0, 8));
        }

        using KeyMaterial key = KeyMaterial.From(value.Span, algorithm);
        return key.ToString();
    }

    /// <summary>Reads a public key as it stands in PUT KEY; null when it is none.</summary>
    internal static CardKey? Public(byte version, byte id, IReadOnlyList<KeyComponent> components)
    {
        if (components is not [{ } first, { } second]
            || !((first.Type == KeyType.EccPublic && second.Type == KeyType.EccParameters)
                || (first.Type == KeyType.RsaModulus && second.Type == KeyType.RsaPublicExponent)))
        {
            return null;
        }

        var key = new CardKey(version, id, first.Type, first.Block, second.Block);
        using ContentKey? usable = key.OpenForContent();
        return usable is null ? null : key;
    }

    /// <summary>Makes the key usable for tokens and receipts; null when it is for something else. The caller disposes it.</summary>
    internal ContentKey? OpenForContent()
    {
        try
        {
            return Algorithm is { } algorithm ? ContentKey.From(KeyMaterial.From(value.Span, algorithm))
                : type == KeyType.EccPublic ? ContentKey.From(OpenPoint())
                : type == KeyType.RsaModulus
                    ? ContentKey.From(RSA.Create(new RSAParameters { Modulus = value.ToArray(), Exponent = parameter.ToArray() }))
                    : null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // The point is not on the curve, the modulus is too short, or the secret is no key for a MAC.
            return null;
        }
    }

    internal KeyInformation Information() => new(id, version)
    {
        Components = parameter.IsEmpty
            ? [Component(type, value)]
            : [Component(type, value), Component(type == KeyType.EccPublic ? KeyType.EccParameters : KeyType.RsaPublicExponent, parameter)],
    };

    /// <summary>Whether a key has the types and lengths of this one, so that it may replace it (GPCS 2.3.1 §11.8.2.3.3).</summary>
    internal bool IsLike(CardKey other) => type == other.Type && value.Length == other.Value.Length;

    private ECDsa OpenPoint()
    {
        // §B.4.5; an uncompressed point.
        ECCurve curve = parameter.Span switch
        {
            [0x00] => ECCurve.NamedCurves.nistP256,
            [0x01] => ECCurve.NamedCurves.nistP384,
            [0x02] => ECCurve.NamedCurves.nistP521,
            _ => throw new CryptographicException("The curve is not known."),
        };
        int size = (value.Length - 1) / 2;
        if (value.IsEmpty || value[0] != 0x04 || value.Length != 1 + 2 * size)
        {
            throw new CryptographicException("The point is compressed or cut.");
        }

        return ECDsa.Create(new ECParameters
        {
            Curve = curve,
            Q = new() { X = value.Slice(1, size).ToArray(), Y = value.Slice(1 + size).ToArray() },
        });
    }

    // The length of one octet says 0 for 256 and more.
    private static KeyComponentInformation Component(KeyType type, Octets value) =>
        new(type, value.Length > byte.MaxValue ? (ushort)0 : (ushort)value.Length);
}
