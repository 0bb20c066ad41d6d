using Tsm.Card.Encoding;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Keys;

public sealed class KeyMaterialTests
{
    public sealed record Case(string Name, string Origin, KeyAlgorithm Algorithm, string Key, string Expected)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("crypto/key-check-values.json")]
    public void Prints_its_key_check_value(Case vector)
    {
        using var key = KeyMaterial.From(Octets.Parse(vector.Key).Span, vector.Algorithm);

        Assert.Equal(Octets.Parse(vector.Expected), key.CheckValue);
        Assert.Equal(vector.Expected, key.ToString());
    }

    [Theory]
    [InlineData(KeyAlgorithm.Aes, 15, "16, 24 or 32")]
    [InlineData(KeyAlgorithm.Aes, 33, "16, 24 or 32")]
    [InlineData(KeyAlgorithm.TripleDes, 8, "16 or 24")]
    [InlineData(KeyAlgorithm.TripleDes, 32, "16 or 24")]
    [InlineData(KeyAlgorithm.Des, 16, "8 octets, not 16")]
    [InlineData(KeyAlgorithm.Des, 0, "8 octets, not 0")]
    public void Says_which_lengths_are_right(KeyAlgorithm algorithm, int length, string lengths)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => KeyMaterial.From(new byte[length], algorithm));

        Assert.Contains(lengths, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_copy_of_its_own()
    {
        byte[] octets = Octets.Parse("404142434445464748494A4B4C4D4E4F").ToArray();
        using var key = KeyMaterial.From(octets, KeyAlgorithm.Aes);
        Array.Clear(octets);

        Assert.Equal("504A77", key.ToString());
    }

    [Fact]
    public void Cannot_be_used_once_disposed()
    {
        var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        AesCmac.Compute(key, [1], new byte[8]);
        Assert.Equal(3, key.CheckValue.Length);
        key.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => AesCmac.Compute(key, [1], new byte[8]));
        Assert.Throws<ObjectDisposedException>(() => key.CheckValue);
        Assert.Equal("disposed key", key.ToString());
    }

    [Theory, InlineData(0), InlineData(16)]
    public void A_key_set_has_a_version_that_fits_KIc(int version)
    {
        using var key = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);

        Assert.Throws<ArgumentOutOfRangeException>(() => new KeySet(version, key, key, dek: null));
    }

    [Fact]
    public void A_key_set_disposes_its_keys()
    {
        KeyMaterial[] keys = [.. Enumerable.Range(0, 3).Select(_ => KeyMaterial.From(new byte[16], KeyAlgorithm.Aes))];
        new KeySet(1, keys[0], keys[1], keys[2]).Dispose();

        Assert.All(keys, key => Assert.Equal("disposed key", key.ToString()));
    }
}
