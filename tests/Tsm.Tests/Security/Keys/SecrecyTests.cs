using System.Text.Json;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Tests.Security.Keys;

/// <summary>No way of printing a key prints its octets.</summary>
public sealed class SecrecyTests
{
    private const string Sentinel = "5EC2E7A1B0C3D4F58697A8B9CADBECFD5EC2E7A1B0C3D4F58697A8B9CADBECFE";

    [Fact]
    public void Keys_never_print_their_octets()
    {
        byte[] octets = Octets.Parse(Sentinel).ToArray();
        using var aes = KeyMaterial.From(octets, KeyAlgorithm.Aes);
        using var des = KeyMaterial.From(octets.AsSpan(0, 16), KeyAlgorithm.TripleDes);
        using var keys = new KeySet(1, aes, des, aes);
        using VaultKey vault = VaultKey.From(octets);
        object[] holders = [aes, des, keys, vault, new { Key = aes, Vault = vault }];

        List<string> printed = [.. holders.Select(h => h.ToString()!), .. holders.Select(h => JsonSerializer.Serialize(h))];
        printed.Add(Assert.ThrowsAny<ArgumentException>(() => KeyMaterial.From(octets, KeyAlgorithm.Des)).ToString());
        printed.Add(Assert.ThrowsAny<ArgumentException>(() => VaultKey.From(octets.AsSpan(1))).ToString());
        var header = new CommandHeader(
            new(Integrity.CryptographicChecksum, Ciphered: true, CounterRule.Higher, PorRule.None, Integrity.None, false, false),
            new(CipherAlgorithm.DesCbc, 1), new(CheckAlgorithm.DesMac, 1), new Tar(0xB00010), new(1));
        printed.Add(Assert.ThrowsAny<ArgumentException>(() => PacketProtection.Protect(header, keys, [1, 2, 3])).ToString());
        keys.Dispose();
        printed.AddRange(holders.Select(h => h.ToString()!));
        printed.Add(Assert.ThrowsAny<ObjectDisposedException>(() => KeyWrapping.Wrap(aes, vault, new byte[12], [])).ToString());

        // Any four octets in a row would be too many.
        for (int at = 0; at + 4 <= octets.Length; at++)
        {
            string hex = Convert.ToHexString(octets, at, 4);
            string raw = string.Concat(octets.Skip(at).Take(4).Select(o => (char)o));
            Assert.All(printed, text => Assert.DoesNotContain(hex, text, StringComparison.OrdinalIgnoreCase));
            Assert.All(printed, text => Assert.DoesNotContain(raw, text, StringComparison.Ordinal));
        }

        string base64 = Convert.ToBase64String(octets)[..8];
        Assert.All(printed, text => Assert.DoesNotContain(base64, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_has_nothing_to_serialise()
    {
        using var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        using VaultKey vault = VaultKey.From(new byte[VaultKey.Size]);

        Assert.Equal("{}", JsonSerializer.Serialize(key));
        Assert.Equal("{}", JsonSerializer.Serialize(vault));
    }
}
