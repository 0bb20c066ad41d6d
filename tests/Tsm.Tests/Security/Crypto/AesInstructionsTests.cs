using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Tests.Security.Crypto;

/// <summary>The fast way of AES says what libcrypto says. On a processor without the instructions nothing is left to compare.</summary>
public sealed class AesInstructionsTests
{
    /// <summary>FIPS 197 appendix C.1 to C.3.</summary>
    [Theory]
    [InlineData("000102030405060708090A0B0C0D0E0F", "69C4E0D86A7B0430D8CDB78070B4C55A")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "DDA97CA4864CDFE06EAF70A0EC0D7191")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "8EA2B7CA516745BFEAFC49904B496089")]
    public void Gives_the_known_answers(string key, string expected)
    {
        if (!AesInstructions.IsSupported)
        {
            return;
        }

        using var cipher = new AesInstructions(Octets.Parse(key).Span);
        byte[] block = Octets.Parse("00112233445566778899AABBCCDDEEFF").ToArray();

        cipher.Transform(BlockMode.EcbEncrypt, block);
        Assert.Equal(Octets.Parse(expected), Octets.Copy(block));
        cipher.Transform(BlockMode.EcbDecrypt, block);
        Assert.Equal("00112233445566778899AABBCCDDEEFF", Octets.Copy(block).ToString());
    }

    [Fact]
    public void Says_what_libcrypto_says() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Elements(16, 24, 32).SelectMany(k => Gen.Choose(0, 20).Select(n => (Key: k, Blocks: n))).ToArbitrary(),
        c =>
        {
            if (!AesInstructions.IsSupported)
            {
                return true;
            }

            byte[] key = RandomNumberGenerator.GetBytes(c.Key), octets = RandomNumberGenerator.GetBytes(16 * c.Blocks), last = RandomNumberGenerator.GetBytes(16);
            using var fast = new AesInstructions(key);
            using var other = new EvpCipher(key, KeyAlgorithm.Aes);
            byte[] fastMac = new byte[16], otherMac = new byte[16];
            fast.Chain(octets, last, fastMac);
            other.Chain(octets, last, otherMac);
            return fastMac.AsSpan().SequenceEqual(otherMac)
                && fast.Subkeys().SequenceEqual(other.Subkeys())
                && Enum.GetValues<BlockMode>().All(mode =>
                {
                    byte[] one = [.. octets], two = [.. octets];
                    fast.Transform(mode, one);
                    other.Transform(mode, two);
                    return one.AsSpan().SequenceEqual(two);
                });
        }));

    [Fact]
    public void A_disposed_key_is_gone()
    {
        using BlockCipher cipher = BlockCipher.Create(new byte[16], KeyAlgorithm.Aes);
        cipher.Subkeys();
        cipher.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cipher.Transform(BlockMode.CbcEncrypt, new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => cipher.Chain(new byte[16], new byte[16], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => cipher.Subkeys().Length);
    }
}
