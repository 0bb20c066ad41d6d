using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// What a vault does for the keys that turns make, without its secrecy: what is wrapped names what it stands for, and is as long as in a
/// vault. The same world makes the same keys again.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "They are what an interface asks for.")]
internal abstract class WorldKeys(KeyAlgorithm algorithm)
{
    private static readonly ECDsa Token = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly List<Octets> _secrets = [];

    /// <summary>The algorithm of all keys.</summary>
    protected KeyAlgorithm Algorithm { get; } = algorithm;

    /// <summary>What stands for data that are sealed for the card.</summary>
    public static Octets Seal(ReadOnlySpan<byte> data) => Octets.Own([.. new byte[KeyWrapping.SealOverhead], .. data]);

    public WrappedKeySet Create(Aid domain, int version, KeyAlgorithm of, int length)
    {
        Octets kic = CreateSecret(length), kid = CreateSecret(length), dek = CreateSecret(length);
        using KeySet keys = Open(version, of, kic, kid, dek);
        return new(version, of, kic, kid, dek, keys.Kic.CheckValue, keys.Kid.CheckValue, keys.Dek!.CheckValue);
    }

    public KeySet Open(Aid domain, WrappedKeySet keys) => Open(keys.Version, keys.Algorithm, keys.Kic, keys.Kid, keys.Dek);

    public Octets CreateSecret(int length)
    {
        byte[] secret = SHA512.HashData(BitConverter.GetBytes(_secrets.Count))[..length];
        _secrets.Add(Octets.Own(secret));
        return Seal(secret);
    }

    public byte[] Unseal(Octets secret) => secret.Slice(KeyWrapping.SealOverhead).ToArray();

    /// <summary>Whether tokens are signed with a key that the card does not have.</summary>
    public bool SignsWithAnotherTokenKey { get; set; }

    public ContentKey TokenKey() => ContentKey.From(
        SignsWithAnotherTokenKey ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : ECDsa.Create(Token.ExportParameters(includePrivateParameters: true)));

    private KeySet Open(int version, KeyAlgorithm of, Octets kic, Octets kid, Octets dek) => new(
        version, KeyMaterial.From(Unseal(kic), of), KeyMaterial.From(Unseal(kid), of), KeyMaterial.From(Unseal(dek), of));
}
