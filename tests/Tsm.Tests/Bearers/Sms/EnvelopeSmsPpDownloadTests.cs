using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class EnvelopeSmsPpDownloadTests
{
    public sealed record Case(string Name, string Envelope, string? ServiceCentreType, string? ServiceCentreValue, string Tpdu)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/envelope.json")]
    public void Reads_and_writes_what_handsets_hand_to_cards(Case vector)
    {
        Octets wire = Octets.Parse(vector.Envelope);
        Assert.True(EnvelopeSmsPpDownload.TryParse(wire.Span, out EnvelopeSmsPpDownload envelope, out PacketError error), $"{error}");

        Assert.Equal(Octets.Parse(vector.Tpdu), envelope.Tpdu);
        Assert.Equal(vector.ServiceCentreType, envelope.ServiceCentre is { } c ? $"{c.TypeOfAddress:X2}" : null);
        Assert.Equal(vector.ServiceCentreValue, envelope.ServiceCentre?.Value.ToString());
        Assert.True(SmsDeliver.TryParse(envelope.Tpdu.Span, out SmsDeliver deliver, out error), $"{error}");
        Assert.True(deliver.IsDataDownload);

        SmsAddress? centre = vector.ServiceCentreType is null
            ? null
            : new(Convert.FromHexString(vector.ServiceCentreType)[0], 0, Octets.Parse(vector.ServiceCentreValue!));
        var rebuilt = new EnvelopeSmsPpDownload(centre, Octets.Parse(vector.Tpdu), envelope.Flagged);
        byte[] written = new byte[rebuilt.Length];
        Assert.Equal(wire.Length, rebuilt.Write(written));
        Assert.Equal(wire, Octets.Own(written));
    }

    [Fact]
    public void Counts_the_digits_of_the_service_centre_by_their_padding()
    {
        Octets wire = Octets.Parse("D10E 82028381 8605 91149710F2 8B0144");

        Assert.True(EnvelopeSmsPpDownload.TryParse(wire.Span, out EnvelopeSmsPpDownload envelope, out PacketError error), $"{error}");
        Assert.Equal("+4179012", envelope.ServiceCentre?.ToString());
    }

    [Theory]
    [InlineData("D2", PacketFault.UnexpectedValue, 0)]
    [InlineData("D10782028283 8B0144", PacketFault.UnexpectedValue, 3)]
    [InlineData("D10782028381 8D0144", PacketFault.UnexpectedValue, 6)]
    [InlineData("D1810782028381 8B0144", PacketFault.LengthMismatch, 1)]
    [InlineData("D10782028381 8B0244", PacketFault.Truncated, 9)]
    [InlineData("D10882028381 8B014400", PacketFault.TrailingOctets, 9)]
    [InlineData("D10782028381 8B014400", PacketFault.TrailingOctets, 9)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(EnvelopeSmsPpDownload.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<EnvelopeSmsPpDownload>(
        maxLength: 30, "D10782028381 8B0144", "D10D 82028381 8604 00103254 0B0144", "D107020283810B0144");
}
