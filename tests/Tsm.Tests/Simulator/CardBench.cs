using System.Collections.Immutable;
using Tsm.Bearers.Sms;
using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;
using LoadFile = Tsm.Card.CapFiles.LoadFile;

namespace Tsm.Tests.Simulator;

/// <summary>A card on the table, and a sender that knows its keys and makes every packet by hand.</summary>
internal sealed class CardBench
{
    public const string Sender = "1234";
    public static readonly Octets KicKey = Octets.Parse("200102030405060708090A0B0C0D0E0F");
    public static readonly Octets KidKey = Octets.Parse("201102030405060708090A0B0C0D0E0F");
    public static readonly Octets DekKey = Octets.Parse("202102030405060708090A0B0C0D0E0F");
    public static readonly Aid SamplePackage = Aid.Parse("F0546D5301");
    public static readonly Aid SampleModule = Aid.Parse("F0546D53010101");

    private static readonly Octets RestOfKey = Octets.Parse("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");

    private readonly KeyAlgorithm _algorithm;
    private readonly int _keyLength;
    private int _reference;

    public CardBench(CardProfile? profile = null, int? memory = null, Counter counter = default,
        ErrorPor? errors = null, int number = 1)
    {
        CardProfile used = profile ?? CardProfiles.Aes;
        Profile = errors is { } e ? used with { ErrorPor = e } : used;
        _algorithm = used.Name.StartsWith("3des", StringComparison.Ordinal) ? KeyAlgorithm.TripleDes : KeyAlgorithm.Aes;
        _keyLength = used.Name switch { "aes256" => 32, "3des3" => 24, _ => 16 };
        Account = new();
        Card = new(IccidOf(number), MsisdnOf(number), Profile, [KeySetOf(2, counter)], Account, memory);
        Counter = counter;
    }

    public CardProfile Profile { get; }

    public Account Account { get; }

    public SimulatedCard Card { get; }

    /// <summary>The counter of the packet made last.</summary>
    public Counter Counter { get; private set; }

    public int this[Tally tally] => Account.Total[tally];

    public static Iccid IccidOf(int number)
    {
        string digits = $"894900{number:D12}";
        return Iccid.Parse(digits + Iccid.CheckDigit(digits));
    }

    public static Msisdn MsisdnOf(int number) => Msisdn.Parse($"4917{number:D8}");

    public CardKeySet KeySetOf(int version, Counter counter = default) =>
        new(version, _algorithm, Whole(KicKey), Whole(KidKey), Whole(DekKey), counter: counter);

    public KeySet Keys(int version = 2) =>
        new(version, KeyMaterial.From(Whole(KicKey).Span, _algorithm), KeyMaterial.From(Whole(KidKey).Span, _algorithm), null);

    /// <summary>
    /// A header with the next counter: CC, ciphered, counter higher; PoR always, by SMS-SUBMIT, ciphered, with CC.
    /// </summary>
    public CommandHeader Header(string spi = "1639", int version = 2)
    {
        Counter = Counter.Next();
        Assert.True(Spi.TryParse(Octets.Parse(spi).Span, out Spi parsed, out _));
        (CipherAlgorithm cipher, CheckAlgorithm check) = (_algorithm, _keyLength) switch
        {
            (KeyAlgorithm.Aes, _) => (CipherAlgorithm.AesCbc, CheckAlgorithm.AesCmac),
            (_, 16) => (CipherAlgorithm.TripleDesTwoKeys, CheckAlgorithm.TripleDesMacTwoKeys),
            _ => (CipherAlgorithm.TripleDesThreeKeys, CheckAlgorithm.TripleDesMacThreeKeys),
        };
        return new(parsed, new Kic(cipher, version), new Kid(check, version), Profile.Tar, Counter);
    }

    public Octets Protect(CommandHeader header, params IReadOnlyList<CommandApdu> commands) =>
        Protect(header, CompactScript.Write(commands));

    public Octets Protect(CommandHeader header, Octets script)
    {
        using KeySet keys = Keys(Math.Max(1, header.Kic.KeyVersion));
        return PacketProtection.Protect(header, keys, script.Span);
    }

    /// <summary>Sends a packet in as many messages as it needs, and opens the answer; null for silence.</summary>
    public ResponseOpening? Transmit(Octets packet, CommandHeader header) =>
        Open(Messages(packet).SelectMany(m => Card.Receive(m)), header);

    public ImmutableArray<ShortMessage> Messages(Octets packet, ConcatenationOptions? options = null)
    {
        _reference = (_reference + 1) % 256;
        return [.. Concatenation.Split(packet, options ?? ConcatenationOptions.Default, _reference)
            .Select(u => new ShortMessage(Sender, Card.Msisdn.Digits, 0x7F, 0xF6, HasHeader: true, u))];
    }

    public ResponseOpening? Open(IEnumerable<ShortMessage> answers, CommandHeader header)
    {
        Octets? response = Assemble(answers);
        if (response is not { } packet)
        {
            return null;
        }

        using KeySet keys = Keys(header.Kic.KeyVersion);
        return PacketProtection.Open(packet.Span, header, keys);
    }

    public static Octets? Assemble(IEnumerable<ShortMessage> answers)
    {
        Reassembly reassembly = Reassembly.Empty;
        Octets? complete = null;
        foreach (ShortMessage answer in answers)
        {
            Assert.Equal(Sender, answer.Destination);
            Assert.True(SecuredUserData.TryReadResponse(answer.UserData.Span, answer.HasHeader, segmentsExpected: true,
                out UserData part));
            (reassembly, Octets? whole) = reassembly.Add(part, DateTimeOffset.UnixEpoch);
            complete ??= whole;
        }

        return complete is { } octets ? Octets.Concat(Octets.Parse("027100"), octets) : null;
    }

    /// <summary>Sends commands in one packet and demands a proven answer.</summary>
    public CompactResponse Run(params IReadOnlyList<CommandApdu> commands)
    {
        Octets data = Run(CompactScript.Write(commands), Profile.Tar);
        Assert.True(CompactResponse.TryParse(data.Span, out CompactResponse response, out PacketError error), error.ToString());
        return response;
    }

    /// <summary>Sends a script to a TAR in one packet, demands a proven answer, and returns its data.</summary>
    public Octets Run(Octets script, Tar tar)
    {
        CommandHeader header = Header() with { Tar = tar };
        ResponseOpening? answer = Transmit(Protect(header, script), header);
        Assert.NotNull(answer);
        Assert.Equal(ResponseKind.Proven, answer.Kind);
        Assert.Equal(Integrity.CryptographicChecksum, answer.ProvenBy);
        Assert.True(answer.Packet!.Status.IsOk, answer.Packet.Status.ToString());
        return answer.Packet.Data;
    }

    public void Expect(string status, params IReadOnlyList<CommandApdu> commands) =>
        Assert.Equal(status, Run(commands).Status.ToString());

    /// <summary>Loads the sample applet block after block, each in a packet of its own.</summary>
    public void Load(int blockLength = 240)
    {
        Expect("9000", InstallCommand.ForLoad(SamplePackage));
        foreach (CommandApdu block in SampleBlocks(blockLength))
        {
            Expect("9000", block);
        }
    }

    public void Install(Aid? instance = null) =>
        Expect("9000",
            InstallCommand.ForInstallAndMakeSelectable(SamplePackage, SampleModule, instance ?? SampleModule));

    public static IReadOnlyList<CommandApdu> SampleBlocks(int blockLength = 240) =>
        LoadCommand.Blocks(SampleLoadFile(), blockLength);

    private Octets Whole(Octets key) => Octets.Concat(key, RestOfKey).Slice(0, _keyLength);

    public static Octets SampleLoadFile() => LoadFileOf(CapBuilder.SampleApplet());

    public static Octets LoadFileOf(Octets archive)
    {
        Assert.True(CapFile.TryRead(archive.Memory, out CapFile? cap, out CapFault fault), fault.Problem);
        return LoadFile.Wrap(cap.LoadFileDataBlock());
    }
}
