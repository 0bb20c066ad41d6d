using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class SmsDeliverTests
{
    private const string Valid = "4405812143F57FF6227052000000000502700000AB";

    public sealed record Case(
        string Name, string Tpdu, string Sender, TypeOfNumber Ton, bool MoreMessages, DateTimeOffset? Timestamp,
        int? Reference, int? Total, int? Sequence, bool Command, string Packet)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/sms-deliver.json")]
    public void Reads_what_other_programs_send_to_cards(Case vector)
    {
        Assert.True(SmsDeliver.TryParse(Octets.Parse(vector.Tpdu).Span, out SmsDeliver deliver, out PacketError error), $"{error}");
        Assert.True(UserData.TryParse(deliver.UserData.Span, out UserData userData, out error), $"{error}");
        bool isPart = userData.Header.TryGetPosition(out SegmentPosition position);
        bool hasTime = deliver.Timestamp.TryGetTime(out DateTimeOffset time);

        Assert.Equal((vector.Sender, vector.Ton), (deliver.Originator.Digits, deliver.Originator.TypeOfNumber));
        Assert.Equal(vector.MoreMessages, !deliver.Flags.HasFlag(DeliverBits.NoMoreMessages));
        Assert.True(deliver.HasHeader && deliver.IsDataDownload);
        Assert.Equal(vector.Timestamp, hasTime ? time : null);
        Assert.Equal(vector.Reference is not null, isPart);
        Assert.Equal((vector.Reference ?? 0, vector.Total ?? 0, vector.Sequence ?? 0),
            (position.Reference, position.Total, position.Sequence));
        Assert.Equal(vector.Command, userData.Header.IsCommandPacket);
        Assert.Equal(Octets.Parse(vector.Packet), userData.Payload);
    }

    [Theory, VectorData("sms/sms-deliver.json")]
    public void Writes_what_other_programs_send_to_cards(Case vector)
    {
        Octets wire = Octets.Parse(vector.Tpdu);
        var identifier = new InformationElement(InformationElementId.CommandPacket, Octets.Empty);
        UserDataHeader header = vector.Reference is not { } reference
            ? UserDataHeader.Of(identifier)
            : vector.Command
                ? UserDataHeader.Of(new SegmentPosition(reference, 3, vector.Sequence!.Value, Wide: false).ToElement(), identifier)
                : UserDataHeader.Of(new SegmentPosition(reference, 3, vector.Sequence!.Value, Wide: false).ToElement());
        ServiceCentreTimestamp stamp = vector.Timestamp is { } time
            ? ServiceCentreTimestamp.From(time)
            : ServiceCentreTimestamp.TryParse(wire.Span.Slice(8, 7), out ServiceCentreTimestamp raw, out _) ? raw : default;
        var deliver = new SmsDeliver(
            DeliverBits.UserDataHeader | (vector.MoreMessages ? DeliverBits.None : DeliverBits.NoMoreMessages),
            SmsAddress.Of(vector.Sender, vector.Ton),
            SmsDeliver.DataDownloadProtocolId,
            SmsDeliver.Class2DataCoding,
            stamp,
            new UserData(header, Octets.Parse(vector.Packet)).ToOctets());

        byte[] written = new byte[deliver.Length];
        Assert.Equal(wire.Length, deliver.Write(written));
        Assert.Equal(wire, Octets.Own(written));
    }

    [Theory]
    [InlineData("7F", "F6", true)]
    [InlineData("7F", "16", true)]
    [InlineData("7F", "04", false)]
    [InlineData("7F", "F5", false)]
    [InlineData("7F", "15", false)]
    [InlineData("00", "F6", false)]
    public void Only_data_download_of_class_2_goes_to_the_card(string protocolId, string dataCoding, bool passed)
    {
        Octets wire = Octets.Parse(Valid.Replace("7FF6", protocolId + dataCoding, StringComparison.Ordinal));

        Assert.True(SmsDeliver.TryParse(wire.Span, out SmsDeliver deliver, out _));
        Assert.Equal(passed, deliver.IsDataDownload);
    }

    [Theory]
    [InlineData("4505812143F57FF6227052000000000502700000AB", PacketFault.UnexpectedValue, 0)]
    [InlineData("4415812143F57FF6227052000000000502700000AB", PacketFault.LimitExceeded, 1)]
    [InlineData("4405812143F57FF6227052000000000602700000AB", PacketFault.Truncated, 21)]
    [InlineData("4405812143F57FF6227052000000000402700000AB", PacketFault.TrailingOctets, 20)]
    [InlineData("4405812143F57FF6227052000000008D02700000AB", PacketFault.LimitExceeded, 15)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(SmsDeliver.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Obeys_the_packet_laws()
    {
        PacketLaws.Hold<SmsDeliver>(maxLength: 40, Valid);
        PacketLaws.Hold<SmsAddress>(maxLength: 14, "05812143F5", "03912143", "00D0");
        PacketLaws.Hold<ServiceCentreTimestamp>(maxLength: 9, "22705200000000", "FFFFFFFFFFFFFF");
    }

    [Theory]
    [InlineData("2026-11-22T03:09:13+02:00", "62112230903180")]
    [InlineData("2026-11-22T03:09:13-05:30", "6211223090312A")]
    public void Stamps_time_with_its_zone(string time, string hex)
    {
        var moment = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        byte[] written = new byte[ServiceCentreTimestamp.Size];

        ServiceCentreTimestamp.From(moment).Write(written);

        Assert.Equal(Octets.Parse(hex), Octets.Own(written));
        Assert.True(ServiceCentreTimestamp.From(moment).TryGetTime(out DateTimeOffset read));
        Assert.Equal((moment, moment.Offset), (read, read.Offset));
    }

    [Fact]
    public void An_address_holds_its_odd_digits_and_its_plus()
    {
        SmsAddress address = SmsAddress.International("+41791234567");

        Assert.Equal((11, "41791234567", "+41791234567"), (address.SemiOctets, address.Digits, address.ToString()));
        Assert.Equal(Octets.Parse("1497214365F7"), address.Value);
        Assert.Throws<ArgumentException>(() => SmsAddress.International("41x"));
        Assert.Throws<ArgumentException>(() => SmsAddress.International("41F"));
        Assert.Throws<ArgumentException>(() => SmsAddress.International(new string('1', 21)));
    }
}
