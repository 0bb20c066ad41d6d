using System.Globalization;
using Tsm.Security.Keys;

namespace Tsm.Security.Channels;

/// <summary>The static keys of one key version with which a secure channel (SCP02, SCP03) is opened.</summary>
/// <remarks>
/// GPCS 2.3.1 annex E, Amd D §6: key identifiers 1 ENC, 2 MAC, 3 DEK. Key versions are 20 to 2F for SCP02 and
/// 30 to 3F for SCP03; cards of the field use others too. The set owns its keys and disposes them.
/// </remarks>
public sealed class ChannelKeys : IDisposable
{
    /// <summary>The version under which keys of a factory may be stored.</summary>
    public const int FactoryVersion = 0xFF;

    private const int HighestVersion = 0x7F;

    /// <summary>Takes over the keys of one version.</summary>
    /// <param name="version">The key version number, 1 to 127, or 255 for those of the factory.</param>
    /// <param name="encryption">K-ENC.</param>
    /// <param name="mac">K-MAC.</param>
    /// <param name="dek">K-DEK, under which other keys travel; null where it is not known.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is another number.</exception>
    public ChannelKeys(int version, KeyMaterial encryption, KeyMaterial mac, KeyMaterial? dek)
    {
        if (version is not (>= 1 and <= HighestVersion or FactoryVersion))
        {
            throw new ArgumentOutOfRangeException(nameof(version), version, "A key version is 1 to 127, or 255.");
        }

        ArgumentNullException.ThrowIfNull(encryption);
        ArgumentNullException.ThrowIfNull(mac);
        Version = version;
        Encryption = encryption;
        Mac = mac;
        Dek = dek;
    }

    /// <summary>The key version number.</summary>
    public int Version { get; }

    /// <summary>K-ENC: ciphers, and proves who is who.</summary>
    public KeyMaterial Encryption { get; }

    /// <summary>K-MAC: signs.</summary>
    public KeyMaterial Mac { get; }

    /// <summary>K-DEK: carries keys; null where it is not known.</summary>
    public KeyMaterial? Dek { get; }

    /// <summary>The version and the key check values.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"version {Version}: ENC {Encryption}, MAC {Mac}, DEK {Dek?.ToString() ?? "none"}");

    /// <summary>Disposes the keys.</summary>
    public void Dispose()
    {
        Encryption.Dispose();
        Mac.Dispose();
        Dek?.Dispose();
    }
}
