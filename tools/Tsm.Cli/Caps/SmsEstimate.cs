namespace Tsm.Cli.Caps;

/// <summary>Estimates how many short messages it takes to bring a load file onto a card and install it, without faults.</summary>
/// <remarks>
/// TS 23.040 §9.2.3.24: 140 octets of user data. TS 31.115 §4: the header takes 8 octets of the first segment (concatenation
/// and 70 00), 6 of the others, 3 of a single one. TS 102 225 §5.1: CPL, CHL, SPI, KIc, KID and TAR take 10, then CNTR, PCNTR
/// and an 8-octet CC take 14 within the ciphered part.
/// </remarks>
internal static class SmsEstimate
{
    private const int UserData = 140;
    private const int SingleHeader = 3;
    private const int FirstHeader = 8;
    private const int NextHeader = 6;
    private const int PlainPart = 10;
    private const int CounterAndChecksum = 14;
    private const int LoadHeader = 5;
    private const int Block = 240;
    private const int SmallBlock = 120;

    /// <summary>About what INSTALL [for load] and INSTALL [for install and make selectable] take together, in octets.</summary>
    private const int Installs = 80;

    private static readonly (string Card, int Segments, int CipherBlock, int LoadBlock)[] Cards =
    [
        ("AES, 5 segments (uicc-aes)", 5, 16, Block),
        ("3DES, 5 segments (uicc-3des)", 5, 8, Block),
        ("AES, 3 segments (uicc-small)", 3, 16, SmallBlock),
        ("AES, single SMS", 1, 16, Block),
    ];

    /// <summary>The costs on typical cards.</summary>
    /// <param name="loadFileSize">Octets of the load file with its tag.</param>
    public static IReadOnlyList<CostReport> Of(int loadFileSize) => [.. Cards.Select(c => Of(loadFileSize, c.Card, c.Segments, c.CipherBlock, c.LoadBlock))];

    /// <summary>The costs on one kind of card.</summary>
    /// <param name="loadFileSize">Octets of the load file with its tag.</param>
    /// <param name="card">What to call the kind.</param>
    /// <param name="segments">How many short messages the card puts together.</param>
    /// <param name="cipherBlock">The block length of its cipher in octets.</param>
    /// <param name="loadBlock">The most octets in one LOAD.</param>
    public static CostReport Of(int loadFileSize, string card, int segments, int cipherBlock, int loadBlock)
    {
        // What a packet has room for once CNTR, PCNTR and CC are in it; the commands of a script fill packet after packet.
        int room = (Capacity(segments) - PlainPart) / cipherBlock * cipherBlock - CounterAndChecksum;
        int block = Math.Min(loadBlock, room - LoadHeader);
        int commands = Installs + loadFileSize + LoadHeader * ((loadFileSize + block - 1) / block);
        int full = commands / room;
        int rest = commands % room;
        int last = rest == 0 ? 0 : Segments(PlainPart + (rest + CounterAndChecksum + cipherBlock - 1) / cipherBlock * cipherBlock);
        return new(card, full + (rest > 0 ? 1 : 0), full * segments + last);
    }

    private static int Capacity(int segments) => segments == 1
        ? UserData - SingleHeader
        : UserData - FirstHeader + (segments - 1) * (UserData - NextHeader);

    private static int Segments(int packet) => packet <= Capacity(1)
        ? 1
        : 1 + Math.Max(1, (packet - (UserData - FirstHeader) + UserData - NextHeader - 1) / (UserData - NextHeader));
}
