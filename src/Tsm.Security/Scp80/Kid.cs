using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>KID: the algorithm of the RC or CC, and the version of the key. Not GlobalPlatform's key identifier.</summary>
/// <remarks>
/// TS 102 225 §5.1.3. The same octet is read in two ways: SPI says whether it codes a CC (§5.1.3.1) or an RC
/// (§5.1.3.2). Any octet is a value, because a card ignores KID when SPI asks for neither.
/// </remarks>
public readonly record struct Kid : IPacket<Kid>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 1;

    private readonly byte _octet;

    private Kid(byte octet) => _octet = octet;

    /// <summary>Codes an algorithm and a key version.</summary>
    /// <param name="algorithm">Any that has a coding: not Reserved, Xor4 or Xor8.</param>
    /// <param name="keyVersion">0 to 15; 0 leaves the key to the card.</param>
    /// <exception cref="ArgumentOutOfRangeException">The algorithm has no coding, or the version is not 0 to 15.</exception>
    public Kid(CheckAlgorithm algorithm, int keyVersion)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keyVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyVersion, 15);

        //  b8..b5  key version     b4 b3  variant     b2 b1  00 implicit, 01 DES or CRC, 10 AES, 11 proprietary
        int coding = algorithm switch
        {
            CheckAlgorithm.Implicit => 0x0,
            CheckAlgorithm.DesMac or CheckAlgorithm.Crc16 => 0x1,
            CheckAlgorithm.AesCmac => 0x2,
            CheckAlgorithm.Proprietary => 0x3,
            CheckAlgorithm.TripleDesMacTwoKeys or CheckAlgorithm.Crc32 => 0x5,
            CheckAlgorithm.TripleDesMacThreeKeys => 0x9,
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The algorithm has no coding in KID."),
        };
        _octet = (byte)(keyVersion << 4 | coding);
    }

    /// <summary>Names a key that makes a CC: with triple DES its length says which of the two codings.</summary>
    /// <param name="key">The key that signs.</param>
    /// <param name="keyVersion">0 to 15; 0 leaves the key to the card.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is not 0 to 15.</exception>
    public static Kid For(KeyMaterial key, int keyVersion)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new((key.Algorithm, key.Length) switch
        {
            (KeyAlgorithm.Aes, _) => CheckAlgorithm.AesCmac,
            (KeyAlgorithm.TripleDes, 16) => CheckAlgorithm.TripleDesMacTwoKeys,
            (KeyAlgorithm.TripleDes, _) => CheckAlgorithm.TripleDesMacThreeKeys,
            _ => CheckAlgorithm.DesMac,
        }, keyVersion);
    }

    /// <summary>The algorithm that the octet codes for a CC; Reserved where it codes none.</summary>
    public CheckAlgorithm Algorithm => AlgorithmFor(Integrity.CryptographicChecksum);

    /// <summary>The key version number, 1 to 15, or 0 where the card is to know.</summary>
    public int KeyVersion => _octet >> 4;

    /// <inheritdoc/>
    public int Length => Size;

    /// <summary>The algorithm that the octet codes when SPI asks for <paramref name="integrity"/>.</summary>
    /// <returns>None where SPI asks for nothing, Reserved where the octet codes nothing.</returns>
    public CheckAlgorithm AlgorithmFor(Integrity integrity) => (integrity, _octet & 0x0F) switch
    {
        (Integrity.None, _) => CheckAlgorithm.None,
        (Integrity.DigitalSignature, _) => CheckAlgorithm.Reserved,
        (_, 0x0 or 0x4 or 0x8 or 0xC) => CheckAlgorithm.Implicit,
        (_, 0x3 or 0x7 or 0xB or 0xF) => CheckAlgorithm.Proprietary,
        (Integrity.CryptographicChecksum, 0x1) => CheckAlgorithm.DesMac,
        (Integrity.CryptographicChecksum, 0x5) => CheckAlgorithm.TripleDesMacTwoKeys,
        (Integrity.CryptographicChecksum, 0x9) => CheckAlgorithm.TripleDesMacThreeKeys,
        (Integrity.CryptographicChecksum, 0x2) => CheckAlgorithm.AesCmac,
        (Integrity.RedundancyCheck, 0x1) => CheckAlgorithm.Crc16,
        (Integrity.RedundancyCheck, 0x5) => CheckAlgorithm.Crc32,
        _ => CheckAlgorithm.Reserved,
    };

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteByte(_octet);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Kid packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(reader.ReadByte());
        if (reader.TryEnd(out error))
        {
            return true;
        }

        packet = default;
        return false;
    }

    /// <summary>The octet in hexadecimal, since its meaning depends on SPI.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_octet:X2}");
}

/// <summary>How the RC or CC of a packet is computed.</summary>
/// <remarks>TS 102 225 §5.1.3.1 and §5.1.3.2.</remarks>
public enum CheckAlgorithm
{
    /// <summary>Known to both sides without being said; see <see cref="ImplicitAlgorithms"/>.</summary>
    Implicit = 0,

    /// <summary>CC: single DES CBC-MAC, 8 octets; withdrawn, present on old cards.</summary>
    DesMac = 1,

    /// <summary>CC: AES-CMAC, 8 octets, or 4 where the card's key says so.</summary>
    AesCmac = 2,

    /// <summary>CC: triple DES CBC-MAC with two keys, 8 octets.</summary>
    TripleDesMacTwoKeys = 3,

    /// <summary>CC: triple DES CBC-MAC with three keys, 8 octets.</summary>
    TripleDesMacThreeKeys = 4,

    /// <summary>RC: CRC-16, 2 octets.</summary>
    Crc16 = 5,

    /// <summary>RC: CRC-32, 4 octets.</summary>
    Crc32 = 6,

    /// <summary>RC: exclusive or in 4 columns; proprietary, by agreement only.</summary>
    Xor4 = 7,

    /// <summary>RC: exclusive or in 8 columns; proprietary, by agreement only.</summary>
    Xor8 = 8,

    /// <summary>An algorithm of the card's maker; see <see cref="ImplicitAlgorithms"/>.</summary>
    Proprietary = 9,

    /// <summary>A coding without a meaning.</summary>
    Reserved = 10,

    /// <summary>Neither RC nor CC is asked for.</summary>
    None = 11,
}
