using System.Text.Json;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.SystemTests.Peers;

/// <summary>One packet to be made or opened by two programs.</summary>
public sealed record PeerCase(
    Octets SpiOctets, byte KicOctet, byte KidOctet, Octets Tar, Octets Counter, Octets KicKey, Octets KidKey, byte CcLength, ResponseStatus Status, Octets Data)
{
    private const byte Des = 0x1, TwoKeys = 0x5, ThreeKeys = 0x9, Aes = 0x2, Crc16 = 0x1, Crc32 = 0x5;
    private const int LongestData = 1000;

    public Spi Spi => Spi.TryParse(SpiOctets.Span, out Spi spi, out _) ? spi : throw new InvalidOperationException($"{SpiOctets} is no SPI.");

    public bool UsesThreeKeysToCipher(bool ciphered) => ciphered && (KicOctet & 0x0F) == ThreeKeys;

    public bool UsesThreeKeysToSign(Integrity integrity) => integrity == Integrity.CryptographicChecksum && (KidOctet & 0x0F) == ThreeKeys;

    public bool HasShortCmac(Integrity integrity) => integrity == Integrity.CryptographicChecksum && (KidOctet & 0x0F) == Aes && CcLength == 4;

    public bool HasCrc16(Integrity integrity) => integrity == Integrity.RedundancyCheck && (KidOctet & 0x0F) == Crc16;

    /// <summary>The header of the command.</summary>
    public CommandHeader Header
    {
        get
        {
            _ = Kic.TryParse([KicOctet], out Kic kic, out _);
            _ = Kid.TryParse([KidOctet], out Kid kid, out _);
            _ = Card.Identifiers.Tar.TryParse(Tar.Span, out Tar tar, out _);
            _ = Security.Scp80.Counter.TryParse(Counter.Span, out Counter counter, out _);
            return new(Spi, kic, kid, tar, counter, CcLength);
        }
    }

    /// <summary>Cases with every algorithm, key length, SPI and many lengths of data; the same ones for the same seed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Names them.</param>
    /// <param name="isResponse">Whether their data are those of a response: none, or a compact response.</param>
    public static IEnumerable<PeerCase> Generate(int count, int seed, bool isResponse)
    {
        // Cases that anybody can make again: nothing here is secret.
#pragma warning disable CA5394
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            byte cipher = Pick(random, Des, TwoKeys, ThreeKeys, Aes, Aes, Aes), check = Pick(random, Des, TwoKeys, ThreeKeys, Aes, Aes, Aes);
            int integrity = Pick(random, 0, 1, 1, 2, 2, 2, 2), counterRule = random.Next(4);
            if (integrity == (int)Integrity.RedundancyCheck)
            {
                check = Pick(random, Crc16, Crc32);
            }

            int porIntegrity = random.Next(3) == 0 ? 0 : integrity;
            byte first = (byte)(counterRule << 3 | random.Next(2) << 2 | integrity);
            byte second = (byte)(random.Next(2) << 5 | random.Next(2) << 4 | porIntegrity << 2 | random.Next(3));
            int length = isResponse ? Pick(random, 0, 3 + random.Next(120))
                : Pick(random, random.Next(17), random.Next(100), random.Next(100), random.Next(LongestData + 1));

            // CNTR is zero where SPI has no use for it (TS 102 225 §5.1).
            Octets counter = counterRule == 0 ? Octets.Own(new byte[5]) : Some(random, 5);
            yield return new(
                Octets.Own([first, second]), (byte)(random.Next(1, 16) << 4 | cipher), (byte)(random.Next(1, 16) << 4 | check), Some(random, 3), counter,
                Some(random, KeyLength(random, cipher)), Some(random, KeyLength(random, check)), Pick<byte>(random, 4, 8),
                new((byte)random.Next(10)), Some(random, length));
        }
#pragma warning restore CA5394
    }

    /// <summary>A request to <c>tsm packet wrap</c> or <c>unwrap</c>.</summary>
    /// <param name="name">What <paramref name="octets"/> are: <c>plaintext</c> or <c>packet</c>.</param>
    /// <param name="isCommand">Without, a response is opened, for which SPI2 is enough.</param>
    public string ToJson(string name, Octets octets, bool isCommand)
    {
        var members = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["spi2"] = SpiOctets.Slice(1).ToString(),
            ["kic"] = Octets.Own([KicOctet]).ToString(),
            ["kid"] = Octets.Own([KidOctet]).ToString(),
            ["cc_len"] = (int)CcLength,
            ["keys"] = new { kic = KicKey.ToString(), kid = KidKey.ToString() },
            [name] = octets.ToString(),
        };
        if (isCommand)
        {
            members["spi1"] = SpiOctets.Slice(0, 1).ToString();
            members["tar"] = Tar.ToString();
            members["cntr"] = Counter.ToString();
        }

        return JsonSerializer.Serialize(members);
    }

    /// <summary>A request to a peer: fields separated by tabs, octets in hexadecimal.</summary>
    /// <param name="verb"><c>wrap</c> and <c>open</c> a command, <c>answer</c> it, <c>read</c> an answer.</param>
    /// <param name="payload">Data, or a packet.</param>
    public string ToLine(string verb, Octets payload) => string.Join(
        '\t', verb, SpiOctets, Octets.Own([KicOctet]), Octets.Own([KidOctet]), Tar, Counter, KicKey, KidKey, Octets.Own([CcLength]), Octets.Own([Status.Code]), payload);

    /// <summary>The request, without its verb.</summary>
    public override string ToString() => ToLine("", Data).Replace('\t', ' ');

    /// <summary>The keys, for our library.</summary>
    public KeySet Keys() => KeySet.ForLaboratory(Key(KicKey, KicOctet), Key(KidKey, KidOctet));

    private static KeyMaterial Key(Octets octets, byte coded) => KeyMaterial.From(
        octets.Span,
        (coded & 0x0F) == Aes ? KeyAlgorithm.Aes : octets.Length == 8 ? KeyAlgorithm.Des : KeyAlgorithm.TripleDes);

#pragma warning disable CA5394
    private static int KeyLength(Random random, byte coded) => coded switch
    {
        Des => 8,
        TwoKeys => 16,
        ThreeKeys => 24,
        _ => Pick(random, 16, 24, 32),
    };

    private static Octets Some(Random random, int length)
    {
        byte[] octets = new byte[length];
        random.NextBytes(octets);
        return Octets.Own(octets);
    }

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
#pragma warning restore CA5394
}
