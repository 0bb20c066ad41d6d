using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class SmsSubmitTests
{
    public sealed record Case(string Name, string Tpdu, string Destination, TypeOfNumber Ton, string ProtocolId, string Packet)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/sms-submit.json")]
    public void Reads_the_proofs_of_receipt_that_cards_send(Case vector)
    {
        Assert.True(SmsSubmit.TryParse(Octets.Parse(vector.Tpdu).Span, out SmsSubmit submit, out PacketError error), $"{error}");

        Assert.Equal((vector.Destination, vector.Ton), (submit.Destination.Digits, submit.Destination.TypeOfNumber));
        Assert.Equal(Convert.FromHexString(vector.ProtocolId)[0], submit.ProtocolId);
        Assert.True(SecuredUserData.TryReadResponse(submit.UserData.Span, submit.HasHeader, segmentsExpected: false, out UserData response));
        Assert.Equal(Octets.Parse(vector.Packet), response.Payload);
    }

    [Theory, VectorData("sms/sms-submit.json")]
    public void Writes_the_proofs_of_receipt_that_cards_send(Case vector)
    {
        Octets tpUd = Assert.Single(Concatenation.SplitResponse(Octets.Parse(vector.Packet), ConcatenationOptions.Default, 0));
        var submit = new SmsSubmit(
            SubmitBits.UserDataHeader,
            MessageReference: 0,
            SmsAddress.Of(vector.Destination, vector.Ton),
            Convert.FromHexString(vector.ProtocolId)[0],
            SmsDeliver.Class2DataCoding,
            ValidityPeriodFormat.None,
            Octets.Empty,
            tpUd);

        byte[] written = new byte[submit.Length];
        Assert.Equal(written.Length, submit.Write(written));
        Assert.Equal(Octets.Parse(vector.Tpdu), Octets.Own(written));
    }

    [Theory]
    [InlineData("5100038119F000F6A701AA", ValidityPeriodFormat.Relative, "A7")]
    [InlineData("5900038119F000F62270520000000001AA", ValidityPeriodFormat.Absolute, "22705200000000")]
    [InlineData("4900038119F000F60000000000000001AA", ValidityPeriodFormat.Enhanced, "00000000000000")]
    public void Reads_validity_in_every_format(string hex, ValidityPeriodFormat format, string validity)
    {
        Assert.True(SmsSubmit.TryParse(Octets.Parse(hex).Span, out SmsSubmit submit, out PacketError error), $"{error}");

        Assert.Equal((format, Octets.Parse(validity)), (submit.ValidityFormat, submit.ValidityPeriod));
        Assert.Equal(Octets.Parse("AA"), submit.UserData);
    }

    [Fact]
    public void Refuses_to_write_a_validity_of_another_format()
    {
        var submit = new SmsSubmit { ValidityFormat = ValidityPeriodFormat.Relative };

        Assert.Throws<InvalidOperationException>(() => submit.Write(new byte[submit.Length]));
    }

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<SmsSubmit>(
        maxLength: 40, "4100038119F000F604027100AA", "5100038119F000F6A701AA", "5900038119F000F62270520000000001AA");
}
