using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.SimFiles;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.SimFiles;

public sealed class RecordTests
{
    public sealed record NumberCase(string Name, string Alpha, string Type, string Digits, string Wire)
    {
        public override string ToString() => Name;
    }

    public sealed record SmsCase(
        string Name, string Alpha, string? Destination, string? ServiceCentre, byte? ProtocolId, byte? DataCoding, int? Minutes, string Wire)
    {
        public override string ToString() => Name;
    }

    public sealed record DirectoryCase(string Name, string Aid, string Label, bool Rebuilt, string Wire)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("files/numbers.json")]
    public void Numbers_are_written_and_read(NumberCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        var number = new DialledNumber(Convert.ToByte(vector.Type, 16), vector.Digits);

        Assert.Equal(wire, NumberRecord.Of(vector.Alpha, number, wire.Length).ToOctets());
        Assert.True(NumberRecord.TryParse(wire.Span, out NumberRecord read, out PacketError error), $"{error}");
        Assert.Equal(number, read.Number);
        Assert.Equal(vector.Alpha, read.Name);
        Assert.Equal((0xFF, 0xFF), (read.CapabilityRecord, read.ExtensionRecord));
        Assert.False(read.IsUnused);
    }

    [Fact]
    public void An_unused_record_has_no_number()
    {
        Assert.True(NumberRecord.TryParse(FileContent.Blank(20).Span, out NumberRecord read, out _));

        Assert.True(read.IsUnused);
        Assert.Null(read.Number);
        Assert.Null(default(NumberRecord).Number);
        Assert.False(NumberRecord.TryParse(FileContent.Blank(13).Span, out _, out PacketError error));
        Assert.Equal(new PacketError(PacketFault.Truncated, 13), error);
    }

    [Fact]
    public void Numbers_may_hold_more_than_digits()
    {
        NumberRecord record = NumberRecord.Of("", DialledNumber.Of("*21#p1?"), 14);

        Assert.Equal("05812AB11CFDFFFFFFFFFFFFFFFF", record.ToString());
        Assert.Equal("*21#p1?", record.Number!.Value.Digits);
        Assert.Throws<FormatException>(() => NumberRecord.Of("", DialledNumber.Of("12x"), 14));
        Assert.Throws<ArgumentException>(() => NumberRecord.Of("", DialledNumber.Of("123456789012345678901"), 14));
    }

    [Theory, VectorData("files/sms-parameters.json")]
    public void Sms_parameters_are_written_and_read(SmsCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        var values = new SmsParameterValues
        {
            Name = vector.Alpha,
            Destination = vector.Destination is { } destination ? DialledNumber.Of(destination) : null,
            ServiceCentre = vector.ServiceCentre is { } centre ? DialledNumber.Of(centre) : null,
            ProtocolId = vector.ProtocolId,
            DataCoding = vector.DataCoding,
            ValidityPeriod = vector.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
        };

        Assert.Equal(wire, SmsParameters.Of(values, wire.Length).ToOctets());
        Assert.True(SmsParameters.TryParse(wire.Span, out SmsParameters read, out PacketError error), $"{error}");
        Assert.Equal(values, new SmsParameterValues
        {
            Name = read.Name,
            Destination = read.Destination,
            ServiceCentre = read.ServiceCentre,
            ProtocolId = read.ProtocolId,
            DataCoding = read.DataCoding,
            ValidityPeriod = read.ValidityPeriod,
        });
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(143, 720)]
    [InlineData(144, 750)]
    [InlineData(167, 1440)]
    [InlineData(169, 4320)]
    [InlineData(196, 43200)]
    [InlineData(197, 50400)]
    [InlineData(255, 635040)]
    public void A_relative_validity_period_has_steps(byte value, int minutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(minutes), SmsParameters.ToPeriod(value));
        Assert.Equal(value, SmsParameters.FromPeriod(TimeSpan.FromMinutes(minutes)));
        Assert.Equal(Math.Min(value + 1, 255), SmsParameters.FromPeriod(TimeSpan.FromMinutes(minutes + 1)));
    }

    [Theory, VectorData("files/directory.json")]
    public void Applications_are_listed(DirectoryCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);

        Assert.True(DirectoryRecord.TryParse(wire.Span, out DirectoryRecord read, out PacketError error), $"{error}");
        Assert.Equal(Aid.Parse(vector.Aid), read.Application);
        Assert.Equal(vector.Label, read.Label);
        if (vector.Rebuilt)
        {
            Assert.Equal(read, DirectoryRecord.Of(Aid.Parse(vector.Aid), vector.Label, wire.Length));
        }
    }

    [Theory]
    [InlineData("6204", PacketFault.Truncated, 2)]
    [InlineData("620400000000", PacketFault.UnexpectedValue, 0)]
    [InlineData("61024F05", PacketFault.Truncated, 4)]
    public void Says_where_a_directory_record_stops(string hex, PacketFault fault, int offset)
    {
        Assert.False(DirectoryRecord.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Records_obey_the_packet_laws()
    {
        PacketLaws.Hold<NumberRecord>(maxLength: 20, "42204841203120536963FFFFFFFFFFFF06810628560810FFFFFFFFFFFFFF");
        PacketLaws.Hold<SmsParameters>(maxLength: 40, "E1FFFFFFFFFFFFFFFFFFFFFFFF0891945197109099F9FFFFFF0000A9");
        PacketLaws.Hold<DirectoryRecord>(maxLength: 30, "61194F10A0000000871004FFFFFFFF890709000050054953696D31", "FFFF");
    }

    [Fact]
    public void Any_octets_can_be_looked_at() => FsCheck.Check.QuickThrowOnFailure(FsCheck.Fluent.Prop.ForAll<byte[]>(octets =>
    {
        byte[] source = [.. octets, .. new byte[28]];
        Assert.True(SmsParameters.TryParse(source, out SmsParameters parameters, out _));
        _ = $"{parameters.Name}{parameters.Destination}{parameters.ServiceCentre}{parameters.ValidityPeriod}";
        _ = AlphaText.Decode(octets);
        if (NumberRecord.TryParse(octets, out NumberRecord number, out _))
        {
            _ = $"{number.Name}{number.Number}";
        }

        if (FileControlParameters.TryParse(octets, out FileControlParameters fcp, out _))
        {
            _ = $"{fcp.Descriptor}{fcp.FileId}{fcp.FileSize}{fcp.LifeCycle}{fcp.ShortFileId}{fcp.DfName}";
        }
    }));
}
