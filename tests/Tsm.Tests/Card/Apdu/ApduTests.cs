using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Apdu;

public sealed class ApduTests
{
    [Theory]
    [InlineData("00440000", "", null)]
    [InlineData("00B000000A", "", 10)]
    [InlineData("00B0000000", "", 0)]
    [InlineData("00A4000C023F00", "3F00", null)]
    [InlineData("80F24002024F0000", "4F00", 0)]
    public void Reads_and_writes_the_four_cases(string hex, string data, int? le)
    {
        Octets wire = Octets.Parse(hex);
        Assert.True(CommandApdu.TryParse(wire.Span, out CommandApdu command, out PacketError error), error.ToString());

        Assert.Equal((Octets.Parse(data), le), (command.Data, command.Le));
        Assert.Equal(wire, command.ToOctets());
    }

    [Theory]
    [InlineData("00A400", PacketFault.Truncated, 3)]
    [InlineData("00A4000C033F00", PacketFault.Truncated, 7)]
    [InlineData("00A4000C013F0000", PacketFault.TrailingOctets, 7)]
    [InlineData("00A4000C00023F00", PacketFault.ReservedValue, 4)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(CommandApdu.TryParse(Convert.FromHexString(hex), out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Le_of_256_and_of_0_are_the_same_octet()
    {
        Assert.Equal(new CommandApdu(0, 0xB0, 0, 0, Le: 0), new CommandApdu(0, 0xB0, 0, 0, Le: 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommandApdu(0, 0xB0, 0, 0, Le: 257));
        Assert.Throws<ArgumentException>(() => new CommandApdu(0, 0xD6, 0, 0, Octets.Own(new byte[256])));
    }

    [Fact]
    public void Commands_obey_the_packet_laws() =>
        PacketLaws.Hold<CommandApdu>(maxLength: 16, "00440000", "00B000000A", "00A4000C023F00", "80F24002024F0000");

    [Fact]
    public void Responses_obey_the_packet_laws() => PacketLaws.Hold<ResponseApdu>(maxLength: 16, "9000", "AABB6310");

    [Fact]
    public void A_response_ends_with_its_status()
    {
        Assert.True(ResponseApdu.TryParse(Convert.FromHexString("00AA9000"), out ResponseApdu response, out _));

        Assert.Equal(new ResponseApdu(Octets.Parse("00AA"), StatusWord.Success), response);
        Assert.Equal("00AA9000", response.ToString());
    }
}
