using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class UserDataHeaderTests
{
    [Theory]
    [InlineData("0700035A03017000", 0x5A, 3, 1, false)]
    [InlineData("07700000035A0301", 0x5A, 3, 1, false)]
    [InlineData("0608041234FF02", 0x1234, 255, 2, true)]
    [InlineData("092402010500035A0302", 0x5A, 3, 2, false)]
    [InlineData("0A0003010201 00035A0302", 0x5A, 3, 2, false)]
    public void Finds_the_place_in_a_series_wherever_it_stands(string hex, int reference, int total, int sequence, bool wide)
    {
        Assert.True(UserDataHeader.TryParse(Octets.Parse(hex).Span, out UserDataHeader header, out PacketError error), $"{error}");

        Assert.True(header.TryGetPosition(out SegmentPosition position));
        Assert.Equal(new(reference, total, sequence, wide), position);
    }

    [Theory]
    [InlineData("0500035A0000")]
    [InlineData("0500035A0304")]
    [InlineData("0500035A0300")]
    [InlineData("0400025A03")]
    public void Ignores_an_impossible_place(string hex)
    {
        Assert.True(UserDataHeader.TryParse(Octets.Parse(hex).Span, out UserDataHeader header, out _));

        Assert.False(header.TryGetPosition(out _));
    }

    [Fact]
    public void Keeps_elements_it_does_not_know()
    {
        Octets wire = Octets.Parse("06 24020105 7F00");

        Assert.True(UserDataHeader.TryParse(wire.Span, out UserDataHeader header, out PacketError error), $"{error}");
        Assert.Equal([0x24, 0x7F], header.Elements.Select(e => (int)e.Id));
        Assert.Equal(header, UserDataHeader.Of([.. header.Elements]));
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("027001", PacketFault.Truncated, 3)]
    [InlineData("0370", PacketFault.Truncated, 2)]
    [InlineData("02700000", PacketFault.TrailingOctets, 3)]
    [InlineData("8C", PacketFault.LimitExceeded, 0)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(UserDataHeader.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Refuses_elements_that_fit_no_message() =>
        Assert.Throws<ArgumentException>(() => UserDataHeader.Of(new InformationElement(0x24, Octets.Own(new byte[138]))));

    [Fact]
    public void Obeys_the_packet_laws()
    {
        PacketLaws.Hold<InformationElement>(maxLength: 10, "00035A0301", "7000");
        PacketLaws.Hold<UserDataHeader>(maxLength: 12, "0700035A03017000", "00", "0608041234FF02");
        PacketLaws.Hold<UserData>(maxLength: 16, "0700035A03017000AABB", "027100");
    }
}
