using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tsm.Security.Keys;

namespace Tsm.Security.Crypto;

/// <summary>What a look at one part of this machine's cryptography has found.</summary>
/// <param name="What">The part, in words.</param>
/// <param name="Works">Whether it does what it should.</param>
/// <param name="IsNeeded">Whether nothing can be done without it; otherwise it is a warning.</param>
/// <param name="Problem">What is wrong and what to do; empty when it works.</param>
public sealed record CryptoFinding(string What, bool Works, bool IsNeeded, string Problem)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Works ? $"{What}: ok" : $"{What}: {Problem}";
}

/// <summary>
/// Whether this machine can do what cards need: libcrypto 3 is there, and each cipher that cards use gives its known answer.
/// Looked at before anything else, so that a machine that lacks something says so at the start and not at the first card.
/// </summary>
public static class CryptoCheck
{
    private const string Crypto = "libcrypto.so.3";
    private const string Ssl = "libssl.so.3";
    private const string Install = "Install OpenSSL 3 (Debian 12, Ubuntu 22.04: libssl3; Debian 13, Ubuntu 24.04: libssl3t64; Alpine: libcrypto3, libssl3).";
    private const string Configure =
        "OpenSSL's configuration on this machine forbids it (a FIPS provider, or the default provider switched off): look at OPENSSL_CONF and openssl.cnf.";

    private delegate void Computation(KeyMaterial key, ReadOnlySpan<byte> message, Span<byte> answer);

    /// <summary>Looks at this machine.</summary>
    /// <param name="loads">Whether a shared library can be loaded; null to try.</param>
    /// <returns>A finding for each part; without libcrypto only those of the libraries.</returns>
    public static ImmutableArray<CryptoFinding> Run(Func<string, bool>? loads = null)
    {
        loads ??= Loads;
        var findings = ImmutableArray.CreateBuilder<CryptoFinding>();
        bool crypto = loads(Crypto);
        findings.Add(Library(Crypto, crypto, isNeeded: true, $"It cannot be loaded, and no packet can be protected without it. {Install}"));

        // Nothing uses it yet; PSK-TLS for cards will.
        findings.Add(Library(Ssl, loads(Ssl), isNeeded: false, $"It cannot be loaded. Nothing needs it yet; HTTPS with cards will. {Install}"));
        if (crypto)
        {
            findings.AddRange(KnownAnswers());
        }

        return findings.ToImmutable();
    }

    /// <summary>Compares a computation with its known answer; whatever it throws is a finding.</summary>
    /// <param name="what">What is computed, in words.</param>
    /// <param name="expected">The known answer, hexadecimal.</param>
    /// <param name="compute">The computation.</param>
    public static CryptoFinding Judge(string what, string expected, Func<byte[]> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        try
        {
            return Convert.FromHexString(expected).AsSpan().SequenceEqual(compute())
                ? new(what, Works: true, IsNeeded: true, "")
                : new(what, Works: false, IsNeeded: true, $"It gives a wrong answer: this libcrypto cannot be trusted. {Install}");
        }
        catch (Exception exception) when (exception is CryptographicException or EntryPointNotFoundException or DllNotFoundException or BadImageFormatException)
        {
            return new(
                what, Works: false, IsNeeded: true, $"It does not work ({exception.Message}) {(exception is CryptographicException ? Configure : Install)}");
        }
    }

    private static CryptoFinding Library(string name, bool loads, bool isNeeded, string problem) => new(name, loads, isNeeded, loads ? "" : problem);

    private static bool Loads(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }

    private static IEnumerable<CryptoFinding> KnownAnswers() =>
    [
        // FIPS 81, table B1: as EDE with one key twice, which needs no legacy provider.
        Known("Single DES (as DES-EDE with one key)", KeyAlgorithm.Des, "0123456789ABCDEF", "4E6F772069732074", "3FA40E8A984D4815", Encipher),

        // SP 800-20, variable plaintext: the key is weak, as keys of cards are.
        Known("Triple DES with a weak key", KeyAlgorithm.TripleDes, "01010101010101010101010101010101", "8000000000000000", "95F8A5E5DD31D900", Encipher),

        // SP 800-67, appendix B.1.
        Known(
            "Triple DES with three keys",
            KeyAlgorithm.TripleDes,
            "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123",
            "5468652071756663",
            "A826FD8CE53B855F",
            Encipher),

        // SP 800-38A F.1.1: the first block of CBC from zeros is that of ECB.
        Known("AES", KeyAlgorithm.Aes, "2B7E151628AED2A6ABF7158809CF4F3C", "6BC1BEE22E409F96E93D7E117393172A", "3AD77BB40D7A3660A89ECAF32466EF97", Encipher),

        // RFC 4493, example 2.
        Known(
            "AES-CMAC",
            KeyAlgorithm.Aes,
            "2B7E151628AED2A6ABF7158809CF4F3C",
            "6BC1BEE22E409F96E93D7E117393172A",
            "070A16B46B4D4144F79BDD9DD04A287C",
            AesCmac.Compute),
    ];

    private static CryptoFinding Known(string what, KeyAlgorithm algorithm, string key, string message, string answer, Computation compute) => Judge(
        what,
        answer,
        () =>
        {
            using KeyMaterial material = KeyMaterial.From(Convert.FromHexString(key), algorithm);
            byte[] result = new byte[answer.Length / 2];
            compute(material, Convert.FromHexString(message), result);
            return result;
        });

    private static void Encipher(KeyMaterial key, ReadOnlySpan<byte> message, Span<byte> answer)
    {
        message.CopyTo(answer);
        key.Cipher.Transform(BlockMode.CbcEncrypt, answer);
    }
}
