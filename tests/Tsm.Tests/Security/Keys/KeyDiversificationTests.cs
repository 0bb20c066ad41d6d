using Tsm.Card.Encoding;
using Tsm.Security.Channels;
using Tsm.Security.Keys;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Keys;

public sealed class KeyDiversificationTests
{
    public sealed record Case(
        string Name, string Origin, DiversificationScheme Scheme, KeyAlgorithm Algorithm, string Master, string Data, string Encryption, string Mac, string Dek)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("scp/diversification.json")]
    public void Derives_known_keys(Case vector)
    {
        using var master = KeyMaterial.From(Octets.Parse(vector.Master).Span, vector.Algorithm);

        using ChannelKeys keys = KeyDiversification.Derive(master, vector.Scheme, Octets.Parse(vector.Data).Span, version: 0x30);

        Assert.Equal((vector.Encryption, vector.Mac, vector.Dek), (keys.Encryption.ToString(), keys.Mac.ToString(), keys.Dek!.ToString()));
        Assert.Equal((master.Length, master.Algorithm), (keys.Dek.Length, keys.Dek.Algorithm));
    }

    [Fact]
    public void A_master_key_of_the_other_family_is_refused()
    {
        using var aes = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        using var des = KeyMaterial.From(new byte[16], KeyAlgorithm.TripleDes);
        using var three = KeyMaterial.From(new byte[24], KeyAlgorithm.TripleDes);

        Assert.Throws<ArgumentException>(() => KeyDiversification.Derive(aes, DiversificationScheme.EmvCps, new byte[10], 1));
        Assert.Throws<ArgumentException>(() => KeyDiversification.Derive(three, DiversificationScheme.Visa2, new byte[10], 1));
        Assert.Throws<ArgumentException>(() => KeyDiversification.Derive(des, DiversificationScheme.Kdf3, new byte[10], 1));
        Assert.Throws<ArgumentException>(() => KeyDiversification.Derive(des, DiversificationScheme.EmvCps, new byte[9], 1));
    }
}
