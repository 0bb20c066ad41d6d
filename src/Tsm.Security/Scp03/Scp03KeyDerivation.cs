using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp03;

/// <summary>The key derivation of SCP03: NIST SP 800-108 in counter mode with AES-CMAC.</summary>
/// <remarks>Amd D §4.1.5.</remarks>
public static class Scp03KeyDerivation
{
    internal const byte CardCryptogram = 0x00;
    internal const byte HostCryptogram = 0x01;
    internal const byte SessionEncryption = 0x04;
    internal const byte SessionMac = 0x06;
    internal const byte SessionResponseMac = 0x07;

    private const byte CardChallengeConstant = 0x02;
    private const int LabelLength = 12;
    private const int LongestKey = 32;

    /// <summary>The pseudo-random challenge that a card makes from its sequence counter.</summary>
    /// <remarks>Amd D §6.2. A card selected by another name of its domain may have used that: a difference is no proof of anything.</remarks>
    /// <param name="encryption">The static K-ENC.</param>
    /// <param name="sequenceCounter">The counter, 0 to 16,777,215.</param>
    /// <param name="securityDomain">The AID of the selected security domain.</param>
    /// <param name="length">8 octets, or 16 in S16 mode.</param>
    public static Octets CardChallenge(KeyMaterial encryption, uint sequenceCounter, Aid securityDomain, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequenceCounter, 0xFF_FFFFu);
        ArgumentOutOfRangeException.ThrowIfNotEqual(length is 8 or 16, true, nameof(length));
        byte[] challenge = new byte[length];
        byte[] counter = [(byte)(sequenceCounter >> 16), (byte)(sequenceCounter >> 8 & 0xFF), (byte)(sequenceCounter & 0xFF)];
        Derive(encryption, CardChallengeConstant, [.. counter, .. securityDomain.Span], challenge);
        return Octets.Own(challenge);
    }

    /// <summary>A session key as long as <paramref name="key"/>.</summary>
    internal static KeyMaterial DeriveKey(KeyMaterial key, byte constant, ReadOnlySpan<byte> context)
    {
        Span<byte> derived = stackalloc byte[LongestKey];
        derived = derived[..key.Length];
        try
        {
            Derive(key, constant, context, derived);
            return KeyMaterial.From(derived, KeyAlgorithm.Aes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Fills <paramref name="destination"/> with derived octets.</summary>
    internal static void Derive(KeyMaterial key, byte constant, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        //  label: 11 × 00, constant 1 | 00 | L 2, in bits | counter 1 | context
        byte[] input = new byte[LabelLength + 4 + context.Length];
        var writer = new OctetWriter(input);
        writer.Write(new byte[LabelLength - 1]);
        writer.WriteByte(constant);
        writer.WriteByte(0);
        writer.WriteUInt16((ushort)(8 * destination.Length));
        int counterAt = writer.Position;
        writer.WriteByte(0);
        writer.Write(context);
        while (!destination.IsEmpty)
        {
            input[counterAt]++;
            Span<byte> block = destination[..Math.Min(AesCmac.Size, destination.Length)];
            AesCmac.Compute(key, input, block);
            destination = destination[block.Length..];
        }
    }
}
