using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.Encoding;

/// <summary>Objects of the toolkit; the first two stand in every proactive command, the third is coded by hand.</summary>
public sealed class ComprehensionTlvTests
{
    [Theory]
    [InlineData("8103011300", 0x01, true, false, "011300")]
    [InlineData("0500", 0x05, false, false, "")]
    [InlineData("7F812301AA", 0x0123, true, true, "AA")]
    [InlineData("7F002201AA", 0x0022, false, true, "AA")]
    public void Objects_are_written_and_read(string hex, int tag, bool required, bool isLong, string value)
    {
        Octets wire = Octets.Parse(hex);

        Assert.True(ComprehensionTlv.TryParse(wire.Span, out ComprehensionTlv read, out PacketError error), $"{error}");
        Assert.Equal(new ComprehensionTlv(tag, required, Octets.Parse(value), isLong), read);
        byte[] written = new byte[read.Length];
        read.Write(written);
        Assert.Equal(wire, Octets.Own(written));
    }

    [Theory]
    [InlineData("0000", PacketFault.ReservedValue, 0)]
    [InlineData("8000", PacketFault.ReservedValue, 0)]
    [InlineData("FF00", PacketFault.ReservedValue, 0)]
    [InlineData("7F8000 00", PacketFault.ReservedValue, 0)]
    [InlineData("0B810144", PacketFault.LengthMismatch, 1)]
    [InlineData("0B0244", PacketFault.Truncated, 3)]
    [InlineData("0B014400", PacketFault.TrailingOctets, 3)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(ComprehensionTlv.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Obeys_the_packet_laws() =>
        PacketLaws.Hold<ComprehensionTlv>(maxLength: 20, "8103011300", "7F812301AA", "0B8180" + new string('4', 256));
}
