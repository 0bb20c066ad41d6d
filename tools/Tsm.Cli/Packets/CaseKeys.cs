using System.Globalization;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Cli.Packets;

/// <summary>The keys of a case: only those that its packet needs, each for the algorithm that KIc or KID names.</summary>
internal static class CaseKeys
{
    /// <summary>The keys for a packet.</summary>
    /// <param name="keys">The member <c>keys</c>.</param>
    /// <param name="kic">KIc of the packet.</param>
    /// <param name="kid">KID of the packet.</param>
    /// <param name="ciphered">Whether the packet is ciphered.</param>
    /// <param name="integrity">Whether it has an RC or CC.</param>
    /// <returns>Null where none is needed.</returns>
    /// <exception cref="CaseFault">One is missing, or of a length that its algorithm does not take.</exception>
    public static KeySet? Read(CaseMembers keys, Kic kic, Kid kid, bool ciphered, Integrity integrity)
    {
        bool signed = integrity == Integrity.CryptographicChecksum;
        if (!ciphered && !signed)
        {
            return null;
        }

        KeyMaterial? cipherKey = ciphered ? Key(keys, "kic", kic.Algorithm == CipherAlgorithm.AesCbc, $"KIc {kic}") : null;
        try
        {
            KeyMaterial? checkKey = signed ? Key(keys, "kid", kid.Algorithm == CheckAlgorithm.AesCmac, $"KID {kid}") : null;
            return KeySet.ForLaboratory(cipherKey ?? checkKey!, checkKey ?? cipherKey!);
        }
        catch
        {
            cipherKey?.Dispose();
            throw;
        }
    }

    private static KeyMaterial Key(CaseMembers keys, string name, bool aes, string named)
    {
        byte[] octets = keys.Octets(name);
        KeyAlgorithm algorithm = aes ? KeyAlgorithm.Aes : octets.Length == 8 ? KeyAlgorithm.Des : KeyAlgorithm.TripleDes;
        try
        {
            return KeyMaterial.From(octets, algorithm);
        }
        catch (ArgumentException)
        {
            string lengths = aes ? "AES, whose keys have 16, 24 or 32" : "DES, whose keys have 8, 16 or 24";
            throw keys.Fault(
                "BAD_KEY_LENGTH", name, string.Create(CultureInfo.InvariantCulture, $"keys.{name} has {octets.Length} octets."), $"{named} names {lengths} octets: give such a key, or correct the octet.");
        }
        finally
        {
            Array.Clear(octets);
        }
    }
}
