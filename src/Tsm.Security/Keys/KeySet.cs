using System.Globalization;

namespace Tsm.Security.Keys;

/// <summary>The keys of one key version of a security domain: KIc ciphers, KID signs, DEK carries keys.</summary>
/// <remarks>TS 102 225 §5.1.2 and §5.1.3; GPCS 2.3.1 §B.1. The set owns its keys and disposes them.</remarks>
public sealed class KeySet : IDisposable
{
    /// <summary>The highest key version a KIc or KID octet can name.</summary>
    public const int HighestVersion = 15;

    /// <summary>Stands for whatever version KIc and KID name.</summary>
    internal const int AnyVersion = 0;

    /// <summary>Takes over the keys of one version.</summary>
    /// <param name="version">The key version number, 1 to 15.</param>
    /// <param name="kic">The key that ciphers.</param>
    /// <param name="kid">The key that signs.</param>
    /// <param name="dek">The key under which keys and other secrets travel (KIK), where the card has one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is not 1 to 15.</exception>
    public KeySet(int version, KeyMaterial kic, KeyMaterial kid, KeyMaterial? dek)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, HighestVersion);
        ArgumentNullException.ThrowIfNull(kic);
        ArgumentNullException.ThrowIfNull(kid);
        Version = version;
        Kic = kic;
        Kid = kid;
        Dek = dek;
    }

    private KeySet(KeyMaterial kic, KeyMaterial kid) => (Version, Kic, Kid) = (AnyVersion, kic, kid);

    /// <summary>The key version number, 1 to 15; <see cref="AnyVersion"/> of a laboratory's keys.</summary>
    public int Version { get; }

    /// <summary>The key that ciphers.</summary>
    public KeyMaterial Kic { get; }

    /// <summary>The key that signs.</summary>
    public KeyMaterial Kid { get; }

    /// <summary>The key under which other secrets travel, or null where the card has none.</summary>
    public KeyMaterial? Dek { get; }

    /// <summary>Takes over keys that are used whatever versions KIc and KID name, even different ones: for laboratories and explanation.</summary>
    /// <param name="kic">The key that ciphers.</param>
    /// <param name="kid">The key that signs.</param>
    public static KeySet ForLaboratory(KeyMaterial kic, KeyMaterial kid)
    {
        ArgumentNullException.ThrowIfNull(kic);
        ArgumentNullException.ThrowIfNull(kid);
        return new(kic, kid);
    }

    /// <summary>The version and the key check values.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"version {Version}: KIc {Kic}, KID {Kid}, DEK {Dek?.ToString() ?? "none"}");

    /// <summary>Disposes the keys.</summary>
    public void Dispose()
    {
        Kic.Dispose();
        Kid.Dispose();
        Dek?.Dispose();
    }
}
