using Tsm.Card.Encoding;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.Crypto;

/// <summary>Everything that is computed over octets with a key or without, against answers from outside.</summary>
public sealed class CheckTests
{
    public enum Algorithm
    {
        Crc16,
        Crc32,
        Xor4,
        Xor8,
        DesMac,
        TripleDesMac,
        AesCmac,
    }

    public sealed record Case(string Name, string? Origin, string? Note, Algorithm Algorithm, string? Key, string? Message, string Expected)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("crypto/checks.json")]
    public void Computes_known_answers(Case vector) => Computes(vector);

    [Theory, VectorData("crypto/aes-cmac.json")]
    public void Computes_CMAC_of_every_length(Case vector) => Computes(vector);

    [Theory, VectorData("crypto/weak-keys.json")]
    public void Takes_weak_keys(Case vector) => Computes(vector);

    [Fact]
    public void A_long_message_is_chained_like_a_short_one()
    {
        // Longer than what is enciphered at a time; the checksum of n blocks continues that of n - 1.
        using var key = KeyMaterial.From(Octets.Parse("0123456789ABCDEFFEDCBA9876543210").Span, KeyAlgorithm.TripleDes);
        byte[] message = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7 & 0xFF))];
        byte[] state = new byte[8];
        for (int at = 0; at < message.Length; at += 8)
        {
            byte[] block = [.. message.AsSpan(at, 8)];
            for (int i = 0; i < 8; i++)
            {
                block[i] ^= state[i];
            }

            DesMac.Compute(key, block, state);
        }

        byte[] computed = new byte[8];
        DesMac.Compute(key, message, computed);

        Assert.Equal(state, computed);
    }

    [Fact]
    public void A_key_of_the_other_family_is_refused()
    {
        using var aes = KeyMaterial.From(new byte[16], KeyAlgorithm.Aes);
        using var des = KeyMaterial.From(new byte[16], KeyAlgorithm.TripleDes);

        Assert.Throws<ArgumentException>(() => DesMac.Compute(aes, new byte[8], new byte[8]));
        Assert.Throws<ArgumentException>(() => AesCmac.Compute(des, new byte[8], new byte[8]));
        Assert.Throws<ArgumentException>(() => AesCmac.Compute(aes, new byte[8], new byte[17]));
    }

    private static void Computes(Case vector)
    {
        Octets expected = Octets.Parse(vector.Expected);
        byte[] computed = new byte[expected.Length];
        ReadOnlySpan<byte> message = Octets.Parse(vector.Message ?? "").Span;

        switch (vector.Algorithm)
        {
            case Algorithm.Crc16:
                RedundancyCheck.WriteCrc16(message, computed);
                break;
            case Algorithm.Crc32:
                RedundancyCheck.WriteCrc32(message, computed);
                break;
            case Algorithm.Xor4 or Algorithm.Xor8:
                RedundancyCheck.WriteXor(message, computed);
                break;
            case Algorithm.AesCmac:
                AesCmac.Compute(Key(vector, KeyAlgorithm.Aes), message, computed);
                break;
            default:
                DesMac.Compute(
                    Key(vector, vector.Algorithm == Algorithm.DesMac ? KeyAlgorithm.Des : KeyAlgorithm.TripleDes), message, computed);
                break;
        }

        Assert.Equal(expected, Octets.Own(computed));
    }

    private static KeyMaterial Key(Case vector, KeyAlgorithm algorithm) =>
        KeyMaterial.From(Octets.Parse(vector.Key!).Span, algorithm);
}
