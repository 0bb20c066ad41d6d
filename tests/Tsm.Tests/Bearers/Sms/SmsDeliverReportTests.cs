using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Sms;

public sealed class SmsDeliverReportTests
{
    private const string Acknowledgement = "40077FF604027100AA";
    private const string Error = "00D5077FF604027100AA";

    [Fact]
    public void Reads_and_writes_an_acknowledgement_with_data()
    {
        var report = new SmsDeliverReport(HasHeader: true, FailureCause: null, 0x7F, 0xF6, Octets.Parse("027100AA"));

        Assert.True(SmsDeliverReport.TryParse(Octets.Parse(Acknowledgement).Span, out SmsDeliverReport read, out _));
        Assert.Equal(report, read);
        Assert.Equal(Octets.Parse(Acknowledgement), Write(report));
    }

    [Fact]
    public void Reads_and_writes_an_error_with_data_and_without_the_header_flag()
    {
        var report = new SmsDeliverReport(
            HasHeader: false, SmsDeliverReport.DataDownloadError, 0x7F, 0xF6, Octets.Parse("027100AA"));

        Assert.True(SmsDeliverReport.TryParse(Octets.Parse(Error).Span, out SmsDeliverReport read, out _));
        Assert.Equal(report, read);
        Assert.Equal(Octets.Parse(Error), Write(report));
    }

    [Fact]
    public void Reads_a_bare_acknowledgement()
    {
        Assert.True(SmsDeliverReport.TryParse(Octets.Parse("0000").Span, out SmsDeliverReport read, out _));

        Assert.Equal(default, read);
    }

    [Theory]
    [InlineData("0100", PacketFault.UnexpectedValue, 0)]
    [InlineData("0008", PacketFault.ReservedValue, 1)]
    [InlineData("00D508", PacketFault.ReservedValue, 2)]
    [InlineData("0004A0", PacketFault.LimitExceeded, 2)]
    [InlineData("0007", PacketFault.Truncated, 2)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(SmsDeliverReport.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData(0x8F, "protocol identifier refused")]
    [InlineData(0xC5, "duplicate refused")]
    [InlineData(0xD3, "memory of the handset full")]
    [InlineData(0xD4, "toolkit of the card busy")]
    [InlineData(0xD5, "error of the card in data download")]
    [InlineData(0xD9, "reserved")]
    [InlineData(0xFF, "unspecified")]
    public void Failure_causes_have_names(byte cause, string name) => Assert.Equal(name, FailureCause.Name(cause));

    [Fact]
    public void Obeys_the_packet_laws() => PacketLaws.Hold<SmsDeliverReport>(maxLength: 20, Acknowledgement, Error, "0000");

    private static Octets Write(SmsDeliverReport report)
    {
        byte[] wire = new byte[report.Length];
        report.Write(wire);
        return Octets.Own(wire);
    }
}
