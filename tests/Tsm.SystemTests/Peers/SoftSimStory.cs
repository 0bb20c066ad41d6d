using Tsm.Bearers.Sms;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Xunit.Abstractions;

namespace Tsm.SystemTests.Peers;

/// <summary>A card of others executes our scripts from ENVELOPEs, and we verify its PoR.</summary>
public sealed class SoftSimStory(ITestOutputHelper output)
{
    private const string Variable = "TSM_PEER_ONOMONDO", Names = "the checkout of onomondo-uicc, built in its folder build";

    // The keys that come with it, in its file A004: AES and triple DES use the same octets.
    private const string KicKey = "00112233445566778899AABBCCDDEEFF", KidKey = "0123456789ABCDEF0123456701234567";
    private const int KeyVersion = 3;
    private const string Iccid = "00112233445566778899";

    // It looks for 70 00 in the segment that arrives last, and there at the first element only.
    private static readonly ConcatenationOptions SegmentsOfTheCard = new() { IdentifierFirst = true, IdentifierInEverySegment = true };

    private static readonly Tar SharedFiles = Tar.Parse("B00011");
    private static readonly SmsAddress Server = SmsAddress.International("4915700000001"), Centre = SmsAddress.International("4917200000002");

    private static readonly CommandApdu
        SelectMf = Select("3F00"), SelectIccid = Select("2FE2"), SelectLanguages = Select("2F05"),
        Read = new(0x00, Instruction.ReadBinary, 0, 0, Le: 10), ReadTwo = new(0x00, Instruction.ReadBinary, 0, 0, Le: 2);

    [PeerFact(Variable, Names)]
    public async Task Executes_a_script_from_an_envelope_and_proves_it()
    {
        await using SoftSim card = await StartAsync();
        ulong counter = 0;
        int proven = 0;

        foreach (CipherAlgorithm cipher in (CipherAlgorithm[])[CipherAlgorithm.AesCbc, CipherAlgorithm.TripleDesTwoKeys])
        {
            foreach (CounterRule rule in (CounterRule[])[CounterRule.Higher, CounterRule.OneHigher, CounterRule.None])
            {
                foreach (bool porCiphered in (bool[])[true, false])
                {
                    foreach (bool inSubmit in (bool[])[true, false])
                    {
                        CommandHeader header = Header(cipher, rule, rule == CounterRule.None ? 0 : ++counter) with
                        {
                            Spi = SpiOf(rule, porCiphered, inSubmit),
                        };
                        CompactResponse answer = await ExecuteAsync(card, header, SelectMf, SelectIccid, Read);
                        output.WriteLine($"{cipher}, counter {rule}, PoR {(porCiphered ? "ciphered" : "clear")} {(inSubmit ? "by SMS-SUBMIT" : "in the report")}: {answer}");
                        Assert.Equal((new StatusWord(0x9000), Iccid), (answer.Status, answer.Data.ToString()));
                        proven++;
                    }
                }
            }
        }

        Assert.Equal(24, proven);
    }

    [PeerFact(Variable, Names)]
    public async Task Executes_a_script_of_several_short_messages_that_writes_and_reads()
    {
        await using SoftSim card = await StartAsync();
        CommandApdu[] script =
        [
            .. Enumerable.Repeat<CommandApdu[]>([SelectMf, SelectIccid], 20).SelectMany(s => s),
            SelectMf, SelectLanguages, new(0x00, Instruction.UpdateBinary, 0, 0, Octets.Parse("6465")), ReadTwo,
        ];

        CompactResponse answer = await ExecuteAsync(card, Header(CipherAlgorithm.AesCbc, CounterRule.Higher, 1), script);

        output.WriteLine($"{script.Length} commands: {answer}");
        Assert.Equal((new StatusWord(0x9000), "6465"), (answer.Status, answer.Data.ToString()));
    }

    [PeerFact(Variable, Names)]
    public async Task Refuses_what_it_has_executed_and_what_another_key_made()
    {
        await using SoftSim card = await StartAsync();
        CommandHeader header = Header(CipherAlgorithm.AesCbc, CounterRule.Higher, 7);
        await ExecuteAsync(card, header, SelectMf, SelectIccid, Read);
        using KeySet keys = Keys(CipherAlgorithm.AesCbc), others = Keys(CipherAlgorithm.TripleDesTwoKeys, KidKey, KicKey);
        Octets script = CompactScript.Write([SelectMf, SelectIccid, Read]);

        Octets repeated = PacketProtection.Protect(header, keys, script.Span);
        Octets forged = PacketProtection.Protect(Header(CipherAlgorithm.TripleDesTwoKeys, CounterRule.Higher, 8), others, script.Span);

        Assert.Equal(0x6200, (await EnvelopeAsync(card, repeated)).Status.Value);
        Assert.Equal(0x6200, (await EnvelopeAsync(card, forged)).Status.Value);
    }

    private static async Task<SoftSim> StartAsync()
    {
        SoftSim card = await SoftSim.StartAsync(Environment.GetEnvironmentVariable(Variable)!);
        Assert.Equal(0x3B, (await card.ResetAsync())[0]);

        // TERMINAL PROFILE: without it no proactive command comes.
        ResponseApdu profile = await card.TransmitAsync(new(0x80, 0x10, 0, 0, Octets.Parse(string.Concat(Enumerable.Repeat("FF", 20)))));
        Assert.Equal(0x9000, profile.Status.Value);
        return card;
    }

    /// <summary>Sends a script as the network would, and verifies what comes back.</summary>
    private static async Task<CompactResponse> ExecuteAsync(SoftSim card, CommandHeader header, params CommandApdu[] script)
    {
        using KeySet keys = Keys(header.Kic.Algorithm);
        Octets packet = PacketProtection.Protect(header, keys, CompactScript.Write(script).Span);

        ResponseApdu last = await EnvelopeAsync(card, packet);
        Octets por = last.Data;
        if (last.Status.Sw1 == 0x91)
        {
            // Status 0B: what the answer to the ENVELOPE says is that the PoR follows by SMS-SUBMIT. The card adds a block to the CMAC of
            // whole blocks with no data after them (RFC 4493 §2.4 has none), so where that answer is in the clear its CC is wrong.
            ResponseOpening announced = PacketProtection.Open(por.Span, header, keys);
            bool wrongCmac = header is { Kid.Algorithm: CheckAlgorithm.AesCmac, Spi.PorCiphered: false };
            Assert.True(announced.Kind == (wrongCmac ? ResponseKind.Malformed : ResponseKind.Proven), $"{por} to {packet}: {announced}");
            Assert.Equal(wrongCmac ? null : (byte)0x0B, announced.Status?.Code);
            por = await FetchAsync(card, last.Status.Sw2);
        }

        ResponseOpening opening = PacketProtection.Open(por.Span, header, keys);
        Assert.True(opening.Kind == ResponseKind.Proven, $"{por} to {packet}: {opening}");
        Assert.Equal(ResponseStatus.Ok, opening.Status);
        Assert.True(CompactResponse.TryParse(opening.Packet!.Data.Span, out CompactResponse answer, out PacketError error), error.ToString());
        return answer;
    }

    /// <summary>Hands a packet over in SMS-DELIVERs, each in an ENVELOPE; gives the answer to the last, fetched where it waits.</summary>
    private static async Task<ResponseApdu> EnvelopeAsync(SoftSim card, Octets packet)
    {
        ResponseApdu answer = default;
        foreach (Octets userData in Concatenation.Split(packet, SegmentsOfTheCard, reference: 0x5A))
        {
            var deliver = new SmsDeliver(
                DeliverBits.UserDataHeader | DeliverBits.NoMoreMessages, Server, SmsDeliver.DataDownloadProtocolId, SmsDeliver.Class2DataCoding,
                ServiceCentreTimestamp.From(new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero)), userData);
            Octets envelope = ToOctets(new EnvelopeSmsPpDownload(Centre, ToOctets(deliver)));
            answer = await card.TransmitAsync(new(0x80, 0xC2, 0, 0, envelope));
            Assert.True(answer.Status.Value is 0x9000 or 0x6200 || answer.Status.Sw1 is 0x61 or 0x91, $"{envelope}: {answer}");
        }

        return answer.Status.Sw1 == 0x61
            ? await card.TransmitAsync(CompactScript.GetResponse with { Le = answer.Status.Sw2 })
            : answer;
    }

    /// <summary>Fetches what the card wants to send, and puts it together.</summary>
    private static async Task<Octets> FetchAsync(SoftSim card, byte length)
    {
        Reassembly held = Reassembly.Empty;
        Octets? whole = null;
        for (int segments = 0; whole is null && segments < 10; segments++)
        {
            ResponseApdu fetched = await card.TransmitAsync(new(0x80, 0x12, 0, 0, Le: length));
            Octets submitted = TpduOf(fetched.Data);
            Assert.True(SmsSubmit.TryParse(submitted.Span, out SmsSubmit submit, out PacketError error), $"{submitted}: {error}");
            Assert.Equal(Server.Digits, submit.Destination.Digits);
            Assert.True(SecuredUserData.TryReadResponse(submit.UserData.Span, submit.HasHeader, segmentsExpected: true, out UserData segment), submit.UserData.ToString());
            (held, whole) = held.Add(segment, DateTimeOffset.UnixEpoch);

            // TERMINAL RESPONSE: the message was sent.
            ResponseApdu done = await card.TransmitAsync(new(0x80, 0x14, 0, 0, Octets.Parse("810301130082028281830100")));
            length = done.Status.Sw1 == 0x91 ? done.Status.Sw2 : (byte)0;
        }

        return whole ?? throw new InvalidOperationException("The card sent segments without end.");
    }

    /// <summary>The TPDU of SEND SHORT MESSAGE (TS 102 223 §6.6.9): D0 { command details | device identities | [...] | 8B TPDU }.</summary>
    private static Octets TpduOf(Octets proactive)
    {
        var outer = new OctetReader(proactive.Span);
        outer.Expect([0xD0]);
        OctetReader objects = outer.ReadSub(ReadLength(ref outer));
        while (objects.Remaining > 0)
        {
            int tag = objects.ReadByte() & 0x7F;
            Octets value = objects.ReadOctets(ReadLength(ref objects));
            if (tag == 0x0B)
            {
                return value;
            }
        }

        throw new InvalidOperationException($"{proactive} is no SEND SHORT MESSAGE.");
    }

    private static int ReadLength(ref OctetReader reader) => reader.ReadByte() is var length and < 0x80 ? length : reader.ReadByte();

    private static CommandHeader Header(CipherAlgorithm cipher, CounterRule rule, ulong counter)
    {
        CheckAlgorithm check = cipher == CipherAlgorithm.AesCbc ? CheckAlgorithm.AesCmac : CheckAlgorithm.TripleDesMacTwoKeys;
        return new(SpiOf(rule, porCiphered: true, inSubmit: false), new(cipher, KeyVersion), new(check, KeyVersion), SharedFiles, new(counter));
    }

    private static Spi SpiOf(CounterRule rule, bool porCiphered, bool inSubmit) => new(
        Integrity.CryptographicChecksum, Ciphered: true, rule, PorRule.Always, Integrity.CryptographicChecksum, porCiphered, inSubmit);

    private static KeySet Keys(CipherAlgorithm cipher, string kic = KicKey, string kid = KidKey)
    {
        KeyAlgorithm algorithm = cipher == CipherAlgorithm.AesCbc ? KeyAlgorithm.Aes : KeyAlgorithm.TripleDes;
        return new(KeyVersion, KeyMaterial.From(Octets.Parse(kic).Span, algorithm), KeyMaterial.From(Octets.Parse(kid).Span, algorithm), dek: null);
    }

    private static CommandApdu Select(string file) => new(0x00, Instruction.Select, 0x00, 0x0C, Octets.Parse(file));

    private static Octets ToOctets<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] octets = new byte[packet.Length];
        packet.Write(octets);
        return Octets.Own(octets);
    }
}
