using System.Globalization;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Tsm.Bearers.Sms;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Explain;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Tests.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Explain;

/// <summary>What is told of octets of every kind.</summary>
public sealed class ExplainerTests
{
    [Theory]
    [InlineData("00A4040007A0000000620101", "apdu", "by AID")]
    [InlineData("00A4000C023F0000A4000C022FE200B000000A", "apdus", "EF.ICCID")]
    [InlineData("AA0A220880F24002024F0000", "script", "applications and security domains")]
    [InlineData("AB0780010123026132", "script-response", "more response data")]
    [InlineData("AE80220580E29000000000", "script", "STORE DATA")]
    [InlineData("0390009889000000000000001F", "script-response", "success")]
    [InlineData("C900EA0F800D00000000010201120 3AF4D0100", "tlv", "UICC toolkit parameters")]
    [InlineData("E3134F08A0000001510000009F700107C503800000", "tlv", "selectable")]
    [InlineData("E012C00401018210C00402018210C00403018210", "tlv", "identifier 3, version 1, DES, 16 octets")]
    [InlineData("FF210B81010D8202C5D683020962", "tlv", "free non-volatile memory")]
    [InlineData("D02E81030113008202818386099111223344556677F88B180100099110325476F840F40C54657374204D657373616765", "proactive-command", "SEND SHORT MESSAGE, command 1")]
    [InlineData("6985", "response", "conditions of use not satisfied")]
    [InlineData("06", "por-status", "unidentified security error")]
    [InlineData("40058121 43F57FF622705200000000 2D 027000 00281516192222B000115A47655527E96E832F1A5C698655715D4331454A0D83952C0ED35245706976B1", "tpdu", "for the card")]
    [InlineData("80C200003CD13A820283818B3444038119F07FF6151124135822042502700000201115351515C000004D5C2C7F43D3E774316C66CE8E1D5045755BACEF5DC83203", "envelope", "CRC-32")]
    public void Every_kind_is_recognised(string hex, string kind, string meaning)
    {
        Explanation explanation = Explainer.Explain(Octets.Parse(hex.Replace(" ", "", StringComparison.Ordinal)), ExplainContext.None);

        Assert.Equal(kind, explanation.Kind);
        Assert.Contains(meaning, string.Join('\n', All(explanation.Root).Select(p => $"{p.Name} {p.Meaning}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("80E60400 17 0200AA 0200BB 0200CC 0100 0A C904 11223344 EA02 8000 00", true)]
    [InlineData("80E60400 13 0200AA 0200BB 0200CC 0100 06 11223344 9988 00", false)]
    public void What_an_applet_is_given_with_INSTALL_is_kept_back_from_who_does_not_hold_the_keys(string hex, bool known)
    {
        Octets octets = Octets.Parse(hex.Replace(" ", "", StringComparison.Ordinal));

        string shown = Text(new() { HidesData = true });

        Assert.Contains("11223344", Text(ExplainContext.None), StringComparison.Ordinal);
        Assert.DoesNotContain("11223344", shown, StringComparison.Ordinal);
        Assert.Contains("octets, not shown", shown, StringComparison.Ordinal);
        Assert.Equal(known, shown.Contains("EA", StringComparison.Ordinal));

        string Text(ExplainContext context) =>
            string.Join('\n', All(Explainer.Explain(octets, context).Root).Select(p => $"{p.Name} {p.Meaning} {p.Octets}"));
    }

    [Fact]
    public void A_submit_sm_is_explained_down_to_the_script_with_the_key_that_fits()
    {
        CommandHeader header = Known.Header("1639", "12", "12", "000000", "0000000039");
        using KeySet keys = Keys(1), others = Keys(2);
        Octets packet = PacketProtection.Protect(header, keys, Octets.Parse("80F24002024F00").Span);
        var submit = new SubmitSm
        {
            Source = new(TypeOfNumber.International, NumberingPlan.Isdn, "99900"),
            Destination = new(TypeOfNumber.International, NumberingPlan.Isdn, "491720000001"),
            EsmClass = 0x40,
            ProtocolId = 0x7F,
            DataCoding = 0xF6,
            ShortMessage = Octets.Concat(Octets.Parse("027000"), packet),
        };
        byte[] pdu = new byte[SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, 7, submit).Length];
        SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, 7, submit).Write(pdu);

        Explanation explanation = Explainer.Explain(Octets.Own(pdu), new() { Keys = [new("key version 2", others), new("key version 1", keys)] });

        Assert.Equal(("smpp", "VERIFIED"), (explanation.Kind, explanation.Verdict.Code));
        Assert.Contains("key version 1", explanation.Verdict.Name, StringComparison.Ordinal);
        Assert.Contains("CNTR is 0000000039", explanation.Verdict.Meaning, StringComparison.Ordinal);
        Assert.Contains(All(explanation.Root), p => p.Name.Contains("GET STATUS", StringComparison.Ordinal));
    }

    [Fact]
    public void A_response_is_opened_without_knowing_what_was_asked()
    {
        CommandHeader header = Known.Header("1639", "15", "15", "000000", "0000000039");
        using var keys = new KeySet(1, KeyMaterial.From(Bytes(1), KeyAlgorithm.TripleDes), KeyMaterial.From(Bytes(2), KeyAlgorithm.TripleDes), dek: null);
        Octets packet = PacketProtection.ProtectResponse(header, keys, ResponseStatus.Ok, Octets.Parse("026A84").Span, plain: false);

        Explanation explanation = Explainer.Explain(packet, new() { Keys = [new("the card's", KeySet.ForLaboratory(keys.Kic, keys.Kid))] });

        Assert.Equal(("response-packet", "6A84"), (explanation.Kind, explanation.Verdict.Code));
        Assert.DoesNotContain("not proven", explanation.Verdict.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PoR_that_a_card_sends_is_seen_inside_its_command()
    {
        Octets por = Octets.Parse("027100000B0AB000110000000001" + "0002");
        var submit = new SmsSubmit(SubmitBits.UserDataHeader, 1, SmsAddress.International("99900"), 0x7F, 0xF6, default, Octets.Empty, por);
        byte[] tpdu = new byte[submit.Length];
        submit.Write(tpdu);

        Explanation explanation = Explainer.Explain(SendShortMessage.Of(1, null, Octets.Own(tpdu)).ToOctets(), ExplainContext.None);

        Assert.Equal(("proactive-command", "02"), (explanation.Kind, explanation.Verdict.Code));
    }

    [Fact]
    public void Real_CAP_files_and_damaged_ones_are_told_apart()
    {
        if (Tsm.Testing.Programs.EtsiCaps is not { } folder)
        {
            return; // They lie beside the repository, where they lie at all.
        }

        byte[] cap = File.ReadAllBytes(Directory.EnumerateFiles(folder, "*.cap", SearchOption.AllDirectories).First());
        Assert.Contains("needs these packages", Explainer.Explain(Octets.Copy(cap), ExplainContext.None).Verdict.Meaning, StringComparison.Ordinal);
        Assert.Equal("BAD_CAP", Explainer.Explain(Octets.Copy(cap.AsSpan(0, cap.Length / 2)), ExplainContext.None).Verdict.Code);
    }

    [Fact]
    public void Octets_behind_a_PIN_with_a_wrong_Lc_are_not_shown()
    {
        Explanation explanation = Explainer.Explain(Octets.Parse("00200001 04 31323334 35363738"), new());

        Assert.Equal("SUPERFLUOUS_LE", explanation.Verdict!.Code);
        Assert.DoesNotContain("35363738", explanation.Verdict.Meaning, StringComparison.Ordinal);
        Assert.DoesNotContain(All(explanation.Root), p => p.Octets.ToString().Contains("35363738", StringComparison.Ordinal));
    }

    [Fact]
    public void No_PIN_is_shown()
    {
        Octets verify = Octets.Parse("002000010831323334FFFFFFFF");
        CommandHeader header = Known.Header("0001", "00", "00", "B00011", "0000000001");
        Octets packet = PacketProtection.Protect(header, null, verify.Span);

        foreach (Octets octets in new[] { verify, packet, Octets.Concat(Octets.Parse("027000"), packet), Octets.Parse($"AA0F220D{verify}") })
        {
            Explanation explanation = Explainer.Explain(octets, ExplainContext.None);
            Assert.Contains(All(explanation.Root), p => p.Name == "PIN");
            Assert.DoesNotContain(All(explanation.Root), p => p.Octets.ToString().Contains("31323334", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Any_octets_are_explained_and_every_part_stands_where_it_says() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 200).SelectMany(n => Gen.Elements("", "027100", "027000", "0700035A02017000", "AB", "AA", "80E60C00", "D1", "00000010800000040000", "E3", "C9", "40", "41", "504B0304").Select(p => (Prefix: p, Length: n))).ToArbitrary(),
        c =>
        {
            Octets octets = Octets.Concat(Octets.Parse(c.Prefix), Octets.Own(RandomNumberGenerator.GetBytes(c.Length)));
            using KeySet keys = Keys(1);
            Explanation explanation = Explainer.Explain(octets, new() { Keys = [new("some", keys)] });
            return All(explanation.Root).All(p => p.Offset is not { } at || octets.Slice(at, p.Octets.Length) == p.Octets);
        }));

    [Theory, VectorData("scp80/command-packets.json")]
    public void Every_known_packet_verifies_with_its_keys(CommandPacketTests.Case vector)
    {
        if (vector.AgreedCipher != default || vector.AgreedCheck != default || vector.Dialect != PacketDialect.SmsPp)
        {
            return; // What KIc leaves implicit, and other roads, are not told by the octets.
        }

        using KeySet? keys = vector.Keys;
        Explanation explanation = Explainer.Explain(
            Octets.Parse(vector.Packet), new() { Keys = keys is null ? [] : [new("its own", KeySet.ForLaboratory(keys.Kic, keys.Kid))] });

        Assert.Equal("command-packet", explanation.Kind);
        bool isChecked = vector.Header.Spi.Integrity != Integrity.None;
        Assert.True(!isChecked || explanation.Verdict.Code is "VERIFIED" or "NO_COUNTER", string.Create(CultureInfo.InvariantCulture, $"{explanation.Verdict}"));
    }

    private static IEnumerable<Part> All(Part part) => [part, .. part.Parts.SelectMany(All)];

    private static KeySet Keys(int seed) => KeySet.ForLaboratory(KeyMaterial.From(Bytes(seed), KeyAlgorithm.Aes), KeyMaterial.From(Bytes(seed + 10), KeyAlgorithm.Aes));

    private static byte[] Bytes(int seed) => [.. Enumerable.Range(0, 16).Select(i => (byte)(i * 7 + seed))];
}
