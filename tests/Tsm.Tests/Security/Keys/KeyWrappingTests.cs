using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Tests.Security.Keys;

public sealed class KeyWrappingTests
{
    private static readonly byte[] Nonce = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly byte[] Place = "tenant 1, card 2, version 3, KIc"u8.ToArray();

    [Theory]
    [InlineData(KeyAlgorithm.Aes, 16), InlineData(KeyAlgorithm.Aes, 24), InlineData(KeyAlgorithm.Aes, 32)]
    [InlineData(KeyAlgorithm.TripleDes, 16), InlineData(KeyAlgorithm.TripleDes, 24), InlineData(KeyAlgorithm.Des, 8)]
    public void A_key_comes_back_as_it_was(KeyAlgorithm algorithm, int length)
    {
        using VaultKey vault = Vault(1);
        using var key = KeyMaterial.From(RandomNumberGenerator.GetBytes(length), algorithm);

        Octets wrapped = KeyWrapping.Wrap(key, vault, Nonce, Place);
        Assert.True(KeyWrapping.TryUnwrap(wrapped, vault, Place, out KeyMaterial? unwrapped));

        using (unwrapped)
        {
            Assert.Equal((key.Algorithm, key.Length, key.CheckValue), (unwrapped.Algorithm, unwrapped.Length, unwrapped.CheckValue));
            Assert.Equal(wrapped, KeyWrapping.Wrap(unwrapped, vault, Nonce, Place));
        }
    }

    [Fact]
    public void The_key_of_a_tenant_comes_back_as_it_was_and_is_no_key_of_a_card()
    {
        using VaultKey vault = Vault(1);
        using VaultKey tenant = Vault(2);
        using var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        Octets underTenant = KeyWrapping.Wrap(key, tenant, Nonce, Place);

        Octets wrapped = KeyWrapping.Wrap(tenant, vault, Nonce, Place);
        Assert.True(KeyWrapping.TryUnwrap(wrapped, vault, Place, out VaultKey? unwrapped));

        using (unwrapped)
        {
            Assert.True(KeyWrapping.TryUnwrap(underTenant, unwrapped, Place, out KeyMaterial? opened));
            opened.Dispose();
        }

        Assert.False(KeyWrapping.TryUnwrap(wrapped, vault, Place, out KeyMaterial? asCardKey));
        Assert.Null(asCardKey);
    }

    [Fact]
    public void Another_place_or_another_vault_key_does_not_open_it()
    {
        using VaultKey vault = Vault(1);
        using VaultKey other = Vault(2);
        using var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        Octets wrapped = KeyWrapping.Wrap(key, vault, Nonce, Place);

        Assert.False(KeyWrapping.TryUnwrap(wrapped, vault, [.. Place, 0], out KeyMaterial? moved));
        Assert.False(KeyWrapping.TryUnwrap(wrapped, other, Place, out KeyMaterial? foreign));
        Assert.Null(moved);
        Assert.Null(foreign);
    }

    [Fact]
    public void No_altered_bit_and_no_shortening_opens()
    {
        using VaultKey vault = Vault(1);
        using var key = KeyMaterial.From(new byte[24], KeyAlgorithm.Aes);
        Octets wrapped = KeyWrapping.Wrap(key, vault, Nonce, Place);

        for (int bit = 0; bit < wrapped.Length * 8; bit++)
        {
            byte[] altered = wrapped.ToArray();
            altered[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(KeyWrapping.TryUnwrap(Octets.Own(altered), vault, Place, out KeyMaterial? _), $"bit {bit}");
            Assert.False(KeyWrapping.TryUnwrap(Octets.Own(altered), vault, Place, out VaultKey? _), $"bit {bit}");
        }

        for (int length = 0; length < wrapped.Length; length++)
        {
            Assert.False(KeyWrapping.TryUnwrap(wrapped.Slice(0, length), vault, Place, out KeyMaterial? _), $"length {length}");
            Assert.False(KeyWrapping.TryUnwrap(wrapped.Slice(0, length), vault, Place, out VaultKey? _), $"length {length}");
        }
    }

    [Fact]
    public void A_nonce_of_another_length_is_refused()
    {
        using VaultKey vault = Vault(1);
        using var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);

        Assert.Throws<ArgumentException>(() => KeyWrapping.Wrap(key, vault, new byte[11], Place));
    }

    [Theory, InlineData(16), InlineData(31), InlineData(33)]
    public void A_vault_key_has_32_octets(int length) => Assert.Throws<ArgumentException>(() => VaultKey.From(new byte[length]));

    private static VaultKey Vault(byte fill) => VaultKey.From([.. Enumerable.Repeat(fill, VaultKey.Size)]);
}
