using System.Globalization;
using Tsm.Security.Scp80;

namespace Tsm.Explain.Layers;

/// <summary>Words for SPI, KIc, KID and CNTR.</summary>
internal static class SpiText
{
    public static string Command(Spi spi) => $"{Integrity(spi.Integrity)}, {(spi.Ciphered ? "ciphered" : "not ciphered")}, {spi.Counter switch
    {
        CounterRule.None => "no counter",
        CounterRule.Unchecked => "counter not checked",
        CounterRule.Higher => "counter must be higher than the card's",
        _ => "counter must be the card's plus one",
    }}";

    public static string Response(Spi spi) => spi.Por switch
    {
        PorRule.None => "no PoR",
        _ => $"PoR {(spi.Por == PorRule.Always ? "always" : "on errors")}, {Integrity(spi.PorIntegrity)}, {(spi.PorCiphered ? "ciphered" : "not ciphered")}, {(spi.PorInSubmit ? "by SMS-SUBMIT" : "in the delivery report")}",
    };

    public static string Cipher(CipherAlgorithm algorithm) => algorithm switch
    {
        CipherAlgorithm.AesCbc => "AES",
        CipherAlgorithm.TripleDesTwoKeys => "3DES with 2 keys",
        CipherAlgorithm.TripleDesThreeKeys => "3DES with 3 keys",
        CipherAlgorithm.DesCbc => "single DES, CBC",
        CipherAlgorithm.DesEcb => "single DES, ECB",
        CipherAlgorithm.Implicit => "algorithm not named",
        CipherAlgorithm.Proprietary => "proprietary algorithm",
        _ => "reserved coding",
    };

    public static string Check(CheckAlgorithm algorithm) => algorithm switch
    {
        CheckAlgorithm.AesCmac => "AES-CMAC",
        CheckAlgorithm.TripleDesMacTwoKeys => "3DES-MAC with 2 keys",
        CheckAlgorithm.TripleDesMacThreeKeys => "3DES-MAC with 3 keys",
        CheckAlgorithm.DesMac => "DES-MAC",
        CheckAlgorithm.Crc16 => "CRC-16",
        CheckAlgorithm.Crc32 => "CRC-32",
        CheckAlgorithm.None => "not used",
        CheckAlgorithm.Implicit => "algorithm not named",
        CheckAlgorithm.Proprietary => "proprietary algorithm",
        _ => "reserved coding",
    };

    public static string CounterOf(Counter counter) => counter.Value.ToString(CultureInfo.InvariantCulture);

    private static string Integrity(Security.Scp80.Integrity integrity) => integrity switch
    {
        Security.Scp80.Integrity.None => "no RC or CC",
        Security.Scp80.Integrity.RedundancyCheck => "RC",
        Security.Scp80.Integrity.CryptographicChecksum => "CC",
        _ => "digital signature",
    };
}
