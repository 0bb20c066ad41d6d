using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Requests;

/// <summary>The message in which a card asks for something by itself.</summary>
public sealed class CardRequestTests
{
    private const string Canteen = "E111800101810106820694710000001083010C";
    private const string ByAid = "E1188005F05453CA0181010282069471000000108304" + "00000001";

    public sealed record Case(string Name, string Wire, string Identifier, string Operation, string Number, uint Sequence)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("services/card-request.json")]
    public void S1_04_A_request_is_written_and_read_as_the_card_does(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        Assert.True(CardRequest.TryParse(wire.Span, out CardRequest read, out PacketError error), error.ToString());
        byte[] written = new byte[read.Length];
        read.Write(written);

        Assert.Equal(
            (vector.Identifier, vector.Operation, vector.Number, vector.Sequence),
            (read.IdentifierText, read.Operation.ToString(), read.Number.Digits, read.Sequence));
        Assert.Equal(wire, Octets.Copy(written));
    }

    [Fact]
    public void A_request_that_is_made_is_the_one_that_is_read()
    {
        var request = new CardRequest(Octets.Parse("01"), CardOperation.Deploy, Msisdn.Parse("491700000001"), Octets.Parse("0C"));
        byte[] written = new byte[request.Length];
        request.Write(written);

        Assert.Equal(Canteen, Convert.ToHexString(written));
        Assert.True(CardRequest.TryParse(written, out CardRequest read, out _));
        Assert.Equal(request, read);
    }

    [Fact]
    public void The_laws_of_packets_hold() => PacketLaws.Hold<CardRequest>(64, Canteen, ByAid);

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("E211800101810106820694710000001083010C", PacketFault.UnexpectedValue, 0)]
    [InlineData("E18111800101810106820694710000001083010C", PacketFault.ReservedValue, 1)]
    [InlineData("E111800101810106820694710000001083010C00", PacketFault.TrailingOctets, 19)]
    [InlineData("E1108001018101068206947100000010" + "8301", PacketFault.Truncated, 18)]
    [InlineData("E1128002010181010682069471000000108301" + "0C", PacketFault.LengthMismatch, 3)]
    [InlineData("E1128001018102060682069471000000108301" + "0C", PacketFault.LengthMismatch, 6)]
    [InlineData("E111800101810106820694710000001F83010C", PacketFault.ReservedValue, 10)]
    [InlineData("E1108001018101068206947100000010" + "8300", PacketFault.LengthMismatch, 17)]
    public void Malformed_octets_are_refused_where_they_are_wrong(string hex, PacketFault fault, int offset)
    {
        Assert.False(CardRequest.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal((fault, offset), (error.Fault, error.Offset));
    }
}
