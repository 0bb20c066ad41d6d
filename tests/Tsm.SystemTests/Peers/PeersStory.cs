using System.Text.Json.Nodes;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Xunit.Abstractions;

namespace Tsm.SystemTests.Peers;

/// <summary>Programs of others make packets of ours and open them, and the other way round. They run as processes of their own.</summary>
public sealed class PeersStory(ITestOutputHelper output)
{
    private const string PySimVariable = "TSM_PEER_PYSIM", Gsm0348Variable = "TSM_PEER_GSM0348";
    private const int Cases = 2000;

    private const string
        Built = "commands: built alike", OpenedByThem = "commands: ours opened by them", OpenedByUs = "commands: theirs opened by us",
        Answered = "responses: built alike", ReadByThem = "responses: ours opened by them", ReadByUs = "responses: theirs opened by us";

    private static string Drivers { get; } = Path.Combine(Programs.Root, "tests/peers");

    [PeerFact(PySimVariable, "the import path of pySim")]
    public async Task PySim_makes_and_opens_the_same_packets()
    {
        string python = Environment.GetEnvironmentVariable("TSM_PEER_PYTHON") ?? "python3";
        using LineProcess peer = LineProcess.Start(
            python, ("PYTHONPATH", Environment.GetEnvironmentVariable(PySimVariable)!), Path.Combine(Drivers, "pysim_peer.py"));

        PeerTally tally = await CompareAsync(peer, DifferenceOfPySim, answers: false, sameLayout: false);

        tally.Report(output);
        Assert.True(tally[Built] >= 200 && tally[OpenedByThem] >= 200 && tally[OpenedByUs] >= 200 && tally[ReadByThem] >= 200);
    }

    [PeerFact(Gsm0348Variable, "the class path of the gsm0348 library")]
    public async Task Gsm0348_makes_and_opens_the_same_packets()
    {
        using LineProcess peer = LineProcess.Start(
            "java", environment: null, "-cp", Environment.GetEnvironmentVariable(Gsm0348Variable)!, Path.Combine(Drivers, "Gsm0348Peer.java"));

        PeerTally tally = await CompareAsync(peer, DifferenceOfGsm0348, answers: true, sameLayout: true);

        tally.Report(output);
        Assert.All([Built, OpenedByThem, OpenedByUs, Answered, ReadByThem, ReadByUs], what => Assert.True(tally[what] >= 200));
    }

    private static string? DifferenceOfPySim(PeerCase c, string what, string said, Octets ours)
    {
        Spi spi = c.Spi;
        (bool ciphered, Integrity integrity) = what == ReadByThem ? (spi.PorCiphered, spi.PorIntegrity) : (spi.Ciphered, spi.Integrity);
        return (what, ciphered, integrity) switch
        {
            _ when c.UsesThreeKeysToCipher(ciphered) || c.UsesThreeKeysToSign(integrity) => "it has no triple DES with three keys",
            (OpenedByThem, false, _) => "it deciphers whatever SPI says",
            (OpenedByThem or ReadByThem, _, Integrity.RedundancyCheck) => "it cannot check an RC",
            _ when c.HasCrc16(integrity) => "its RC is CRC-32 whatever KID says",
            _ when c.HasShortCmac(integrity) => "its CMAC has 8 octets always",
            (Built, _, _) when said.Contains("Fragmentation not implemented", StringComparison.Ordinal) => "it makes no more than a single SMS",
            (Built, false, _) when said == $"ok\t{ours.Slice(2)}" => "it leaves CPL out of what is not ciphered",
            _ => null,
        };
    }

    private static string? DifferenceOfGsm0348(PeerCase c, string what, string said, Octets ours)
    {
        Spi spi = c.Spi;
        return what switch
        {
            _ when spi is { Integrity: Integrity.None, PorCiphered: true } && said.StartsWith("no\t", StringComparison.Ordinal) =>
                "it ciphers no response where SPI asks for neither RC nor CC",
            Built when spi.Integrity == Integrity.None && said == $"ok\t{WithoutKidCoding(ours)}" => "it leaves the algorithm of KID zero where SPI asks for neither RC nor CC",
            _ => null,
        };
    }

    private static Octets WithoutKidCoding(Octets packet)
    {
        //  CPL 2 | CHL 1 | SPI 2 | KIc 1 | KID 1 | ...
        byte[] octets = packet.ToArray();
        octets[6] &= 0xF0;
        return Octets.Own(octets);
    }

    /// <summary>Makes and opens packets on both sides.</summary>
    /// <param name="peer">The other side.</param>
    /// <param name="difference">Why the peer is known to differ from us in what it said; null where it has to agree.</param>
    /// <param name="answers">Whether it makes responses.</param>
    /// <param name="sameLayout">Whether its packets can be opened also where they differ.</param>
    private static async Task<PeerTally> CompareAsync(
        LineProcess peer, Func<PeerCase, string, string, Octets, string?> difference, bool answers, bool sameLayout)
    {
        var tally = new PeerTally();
        using LineProcess wrap = LineProcess.Tsm("wrap"), unwrap = LineProcess.Tsm("unwrap");
        foreach (PeerCase c in PeerCase.Generate(Cases, seed: 102_225, isResponse: false))
        {
            // Ours, made by tsm, and opened by the peer.
            JsonNode wrapped = JsonNode.Parse(await wrap.AskAsync(c.ToJson("plaintext", c.Data, isCommand: true)))!;
            var ours = Octets.Parse((string?)wrapped["packet"] ?? throw new InvalidOperationException($"{c}: {wrapped}"));
            string opened = await peer.AskAsync(c.ToLine("open", ours));
            tally.Judge(opened == $"ok\t{c.Tar}\t{c.Data}", OpenedByThem, difference(c, OpenedByThem, opened, ours), $"{c}: {ours}: {opened}");

            // Theirs, and opened by tsm.
            string built = await peer.AskAsync(c.ToLine("wrap", c.Data));
            string? known = difference(c, Built, built, ours);
            tally.Judge(built == $"ok\t{ours}", Built, known, $"{c}: {ours}: {built}");
            if ((known is null || sameLayout) && built.Split('\t') is ["ok", string theirs])
            {
                JsonNode found = JsonNode.Parse(await unwrap.AskAsync(c.ToJson("packet", Octets.Parse("027000" + theirs), isCommand: true)))!;
                tally.Judge(IsAsSent(found, c, c.Spi.Integrity), OpenedByUs, known: null, $"{c}: {theirs}: {found.ToJsonString()}");
            }
        }

        foreach (PeerCase c in PeerCase.Generate(Cases, seed: 31_115, isResponse: true))
        {
            await CompareResponseAsync(c);
        }

        return tally;

        async Task CompareResponseAsync(PeerCase c)
        {
            using KeySet keys = c.Keys();
            Octets ours = PacketProtection.ProtectResponse(c.Header, keys, c.Status, c.Data.Span, plain: false);
            string read = await peer.AskAsync(c.ToLine("read", ours));
            tally.Judge(
                read == $"ok\t{Octets.Own([c.Status.Code])}\t{c.Counter}\t{c.Data}", ReadByThem, difference(c, ReadByThem, read, ours), $"{c}: {ours}: {read}");
            if (!answers)
            {
                return;
            }

            Octets oursAfterUdh = ours.Slice(3);
            string answered = await peer.AskAsync(c.ToLine("answer", c.Data));
            string? known = difference(c, Answered, answered, oursAfterUdh);
            tally.Judge(answered == $"ok\t{oursAfterUdh}", Answered, known, $"{c}: {oursAfterUdh}: {answered}");
            if (answered.Split('\t') is ["ok", string theirs])
            {
                JsonNode found = JsonNode.Parse(await unwrap.AskAsync(c.ToJson("packet", Octets.Parse("027100" + theirs), isCommand: false)))!;
                bool agrees = IsAsSent(found, c, c.Spi.PorIntegrity) && Is(found, "status", Octets.Own([c.Status.Code]));
                tally.Judge(agrees, ReadByUs, known: null, $"{c}: {theirs}: {found.ToJsonString()}");
                ResponseOpening opening = PacketProtection.Open(Octets.Parse("027100" + theirs).Span, c.Header, keys);
                bool proven = c.Spi.PorIntegrity != Integrity.None;
                tally.Judge(opening.Kind == (proven ? ResponseKind.Proven : ResponseKind.Indicated), "responses: theirs proven or, without RC and CC, indicated", known: null, $"{c}: {theirs}: {opening}");
            }
        }
    }

    private static bool IsAsSent(JsonNode found, PeerCase sent, Integrity integrity) =>
        Is(found, "data", sent.Data) && Is(found, "tar", sent.Tar) && Is(found, "cntr", sent.Counter)
        && (bool?)found["verified"] == (integrity != Integrity.None);

    private static bool Is(JsonNode found, string member, Octets expected) =>
        string.Equals((string?)found[member], expected.ToString(), StringComparison.OrdinalIgnoreCase);
}
