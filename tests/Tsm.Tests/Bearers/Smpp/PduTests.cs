using System.Globalization;
using Tsm.Bearers.Sms;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class PduTests
{
    public sealed record HeaderCase(string Name, string Pdu, string Command, string Status, uint Sequence, string Body)
    {
        public override string ToString() => Name;
    }

    public sealed record BindCase(
        string Name, string Pdu, string Command, string SystemId, string Password, string SystemType, string Version)
    {
        public override string ToString() => Name;
    }

    public sealed record SubmitCase(
        string Name, string Pdu, uint Sequence, string ServiceType, string Source, byte SourceTon, byte SourceNpi,
        string Destination, string EsmClass, string ProtocolId, byte Priority, string Validity, byte Registered,
        string DataCoding, string ShortMessage, string UserData, string[] Tlvs)
    {
        public override string ToString() => Name;
    }

    public sealed record DeliverCase(string Name, string Pdu, bool HasHeader, bool IsReceipt, string UserData)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("smpp/headers.json")]
    public void Reads_and_writes_headers(HeaderCase vector)
    {
        SmppPdu pdu = Read<SmppPdu>(Octets.Parse(vector.Pdu));

        Assert.Equal((vector.Command, vector.Status, vector.Sequence), (pdu.Id.Name, pdu.Status.Name, pdu.Sequence));
        Assert.Equal(Octets.Parse(vector.Body), pdu.Body);
        Assert.Equal(Octets.Parse(vector.Pdu), Write(pdu));
    }

    [Theory, VectorData("smpp/bind.json")]
    public void Reads_and_writes_binds(BindCase vector)
    {
        SmppPdu pdu = Read<SmppPdu>(Octets.Parse(vector.Pdu));
        BindRequest bind = Read<BindRequest>(pdu.Body);

        Assert.Equal((vector.Command, vector.SystemId, vector.Password, vector.SystemType),
            (pdu.Id.Name, bind.SystemId, bind.Password, bind.SystemType));
        Assert.Equal(Hex(vector.Version), bind.InterfaceVersion);
        Assert.Equal(pdu.Body, Write(bind));
        Assert.DoesNotContain("secret", bind.ToString() + pdu, StringComparison.Ordinal);
    }

    [Theory, VectorData("smpp/submit-sm.json")]
    public void Reads_submit_sm(SubmitCase vector)
    {
        SubmitSm submit = Read<SubmitSm>(Read<SmppPdu>(Octets.Parse(vector.Pdu)).Body);

        Assert.Equal(Expected(vector), submit);
        Assert.Equal(Octets.Parse(vector.UserData), submit.UserData);
        Assert.Equal(vector.Tlvs, submit.Tlvs.Items.Select(t => $"{t.Tag:X4}:{t.Value}"), StringComparer.Ordinal);
    }

    [Theory, VectorData("smpp/submit-sm.json")]
    public void Writes_submit_sm(SubmitCase vector) => Assert.Equal(
        Octets.Parse(vector.Pdu), Write(SmppPdu.Of(CommandId.SubmitSm, CommandStatus.Ok, vector.Sequence, Expected(vector))));

    [Theory, VectorData("smpp/deliver-sm.json")]
    public void Reads_and_writes_deliver_sm(DeliverCase vector)
    {
        SmppPdu pdu = Read<SmppPdu>(Octets.Parse(vector.Pdu));
        DeliverSm deliver = Read<DeliverSm>(pdu.Body);

        Assert.Equal((vector.HasHeader, vector.IsReceipt), (deliver.HasHeader, deliver.IsReceipt));
        Assert.Equal(Octets.Parse(vector.UserData), deliver.UserData);
        Assert.Equal(new SmppAddress(TypeOfNumber.International, NumberingPlan.Isdn, "41791234567"), deliver.Source);
        Assert.Equal(pdu.Body, Write(deliver));
        Assert.DoesNotContain(vector.UserData[..16], deliver.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Options_compose_the_submit_sm_of_the_first_vector_but_for_its_times()
    {
        SmppClientOptions options = new()
        {
            SourceAddress = "8080",
            SourceTon = TypeOfNumber.NetworkSpecific,
            SourceNpi = NumberingPlan.Unknown,
            ValidityPeriod = TimeSpan.FromDays(1) + TimeSpan.FromSeconds(62),
            DestinationSubunit = 3,
        };

        SubmitSm submit = options.Compose("+41791234567", Octets.Parse("027000AA"));

        Assert.Equal(
            Octets.Parse("00 0300 3830383000 0101 343137393132333435363700 407F00 00" +
                "30303030303130303031303230303052 00 0100F600 04 027000AA 0005000103"),
            Write(submit));
    }

    [Fact]
    public void Options_can_put_the_message_into_message_payload()
    {
        SubmitSm submit = new SmppClientOptions { UseMessagePayload = true }.Compose("4179", Octets.Parse("027000AA"));

        Assert.True(submit.ShortMessage.IsEmpty);
        Assert.Equal(Octets.Parse("027000AA"), submit.UserData);
    }

    [Theory]
    [InlineData("0000000F000000150000000000000001", PacketFault.LengthMismatch, 0)]
    [InlineData("00000011000000150000000000000001", PacketFault.LengthMismatch, 0)]
    [InlineData("000000100000001500000000000000", PacketFault.Truncated, 15)]
    public void Says_where_a_header_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(SmppPdu.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData("41", PacketFault.Truncated, 1)]
    [InlineData("414141414141", PacketFault.LimitExceeded, 6)]
    [InlineData("00 0000 00 0000 00 000000 00 00 00000000 FF", PacketFault.LimitExceeded, 16)]
    [InlineData("00 0000 00 0000 00 000000 00 00 00000000 01", PacketFault.Truncated, 17)]
    [InlineData("00 0000 00 0000 00 000000 00 00 00000000 00 0424 0005 AA", PacketFault.Truncated, 22)]
    [InlineData("00 0000 00 0000 00 000000 00 00 00000000 00 04", PacketFault.Truncated, 18)]
    public void Says_where_a_message_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(DeliverSm.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Refuses_to_write_what_has_no_place()
    {
        Assert.Throws<ArgumentException>(() => Write(new SubmitSm { ServiceType = "123456" }));
        Assert.Throws<ArgumentException>(() => Write(new SubmitSm { ServiceType = "\u20AC" }));
        Assert.Throws<ArgumentException>(() => Write(new SubmitSm { Source = SmppAddress.International("123456789012345678901") }));
        Assert.Throws<ArgumentException>(() => Write(new SubmitSm { ShortMessage = Octets.Own(new byte[255]) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SmppTime.Relative(TimeSpan.FromDays(100)));
    }

    [Fact]
    public void An_empty_message_equals_the_one_read_back_from_it()
    {
        var empty = new SubmitSm();

        Assert.Equal(empty, Read<SubmitSm>(Write(empty)));
    }

    [Fact]
    public void Obeys_the_packet_laws()
    {
        const string Message = "00 0101 343100 0101 343200 407F00 00 00 0100F600 04 027000AA 0005000103";

        PacketLaws.Hold<SmppPdu>(maxLength: 24, "00000011000000040000000000000001AA");
        PacketLaws.Hold<SubmitSm>(maxLength: 40, Message);
        PacketLaws.Hold<DeliverSm>(maxLength: 40, Message);
        PacketLaws.Hold<DataSm>(maxLength: 30, "00 0101 343100 0101 343200 400104 0424000400AABBCC");
        PacketLaws.Hold<BindRequest>(maxLength: 30, "61006200630034000000");
        PacketLaws.Hold<BindResponse>(maxLength: 30, "61000210000134");
        PacketLaws.Hold<MessageResponse>(maxLength: 30, "3100", "31000428000150");
        PacketLaws.Hold<Tlv>(maxLength: 12, "0424000100");
        PacketLaws.Hold<TlvList>(maxLength: 20, "0424000100 14000000");
    }

    private static SubmitSm Expected(SubmitCase vector) => new()
    {
        ServiceType = vector.ServiceType,
        Source = new((TypeOfNumber)vector.SourceTon, (NumberingPlan)vector.SourceNpi, vector.Source),
        Destination = SmppAddress.International(vector.Destination),
        EsmClass = Hex(vector.EsmClass),
        ProtocolId = Hex(vector.ProtocolId),
        Priority = vector.Priority,
        ValidityPeriod = vector.Validity,
        RegisteredDelivery = vector.Registered,
        DataCoding = Hex(vector.DataCoding),
        ShortMessage = Octets.Parse(vector.ShortMessage),
        Tlvs = TlvList.Of([.. vector.Tlvs.Select(t => new Tlv(
            ushort.Parse(t[..4], NumberStyles.HexNumber, CultureInfo.InvariantCulture), Octets.Parse(t[5..])))]),
    };

    private static byte Hex(string octet) => Convert.FromHexString(octet)[0];

    private static TPacket Read<TPacket>(Octets wire) where TPacket : struct, IPacket<TPacket>
    {
        Assert.True(TPacket.TryParse(wire.Span, out TPacket packet, out PacketError error), $"{error}");
        return packet;
    }

    private static Octets Write<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        Assert.Equal(wire.Length, packet.Write(wire));
        return Octets.Own(wire);
    }
}
