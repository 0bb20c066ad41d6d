using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.SimFiles;

public sealed class FileControlParametersTests
{
    public sealed record Case(
        string Name, string? Origin, string Wire, FileKind Kind, int? RecordLength, int? Records, string? FileId, string? DfName, int? Size,
        int? ShortFileId, FileLifeCycle? LifeCycle, string? Security, string? Proprietary, string? PinStatus, bool Rebuilt)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("files/fcp.json")]
    public void Reads_what_cards_say_of_files(Case vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        Assert.True(FileControlParameters.TryParse(wire.Span, out FileControlParameters fcp, out PacketError error), $"{error}");

        Assert.Equal((vector.Kind, true), (fcp.Descriptor!.Value.Kind, fcp.Descriptor.Value.IsShareable));
        Assert.Equal((vector.RecordLength, vector.Records), (fcp.Descriptor.Value.RecordLength, fcp.Descriptor.Value.Records));
        Assert.Equal(vector.FileId, fcp.FileId?.ToString("X4"));
        Assert.Equal(vector.DfName, fcp.DfName?.ToString());
        Assert.Equal(vector.Size, fcp.FileSize);
        Assert.Equal(vector.ShortFileId, fcp.ShortFileId);
        Assert.Equal(vector.LifeCycle, fcp.LifeCycle);
        Assert.Equal(Octets.Parse(vector.Security ?? ""), fcp.ReferencedSecurity);
        Assert.Equal(Octets.Parse(vector.Proprietary ?? ""), fcp.Proprietary);
        Assert.Equal(Octets.Parse(vector.PinStatus ?? ""), fcp.PinStatus);
        if (vector.Rebuilt)
        {
            Assert.Equal(fcp, FileControlParameters.Of(new(fcp.FileId!.Value, fcp.Descriptor.Value, vector.Size!.Value)
            {
                Security = fcp.ReferencedSecurity,
                ShortFileId = vector.ShortFileId,
            }));
        }
    }

    [Theory]
    [InlineData("7921", FileKind.BerTlv, null, null)]
    [InlineData("7821", FileKind.Directory, null, null)]
    [InlineData("4121", FileKind.Transparent, null, null)]
    [InlineData("4221006E05", FileKind.LinearFixed, 110, 5)]
    public void Descriptors_are_written_and_read(string hex, FileKind kind, int? recordLength, int? records)
    {
        FileDescriptor expected = kind switch
        {
            FileKind.BerTlv => FileDescriptor.BerTlvObjects,
            FileKind.Directory => FileDescriptor.Directory,
            FileKind.Transparent => FileDescriptor.Transparent,
            _ => FileDescriptor.LinearFixed(recordLength!.Value, records!.Value),
        };

        Assert.True(FileDescriptor.TryParse(Octets.Parse(hex).Span, out FileDescriptor read, out _));
        Assert.Equal(expected, read);
        Assert.Equal(hex, FileCodingTests.Wire(expected).ToString());
    }

    [Fact]
    public void Creates_a_directory_with_its_codes_and_a_record_file_with_its_rules()
    {
        FileControlParameters directory = FileControlParameters.Of(new(0x5F3A, FileDescriptor.Directory, 0x1000)
        {
            Security = Octets.Parse("2F0601"),
            PinStatus = Octets.Parse("90017083010183018183010A"),
        });
        FileControlParameters records = FileControlParameters.Of(new(0x4F01, FileDescriptor.Cyclic(3, 5), 15)
        {
            Security = Octets.Parse("0102"),
            SecurityTag = 0x8C,
            ShortFileId = 0,
            LifeCycle = FileLifeCycle.Initialisation,
        });

        Assert.Equal("6222 82027821 83025F3A 8A0105 8B032F0601 81021000 C60C90017083010183018183010A".Replace(" ", ""), directory.ToString());
        Assert.Equal("6218 82054621000305 83024F01 8A0103 8C020102 8002000F 8800".Replace(" ", ""), records.ToString());
        Assert.Equal(0x1000, directory.TotalFileSize);
        Assert.Equal("0102", records.CompactSecurity.ToString());
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("6F00", PacketFault.UnexpectedValue, 0)]
    [InlineData("6203820141", PacketFault.None, 0)]
    [InlineData("6203820241", PacketFault.Truncated, 5)]
    [InlineData("620000", PacketFault.TrailingOctets, 2)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        bool parsed = FileControlParameters.TryParse(Octets.Parse(hex).Span, out FileControlParameters fcp, out PacketError error);

        Assert.Equal(fault == PacketFault.None, parsed);
        Assert.Equal(new PacketError(fault, offset), error);
        Assert.Null(fcp.Descriptor);
    }

    [Fact]
    public void Obeys_the_packet_laws()
    {
        PacketLaws.Hold<FileControlParameters>(maxLength: 30, "62178202412183022FE28A01058B032F06038002000A880110");
        PacketLaws.Hold<FileDescriptor>(maxLength: 6, "4121", "4221006E05");
    }
}
