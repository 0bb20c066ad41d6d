using System.Collections.Immutable;
using System.Xml.Linq;
using Tsm.Bearers.Smpp;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Bearers.Capture;

/// <summary>What we put on the wire, as a dissector of others sees it.</summary>
public sealed class TsharkTests
{
    private const string Card = "491701234567", Server = "4915700000001";
    private static readonly string[] SmppOptions = ["-d", "tcp.port==2775,smpp"];
    private static readonly string[] TpduOptions = ["-o", """uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0","" """.TrimEnd()];

    /// <summary>A packet of three short messages.</summary>
    private static Octets Packet { get; } = Octets.Own([.. Enumerable.Range(0, 300).Select(i => (byte)(i % 251))]);

    [TsharkFact]
    public async Task A_malformed_message_is_marked()
    {
        Octets wire = Submit(1, Octets.Parse("027000AB"));
        byte[] spoilt = wire.ToArray();
        spoilt[^5] = 0x70;

        XElement frame = Assert.Single(await Tshark.DissectAsync(CaptureFile.RawIp, CaptureFile.TcpStream(Octets.Own(spoilt)), SmppOptions));

        Assert.True(frame.IsMalformed());
    }

    [TsharkFact]
    public async Task A_submit_sm_with_one_short_message_is_understood()
    {
        XElement frame = Assert.Single(await Tshark.DissectAsync(
            CaptureFile.RawIp, CaptureFile.TcpStream(Submit(7, Octets.Parse("02700000200D1506AB"))), SmppOptions));

        Assert.False(frame.IsMalformed());
        Assert.Equal(["7"], frame.Shown("smpp.sequence_number"));
        Assert.Equal([Server], frame.Shown("smpp.source_addr"));
        Assert.Equal([Card], frame.Shown("smpp.destination_addr"));
        Assert.Equal(["0x01", "0x01"], [.. frame.Shown("smpp.dest_addr_ton"), .. frame.Shown("smpp.dest_addr_npi")]);
        Assert.Equal(["0x00", "0x00", "0x01"], [.. frame.Shown("smpp.esm.submit.msg_mode"), .. frame.Shown("smpp.esm.submit.msg_type"), .. frame.Shown("smpp.esm.submit.features")]);
        Assert.Equal(["0x7f"], frame.Shown("smpp.protocol_id"));
        Assert.Equal(["0xf6"], frame.Shown("smpp.data_coding"));
        Assert.Equal(["86400.000000000"], frame.Shown("smpp.validity_period_r"));
        Assert.Equal(["0x01"], frame.Shown("smpp.regdel.receipt"));
        Assert.Equal(["0x70"], frame.Shown("gsm_sms.ie_identifier"));
        Assert.Equal([Octets.Parse("00200D1506AB")], frame.Raw("gsm_sms_ud.short_msg"));
    }

    [TsharkFact]
    public async Task A_submit_sm_with_message_payload_is_understood()
    {
        var userData = Octets.Parse("02700000200D1506AB");

        XElement frame = Assert.Single(await Tshark.DissectAsync(
            CaptureFile.RawIp, CaptureFile.TcpStream(Submit(7, userData, asPayload: true)), SmppOptions));

        Assert.False(frame.IsMalformed());
        Assert.Equal(["0x0005", "0x0424"], frame.Shown("smpp.opt_param_tag"));
        Assert.Equal([userData], frame.Raw("smpp.message_payload"));
        Assert.Equal(["0x03"], frame.Shown("smpp.dest_addr_subunit"));
    }

    [TsharkFact]
    public async Task Concatenated_submit_sms_are_put_together_to_our_packet()
    {
        foreach (ConcatenationOptions options in (ConcatenationOptions[])
            [new(), new() { IdentifierFirst = true }, new() { IdentifierInEverySegment = true }, new() { WideReference = true }])
        {
            int reference = options.WideReference ? 0x1234 : 0x5A;
            ImmutableArray<Octets> segments = Concatenation.Split(Packet, options, reference);
            Octets stream = Octets.Concat([.. segments.Select((s, i) => Submit((uint)i + 1, s))]);

            // TCP cuts where it likes: here in the middle of the second PDU.
            XElement[] frames = await Tshark.DissectAsync(
                CaptureFile.RawIp, CaptureFile.TcpStream(stream.Slice(0, 250), stream.Slice(250)), SmppOptions);

            Assert.DoesNotContain(frames, frame => frame.IsMalformed());
            XElement whole = new("all", frames.SelectMany(f => f.Elements()));
            Assert.Equal(3, segments.Length);
            Assert.Equal(Enumerable.Repeat($"{reference}", 3), whole.Shown("gsm_sms.udh.mm.msg_id"));
            Assert.Equal(["3", "3", "3"], whole.Shown("gsm_sms.udh.mm.msg_parts"));
            Assert.Equal(["1", "2", "3"], whole.Shown("gsm_sms.udh.mm.msg_part"));
            Assert.Equal(segments.Select(s => $"{s.Length}"), whole.Shown("smpp.sm_length"));
            Assert.Equal(segments, whole.Raw("smpp.message"));
            Assert.Equal(Packet, whole.Raw("gsm_sms_ud.short_msg")[^1]);
        }
    }

    [TsharkFact]
    public async Task A_message_of_the_card_in_deliver_sm_is_understood()
    {
        var deliver = new DeliverSm
        {
            Source = SmppAddress.International(Card),
            Destination = SmppAddress.International(Server),
            EsmClass = EsmClass.UserDataHeader,
            ProtocolId = 0x7F,
            DataCoding = SmsDeliver.Class2DataCoding,
            ShortMessage = Octets.Parse("027100000B0AB00011000000000100000101"),
        };
        Octets wire = SmppOctets(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 9, deliver));

        XElement frame = Assert.Single(await Tshark.DissectAsync(CaptureFile.RawIp, CaptureFile.TcpStream(wire), SmppOptions));

        Assert.False(frame.IsMalformed());
        Assert.Equal([Card], frame.Shown("smpp.source_addr"));
        Assert.Equal([Server], frame.Shown("smpp.destination_addr"));
        Assert.Equal(["0x71"], frame.Shown("gsm_sms.ie_identifier"));
        Assert.Equal([Octets.Parse("000B0AB00011000000000100000101")], frame.Raw("gsm_sms_ud.short_msg"));
    }

    [TsharkFact]
    public async Task SMS_DELIVERs_are_understood()
    {
        ImmutableArray<Octets> segments = Concatenation.Split(Packet, ConcatenationOptions.Default, reference: 0x5A);

        XElement[] frames = await Tshark.DissectAsync(CaptureFile.User0, segments.Select(Deliver), TpduOptions);

        Assert.Equal(3, frames.Length);
        Assert.All(frames, (frame, i) => AssertDeliver(frame, i, segments));
    }

    [TsharkFact]
    public async Task ENVELOPEs_are_understood()
    {
        ImmutableArray<Octets> segments = Concatenation.Split(Packet, ConcatenationOptions.Default, reference: 0x5A);
        IEnumerable<Octets> exchanges = segments.Select(s =>
        {
            var envelope = new EnvelopeSmsPpDownload(SmsAddress.International(Server), Deliver(s));
            byte[] command = [0x80, 0xC2, 0x00, 0x00, (byte)envelope.Length, .. new byte[envelope.Length], 0x90, 0x00];
            envelope.Write(command.AsSpan(5));
            return CaptureFile.CardExchange(Octets.Own(command));
        });

        XElement[] frames = await Tshark.DissectAsync(CaptureFile.RawIp, exchanges);

        Assert.Equal(3, frames.Length);
        Assert.All(frames, (frame, i) =>
        {
            Assert.Equal(["0xc2"], frame.Shown("gsm_sim.apdu.ins"));
            Assert.Equal(["0xd1"], frame.Shown("gsm_sim.cat.ber_tlv_tag"));
            Assert.Equal(["0x83", "0x81"], [.. frame.Shown("etsi_cat.comp_tlv.src_dev"), .. frame.Shown("etsi_cat.comp_tlv.dst_dev")]);
            Assert.Contains(Deliver(segments[i]), frame.Raw("etsi_cat.comp_tlv"));
            AssertDeliver(frame, i, segments);
        });
    }

    [TsharkFact]
    public async Task An_SMS_SUBMIT_in_SEND_SHORT_MESSAGE_is_understood()
    {
        var submit = new SmsSubmit(
            SubmitBits.UserDataHeader, 0, SmsAddress.International(Server), 0x7F, SmsDeliver.Class2DataCoding, ValidityPeriodFormat.None, default,
            Octets.Parse("027100000B0AB00011000000000100000101"));
        byte[] tpdu = new byte[submit.Length];
        submit.Write(tpdu);
        byte[] proactive = [0xD0, (byte)(11 + tpdu.Length), 0x81, 0x03, 0x01, 0x13, 0x00, 0x82, 0x02, 0x81, 0x83, 0x8B, (byte)tpdu.Length, .. tpdu];
        Octets exchange = Octets.Own([0x80, 0x12, 0x00, 0x00, (byte)proactive.Length, .. proactive, 0x90, 0x00]);

        XElement frame = Assert.Single(await Tshark.DissectAsync(CaptureFile.RawIp, [CaptureFile.CardExchange(exchange)]));

        Assert.False(frame.IsMalformed());
        Assert.Equal(["1"], frame.Shown("gsm_sms.tp-mti"));
        Assert.Equal([Server], frame.Shown("gsm_sms.tp-da"));
        Assert.Equal(["127", "246"], [.. frame.Shown("gsm_sms.tp-pid"), .. frame.Shown("gsm_sms.tp-dcs")]);
        Assert.Equal(["0x71"], frame.Shown("gsm_sms.ie_identifier"));
        Assert.Equal([Octets.Parse("000B0AB00011000000000100000101")], frame.Raw("gsm_sms.sms_body"));
    }

    private static void AssertDeliver(XElement frame, int index, ImmutableArray<Octets> segments)
    {
        Assert.False(frame.IsMalformed());
        Assert.Equal(["0", "1"], [.. frame.Shown("gsm_sms.tp-mti"), .. frame.Shown("gsm_sms.tp-udhi")]);
        Assert.Equal([Server], frame.Shown("gsm_sms.tp-oa"));
        Assert.Equal(["127", "246"], [.. frame.Shown("gsm_sms.tp-pid"), .. frame.Shown("gsm_sms.tp-dcs")]);
        Assert.Equal(
            ["26", "11", "27", "9", "30", "15"],
            ((string[])["year", "month", "day", "hour", "minutes", "seconds"]).Select(f => Assert.Single(frame.Shown($"gsm_sms.scts.{f}"))));
        Assert.Equal([$"{segments[index].Length}"], frame.Shown("gsm_sms.tp.user_data_length"));
        Assert.Equal(["90", "3", $"{index + 1}"], [.. frame.Shown("gsm_sms.udh.mm.msg_id"), .. frame.Shown("gsm_sms.udh.mm.msg_parts"), .. frame.Shown("gsm_sms.udh.mm.msg_part")]);
        Assert.Equal(index == 0 ? ["0x00", "0x70"] : ["0x00"], frame.Shown("gsm_sms.ie_identifier"));
    }

    private static Octets Deliver(Octets userData)
    {
        var deliver = new SmsDeliver(
            DeliverBits.UserDataHeader | DeliverBits.NoMoreMessages, SmsAddress.International(Server), SmsDeliver.DataDownloadProtocolId,
            SmsDeliver.Class2DataCoding, ServiceCentreTimestamp.From(new(2026, 11, 27, 9, 30, 15, TimeSpan.Zero)), userData);
        byte[] octets = new byte[deliver.Length];
        deliver.Write(octets);
        return Octets.Own(octets);
    }

    private static Octets Submit(uint sequence, Octets userData, bool asPayload = false)
    {
        var options = new SmppClientOptions
        {
            SourceAddress = Server,
            SourceTon = TypeOfNumber.International,
            SourceNpi = NumberingPlan.Isdn,
            ValidityPeriod = TimeSpan.FromDays(1),
            UseMessagePayload = asPayload,
            DestinationSubunit = asPayload ? (byte)3 : null,
        };
        return SmppOctets(SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, sequence, options.Compose(Card, userData)));
    }

    private static Octets SmppOctets(SmppPdu pdu)
    {
        byte[] octets = new byte[pdu.Length];
        pdu.Write(octets);
        return Octets.Own(octets);
    }
}
