using System.Security.Cryptography;
using FsCheck.Fluent;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Card.CapFiles;

public sealed class CapBuilderTests
{
    [Fact]
    public void What_it_builds_is_read()
    {
        CapFile cap = Read(CapArchives.Sample.Build());

        Assert.Equal(Aid.Parse("F0546D5302"), cap.PackageAid);
        Assert.Equal((new PackageVersion(1, 0), new PackageVersion(2, 1)), (cap.PackageVersion, cap.JavaCardVersion));
        Assert.Equal("tsm.sample.two", cap.PackageName);
        Assert.Equal(CapTraits.HasApplets, cap.Flags);
        Assert.False(cap.IsLibrary);
        Assert.Equal(["F0546D53020101", "F0546D53020102"], cap.Applets.Select(a => a.Aid.ToString()), StringComparer.Ordinal);
        Assert.Equal(
            ["javacard.framework (A0000000620101) 1.2", "uicc.toolkit (A0000000090005FFFFFFFF8912000000) 1.3", "java.lang (A0000000620001) 1.0"],
            cap.Imports.Select(i => i.ToString()),
            StringComparer.Ordinal);
        Assert.Equal(2 * 2 + 40 + 300, cap.StaticImageSize);
    }

    [Fact]
    public void The_sample_is_a_small_applet_that_never_changes()
    {
        Octets archive = CapBuilder.SampleApplet();

        CapFile cap = Read(archive);

        Assert.InRange(LoadFile.Wrap(cap.LoadFileDataBlock()).Length, 1500, 2048);
        Assert.Equal("F0546D53010101", cap.Applets.Single().Aid.ToString());
        Assert.Equal(archive, CapBuilder.SampleApplet());
        Assert.Equal("EF7E41E4C5475D676565FD579FEDA6496288B659C36CF099F2937388AC8674AF", Convert.ToHexString(SHA256.HashData(archive.Span)));
    }

    [Fact]
    public void The_code_is_what_a_converter_writes()
    {
        CapFile cap = Read(CapBuilder.SampleApplet());

        // Constructor: super(). Install: new, register(array, offset + 1, array[offset]). Process: send the payload.
        const string Constructor = "0110 18 8C0000 7A";
        const string Install = "0530 8F0006 3D 8C0007 18 1D 04 41 18 1D 25 8B0001 7A";
        const string Process = "0420 18 8B0002 6003 7A 19 8B0003 3B 19 1100FF 8B0004 19 7B0008 03 1100FF 8B0005 7A";
        Octets code = Octets.Parse("00" + Constructor + Install + Process);
        Assert.Equal(code, cap.Component(ComponentTag.Method).Slice(3));
        Assert.Equal(8, cap.Applets.Single().InstallOffset);
    }

    [Fact]
    public void Every_reference_of_the_code_is_listed_and_lies_in_the_pool()
    {
        foreach (int applets in (int[])[1, 2, 30])
        {
            CapFile cap = Read(Build(applets));
            ReadOnlySpan<byte> code = cap.Component(ComponentTag.Method).Span[3..];
            ReadOnlySpan<byte> steps = cap.Component(ComponentTag.RefLocation).Span[7..];
            int constants = cap.Component(ComponentTag.ConstantPool)[3] << 8 | cap.Component(ComponentTag.ConstantPool)[4];

            int at = 0;
            int references = 0;
            foreach (byte step in steps)
            {
                at += step;
                if (step != 255)
                {
                    references++;
                    Assert.InRange(code[at] << 8 | code[at + 1], 0, constants - 1);
                    Assert.Contains(code[at - 1], (byte[])[0x7B, 0x8B, 0x8C, 0x8F]);
                }
            }

            Assert.Equal(9 * applets, references);
        }
    }

    [Fact]
    public void The_descriptor_lists_every_method_once()
    {
        CapFile cap = Read(Build(3));
        byte[] descriptor = cap.Component(ComponentTag.Descriptor).ToArray();
        var reader = new OctetReader(descriptor.AsSpan(3));
        int classes = reader.ReadByte();
        var install = new List<int>();
        for (int i = 0; i < classes; i++)
        {
            reader.ReadSpan(9 + 7);
            for (int method = 0; method < 3; method++)
            {
                ReadOnlySpan<byte> info = reader.ReadSpan(12);
                install.AddRange(info[1] == 0x09 ? [info[2] << 8 | info[3]] : []);
            }
        }

        int constants = reader.ReadUInt16();
        reader.ReadSpan(2 * constants);
        Assert.Equal(20, reader.Remaining);
        Assert.Equal(3, classes);
        Assert.Equal(cap.Applets.Select(a => a.InstallOffset), install);
        Assert.False(reader.Failed);
    }

    [Fact]
    public void Builds_what_is_asked_for_in_every_size()
    {
        var sizes = from count in Gen.Choose(1, 20) from payload in Gen.Choose(1, 2500) select (count, payload);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(sizes.ToArbitrary(), size =>
        {
            CapFile cap = Read(Build(size.count, size.payload));
            return cap.Applets.Length == size.count
                && LoadFileContent.TryParse(LoadFile.Wrap(cap.LoadFileDataBlock()).Span, out LoadFileContent content, out _)
                && content.Applets.Length == size.count
                && content.CodeSize > size.count * size.payload;
        }));
    }

    [Fact]
    public void Without_applets_it_is_a_library_that_can_be_imported()
    {
        CapFile cap = Read((CapArchives.Sample with { Applets = [] }).Build());

        Assert.True(cap.IsLibrary);
        Assert.True(LoadFileContent.TryParse(LoadFile.Wrap(cap.LoadFileDataBlock()).Span, out LoadFileContent content, out _));
        Assert.Empty(content.Applets);
    }

    [Fact]
    public void Refuses_what_no_card_would_take()
    {
        CapBuilder sample = CapArchives.Sample;

        Assert.Throws<InvalidOperationException>(() => (sample with { PackageAid = Aid.Parse("A000000001") }).Build());
        Assert.Throws<InvalidOperationException>(() => (sample with { Name = "../evil" }).Build());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CapBuilderApplet(Aid.Parse("F0546D53020101"), 0));
    }

    private static Octets Build(int applets, int payload = 10) => new CapBuilder
    {
        PackageAid = Aid.Parse("F0546D5303"),
        Name = "tsm.sample.many",
        Applets = [.. Enumerable.Range(1, applets).Select(i => new CapBuilderApplet(Aid.Parse($"F0546D530301{i:X2}"), payload))],
    }.Build();

    private static CapFile Read(Octets archive) =>
        CapFile.TryRead(archive.Memory, out CapFile? cap, out CapFault fault) ? cap : throw new FormatException(fault.ToString());
}
