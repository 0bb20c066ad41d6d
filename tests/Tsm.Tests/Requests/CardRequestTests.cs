using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Requests;

/// <summary>The message in which a card asks for something by itself.</summary>
public sealed class CardRequestTests
{
    private const string Canteen = "E110800101810106820694710000001083010C";
    private const string ByAid = "E117" + "8005F05453CA01" + "810102" + "8206947100000010" + "830400000001";

    [Fact]
    public void S1_04_A_request_is_written_and_read_as_the_card_does()
    {
        var request = new CardRequest(Octets.Parse("01"), CardOperation.Deploy, Msisdn.Parse("491700000001"), Octets.Parse("0C"));
        byte[] written = new byte[request.Length];

        request.Write(written);

        Assert.Equal(Canteen, Convert.ToHexString(written));
        Assert.True(CardRequest.TryParse(written, out CardRequest read, out _));
        Assert.Equal(request, read);
        Assert.Equal(12u, read.Sequence);
    }

    [Fact]
    public void Leading_zeros_do_not_make_another_request_number()
    {
        Assert.True(CardRequest.TryParse(Octets.Parse(ByAid).Span, out CardRequest read, out _));

        Assert.Equal((1u, "F05453CA01", CardOperation.Suspend), (read.Sequence, read.IdentifierText, read.Operation));
    }

    [Fact]
    public void An_operation_that_nobody_knows_survives_so_that_it_can_be_refused_by_name()
    {
        Assert.True(CardRequest.TryParse(Octets.Parse(Canteen.Replace("810106", "81017F", StringComparison.Ordinal)).Span, out CardRequest read, out _));

        Assert.Null(read.Operation.Name);
        Assert.Equal("7F", read.Operation.ToString());
    }

    [Fact]
    public void The_laws_of_packets_hold() => PacketLaws.Hold<CardRequest>(64, Canteen, ByAid);

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("E210800101810106820694710000001083010C", PacketFault.UnexpectedValue, 0)]
    [InlineData("E110800101810106820694710000001083010C00", PacketFault.TrailingOctets, 18)]
    [InlineData("E10F800101810106820694710000001083010C", PacketFault.Truncated, 17)]
    [InlineData("E11180020101810106820694710000001083010C", PacketFault.LengthMismatch, 3)]
    [InlineData("E11180010181020606820694710000001083010C", PacketFault.LengthMismatch, 6)]
    [InlineData("E110800101810106820694710000001F83010C", PacketFault.ReservedValue, 10)]
    [InlineData("E10F8001018101068206947100000010" + "8300", PacketFault.LengthMismatch, 17)]
    public void Malformed_octets_are_refused_where_they_are_wrong(string hex, PacketFault fault, int offset)
    {
        Assert.False(CardRequest.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal((fault, offset), (error.Fault, error.Offset));
    }
}
