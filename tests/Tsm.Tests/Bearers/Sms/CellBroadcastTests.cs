using System.Collections.Immutable;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class CellBroadcastTests
{
    public sealed record Case(string Name, string[] Envelopes, int[] Number, int Total, string Packet)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("sms/cell-broadcast.json")]
    public void Reads_pages_and_joins_their_packet(Case vector)
    {
        var pages = new List<CellBroadcastPage>();
        foreach (string hex in vector.Envelopes)
        {
            Octets wire = Octets.Parse(hex);
            Assert.True(EnvelopeCellBroadcast.TryParse(wire.Span, out EnvelopeCellBroadcast envelope, out PacketError error), $"{error}");
            byte[] written = new byte[envelope.Length];
            envelope.Write(written);
            Assert.Equal(wire, Octets.Own(written));
            pages.Add(envelope.Page);
        }

        Assert.Equal(vector.Number, pages.Select(p => p.Number));
        Assert.All(pages, p => Assert.Equal((vector.Total, true), (p.Total, p.IsSecured)));
        Assert.True(CellBroadcastPackets.TryJoin(Enumerable.Reverse(pages), out Octets packet));
        Assert.Equal(Octets.Parse(vector.Packet), packet);

        ImmutableArray<CellBroadcastPage> split = CellBroadcastPackets.Split(packet, 0x0001, 0x1080);
        Assert.Equal(pages.Select(p => p.Content), split.Select(p => p.Content));
        if (vector.Total > 1)
        {
            Assert.Equal(pages, split);
        }
    }

    [Fact]
    public void Refuses_what_fits_no_message()
    {
        Assert.Equal(15, CellBroadcastPackets.Split(Octets.Own(new byte[1230]), 0, 0x10FF).Length);
        Assert.Throws<ArgumentException>(() => CellBroadcastPackets.Split(Octets.Own(new byte[1231]), 0, 0x10FF));
        Assert.Throws<ArgumentException>(() => CellBroadcastPackets.Split(Octets.Own(new byte[1]), 0, 0x10FF));
        Assert.Throws<ArgumentException>(() => CellBroadcastPackets.Split(Octets.Own(new byte[20]), 0, 0x107F));
    }

    [Fact]
    public void Joins_nothing_that_is_incomplete_or_mixed()
    {
        byte[] octets = new byte[100];
        octets[1] = 98;
        ImmutableArray<CellBroadcastPage> pages = CellBroadcastPackets.Split(Octets.Own(octets), 7, 0x1090);

        Assert.True(CellBroadcastPackets.TryJoin([pages[0], pages[0], pages[1]], out Octets packet));
        Assert.Equal(100, packet.Length);
        Assert.False(CellBroadcastPackets.TryJoin([pages[1]], out _));
        Assert.False(CellBroadcastPackets.TryJoin([], out _));
        Assert.False(CellBroadcastPackets.TryJoin([pages[0], pages[1] with { SerialNumber = 8 }], out _));
        octets[0] = 1;
        Assert.False(CellBroadcastPackets.TryJoin(CellBroadcastPackets.Split(Octets.Copy(octets), 7, 0x1090), out _));
    }

    [Theory]
    [InlineData("D1", PacketFault.UnexpectedValue, 0)]
    [InlineData("D20482028183", PacketFault.UnexpectedValue, 2)]
    [InlineData("D207820283818C0144", PacketFault.Truncated, 9)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(EnvelopeCellBroadcast.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Obeys_the_packet_laws()
    {
        string page = "0001108016" + "11" + new string('A', 164);
        PacketLaws.Hold<CellBroadcastPage>(maxLength: 90, page);
        PacketLaws.Hold<EnvelopeCellBroadcast>(maxLength: 100, "D25E820283818C58" + page, "D25E020283810C58" + page);
    }
}
