using System.Security.Cryptography;
using Tsm.Security.Crypto;

namespace Tsm.Tests.Security.Crypto;

/// <summary>The look at the machine's cryptography: right here, and plain where something is missing.</summary>
public sealed class CryptoCheckTests
{
    [Fact]
    public void Every_cipher_gives_its_known_answer_here()
    {
        Assert.All(CryptoCheck.Run().Where(f => f.IsNeeded), f => Assert.True(f.Works, f.ToString()));
        Assert.Equal(
            ["libcrypto.so.3", "libssl.so.3", "Single DES (as DES-EDE with one key)", "Triple DES with a weak key", "Triple DES with three keys", "AES", "AES-CMAC"],
            CryptoCheck.Run().Select(f => f.What));
    }

    [Fact]
    public void Without_libcrypto_it_says_what_to_install()
    {
        var findings = CryptoCheck.Run(_ => false);

        Assert.Equal(2, findings.Length);
        Assert.Equal((false, true), (findings[0].Works, findings[0].IsNeeded));
        Assert.Contains("libssl3t64", findings[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_libssl_it_only_warns()
    {
        CryptoFinding ssl = CryptoCheck.Run(library => library != "libssl.so.3")[1];

        Assert.Equal((false, false), (ssl.Works, ssl.IsNeeded));
        Assert.Contains("Nothing needs it yet", ssl.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_answer_and_a_cipher_that_is_switched_off_are_told_apart()
    {
        CryptoFinding wrong = CryptoCheck.Judge("X", "0102", () => [0x01, 0x03]);
        CryptoFinding off = CryptoCheck.Judge("X", "0102", () => throw new CryptographicException("unsupported"));
        CryptoFinding right = CryptoCheck.Judge("X", "0102", () => [0x01, 0x02]);

        Assert.Contains("wrong answer", wrong.ToString(), StringComparison.Ordinal);
        Assert.Contains("OPENSSL_CONF", off.ToString(), StringComparison.Ordinal);
        Assert.Equal((false, false, true), (wrong.Works, off.Works, right.Works));
    }
}
