using System.Globalization;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Security.Scp80;

/// <summary>KIc: the algorithm that ciphers, and the version of the key.</summary>
/// <remarks>
/// TS 102 225 §5.1.2. Any octet is a value, because a card ignores KIc when nothing is ciphered and senders leave
/// anything in it; <see cref="Algorithm"/> says whether the coding is a known one.
/// </remarks>
public readonly record struct Kic : IPacket<Kic>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 1;

    private readonly byte _octet;

    private Kic(byte octet) => _octet = octet;

    /// <summary>Codes an algorithm and a key version.</summary>
    /// <param name="algorithm">Any that has a coding: not Reserved and not TripleDesEcb.</param>
    /// <param name="keyVersion">0 to 15; 0 leaves the key to the card.</param>
    /// <exception cref="ArgumentOutOfRangeException">The algorithm has no coding, or the version is not 0 to 15.</exception>
    public Kic(CipherAlgorithm algorithm, int keyVersion)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keyVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyVersion, 15);

        //  b8..b5  key version     b4 b3  variant     b2 b1  00 implicit, 01 DES, 10 AES, 11 proprietary
        int coding = algorithm switch
        {
            CipherAlgorithm.Implicit => 0x0,
            CipherAlgorithm.DesCbc => 0x1,
            CipherAlgorithm.AesCbc => 0x2,
            CipherAlgorithm.Proprietary => 0x3,
            CipherAlgorithm.TripleDesTwoKeys => 0x5,
            CipherAlgorithm.TripleDesThreeKeys => 0x9,
            CipherAlgorithm.DesEcb => 0xD,
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The algorithm has no coding in KIc."),
        };
        _octet = (byte)(keyVersion << 4 | coding);
    }

    /// <summary>Names a key: with triple DES its length says which of the two codings.</summary>
    /// <param name="key">The key that ciphers, in CBC.</param>
    /// <param name="keyVersion">0 to 15; 0 leaves the key to the card.</param>
    /// <exception cref="ArgumentOutOfRangeException">The version is not 0 to 15.</exception>
    public static Kic For(KeyMaterial key, int keyVersion)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new((key.Algorithm, key.Length) switch
        {
            (KeyAlgorithm.Aes, _) => CipherAlgorithm.AesCbc,
            (KeyAlgorithm.TripleDes, 16) => CipherAlgorithm.TripleDesTwoKeys,
            (KeyAlgorithm.TripleDes, _) => CipherAlgorithm.TripleDesThreeKeys,
            _ => CipherAlgorithm.DesCbc,
        }, keyVersion);
    }

    /// <summary>The algorithm that the octet codes; Reserved where it codes none.</summary>
    public CipherAlgorithm Algorithm => (_octet & 0x0F) switch
    {
        0x1 => CipherAlgorithm.DesCbc,
        0x2 => CipherAlgorithm.AesCbc,
        0x5 => CipherAlgorithm.TripleDesTwoKeys,
        0x9 => CipherAlgorithm.TripleDesThreeKeys,
        0xD => CipherAlgorithm.DesEcb,
        0x0 or 0x4 or 0x8 or 0xC => CipherAlgorithm.Implicit,
        0x3 or 0x7 or 0xB or 0xF => CipherAlgorithm.Proprietary,
        _ => CipherAlgorithm.Reserved,
    };

    /// <summary>The key version number, 1 to 15, or 0 where the card is to know.</summary>
    public int KeyVersion => _octet >> 4;

    /// <inheritdoc/>
    public int Length => Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.WriteByte(_octet);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Kic packet, out PacketError error)
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

    /// <summary>The algorithm and the key version.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Algorithm}, key version {KeyVersion}");
}

/// <summary>How a packet is ciphered. The initial value is zero for every packet.</summary>
/// <remarks>TS 102 225 §5.1.2.</remarks>
public enum CipherAlgorithm
{
    /// <summary>Known to both sides without being said; see <see cref="ImplicitAlgorithms"/>.</summary>
    Implicit = 0,

    /// <summary>Single DES in CBC; withdrawn by TS 102 225 Release 16, present on old cards.</summary>
    DesCbc = 1,

    /// <summary>AES in CBC; the key's length says which.</summary>
    AesCbc = 2,

    /// <summary>Triple DES in outer CBC with two keys.</summary>
    TripleDesTwoKeys = 3,

    /// <summary>Triple DES in outer CBC with three keys.</summary>
    TripleDesThreeKeys = 4,

    /// <summary>Single DES in ECB; GSM 03.48 only.</summary>
    DesEcb = 5,

    /// <summary>Triple DES in ECB with two or three keys; no standard codes it, some cards have it as implicit algorithm.</summary>
    TripleDesEcb = 6,

    /// <summary>An algorithm of the card's maker; see <see cref="ImplicitAlgorithms"/>.</summary>
    Proprietary = 7,

    /// <summary>A coding without a meaning.</summary>
    Reserved = 8,
}
