using System.IO.Compression;
using FsCheck.Fluent;
using Tsm.Card.CapFiles;

namespace Tsm.Tests.Card.CapFiles;

public sealed class CapFileTests
{
    [Theory]
    [InlineData("", "archive: it is empty. Choose the .cap file that the converter wrote.")]
    [InlineData("48656C6C6F", "archive: it is not a ZIP archive (it begins with 48656C6C, expected 504B0304). Choose the .cap file that the converter wrote.")]
    [InlineData("010011DECAFFED01", "archive: it is not a ZIP archive, but a bare load file (IJC). Upload the .cap file it was made from.")]
    [InlineData("CAFEBABE0000", "archive: it is not a ZIP archive, but a Java class file. Run the Java Card converter and upload the .cap file it writes.")]
    [InlineData("504B0304FFFF", "archive: it is a damaged ZIP archive. Transfer the file again in binary mode, or build it again.")]
    public void Names_what_is_no_archive(string hex, string sentence) => Refused(Convert.FromHexString(hex), sentence);

    [Fact]
    public void Refuses_what_is_too_long() => Refused(new byte[4 * 1024 * 1024 + 1], "at most 4194304 are taken");

    [Fact]
    public void Refuses_an_archive_without_header() =>
        Refused(CapArchives.With("Header.cap", _ => null), "it has no javacard/Header.cap, so it is no CAP file");

    [Theory]
    [InlineData("Method.cap")]
    [InlineData("ConstantPool.cap")]
    [InlineData("RefLocation.cap")]
    [InlineData("Import.cap")]
    [InlineData("Class.cap")]
    [InlineData("StaticField.cap")]
    [InlineData("Directory.cap")]
    public void Names_the_component_that_is_missing(string component) =>
        Refused(CapArchives.With(component, _ => null), $"archive: {component} is missing, which every CAP file has.");

    [Theory]
    [InlineData("Header.cap")]
    [InlineData("Directory.cap")]
    [InlineData("Import.cap")]
    [InlineData("Applet.cap")]
    [InlineData("Class.cap")]
    [InlineData("Method.cap")]
    [InlineData("StaticField.cap")]
    [InlineData("ConstantPool.cap")]
    [InlineData("RefLocation.cap")]
    [InlineData("Descriptor.cap")]
    public void Says_which_component_is_truncated_and_by_how_much(string component)
    {
        int length = 0;
        byte[] archive = CapArchives.With(component, c =>
        {
            length = c.Length - 3;
            return c[..^2];
        });

        Refused(archive, $"{component}, octet 1: it is truncated: its size field says {length} octets, {length - 2} are there.");
    }

    [Fact]
    public void Names_a_component_that_is_too_long_has_another_tag_or_is_hardly_there()
    {
        Refused(CapArchives.With("Class.cap", c => [.. c, 0]), "Class.cap, octet 1: it is too long");
        Refused(CapArchives.With("Class.cap", c => [0x07, .. c[1..]]), "Class.cap: its tag is 07, expected 06.");
        Refused(CapArchives.With("Class.cap", _ => [0x06, 0x00]), "Class.cap, octet 2: it has 2 octets, its tag and size alone take 3.");
    }

    [Fact]
    public void Refuses_another_magic_number() => Refused(
        CapArchives.With("Header.cap", c => [.. c[..3], 0xCA, 0xFE, 0xBA, 0xBE, .. c[7..]]),
        "Header.cap, octet 3: the magic number is CAFEBABE, expected DECAFFED.");

    [Fact]
    public void Refuses_the_extended_format_by_flag_and_by_name()
    {
        Refused(CapArchives.With("Header.cap", c => [.. c[..9], 0x0C, .. c[10..]]), "the extended CAP format of Java Card 3.1 is not supported");

        Dictionary<string, byte[]> files = CapArchives.Unpack(CapArchives.Sample.Build());
        Refused(
            CapArchives.Pack(files.ToDictionary(f => f.Key.Replace(".cap", ".capx", StringComparison.Ordinal), f => f.Value, StringComparer.Ordinal)),
            "the extended CAP format of Java Card 3.1 is not supported");
    }

    [Fact]
    public void Refuses_an_unknown_format() => Refused(
        CapArchives.With("Header.cap", c => [.. c[..7], 9, .. c[8..]]), "Header.cap, octet 7: CAP format 2.9 is unknown, expected 2.1 to 2.3.");

    [Fact]
    public void Refuses_a_package_aid_of_four_octets() => Refused(
        CapArchives.With("Header.cap", c => CapArchives.Resize(c, info => [.. info[..9], 4, .. info[10..14]])),
        "Header.cap, octet 12: an AID is not 5 to 16 octets long.");

    [Fact]
    public void Refuses_an_applet_aid_of_seventeen_octets() => Refused(
        CapArchives.With("Applet.cap", c => CapArchives.Resize(c, _ => [1, 17, .. new byte[17], 0, 10])),
        "Applet.cap, octet 4: an AID is not 5 to 16 octets long.");

    [Fact]
    public void Compares_the_table_of_sizes_with_the_components() => Refused(
        CapArchives.With("Directory.cap", c => Set(c, 3 + 2 * 6, 0x12, 0x34)), "Directory.cap, octet 15: it gives Method.cap 4660 octets,");

    [Fact]
    public void Names_a_component_that_the_table_lists_and_the_archive_lacks() => Refused(
        CapArchives.With("Directory.cap", c => Set(c, 3 + 2 * 9, 0, 5)), "it lists Export.cap with 5 octets, but the archive has none.");

    [Theory]
    [InlineData(25, "octets of static fields")]
    [InlineData(27, "initialised arrays")]
    [InlineData(29, "octets in initialised arrays")]
    [InlineData(31, "imports")]
    [InlineData(32, "applets")]
    public void Compares_the_counts_with_the_components(int offset, string what) => Refused(
        CapArchives.With("Directory.cap", c => Set(c, offset, 77)), what + ",");

    [Fact]
    public void Refuses_an_applet_aid_twice() => Refused(
        CapArchives.With("Applet.cap", c => [.. c[..14], .. c[4..12], .. c[22..]]), "Applet.cap, octet 3: applet AID F0546D53020101 stands twice.");

    [Fact]
    public void Refuses_an_applet_of_another_provider() => Refused(
        CapArchives.With("Applet.cap", c => Set(c, 5, 0xA0)),
        "applet A0546D53020101 has RID A0546D5302, its package F0546D5302 has F0546D5302. Give applets and package the same first five octets");

    [Fact]
    public void Refuses_an_install_method_outside_the_code() => Refused(
        CapArchives.With("Applet.cap", c => Set(c, 12, 0x7F, 0xFF)), "the install method of F0546D53020101 is at 32767, outside the");

    [Fact]
    public void Refuses_applets_that_the_flags_deny_or_promise()
    {
        Refused(CapArchives.With("Header.cap", c => Set(c, 9, 0)), "Applet.cap is present, but the flags announce no applet");
        Refused(CapArchives.With("Applet.cap", _ => null), "Applet.cap is missing, though Header.cap announces applets");
        Refused(CapArchives.With("Applet.cap", c => CapArchives.Resize(c, _ => [0])), "Applet.cap, octet 3: it lists no applet");
    }

    [Fact]
    public void Refuses_an_import_twice_or_of_itself()
    {
        byte[] framework = Convert.FromHexString("020107A0000000620101");
        Refused(
            CapArchives.With("Import.cap", c => CapArchives.Resize(c, _ => [2, .. framework, .. framework])),
            "Import.cap, octet 3: it names package javacard.framework (A0000000620101) 1.2 twice.");
        Refused(
            CapArchives.With("Import.cap", c => CapArchives.Resize(c, _ => [1, 0, 1, 5, 0xF0, 0x54, 0x6D, 0x53, 0x02])),
            "package F0546D5302 imports itself");
    }

    [Fact]
    public void Refuses_more_imports_than_there_are_tokens()
    {
        byte[] imports = [129, .. Enumerable.Range(0, 129).SelectMany(i => new byte[] { 0, 1, 5, 0xA0, 0, 0, 1, (byte)i })];

        Refused(CapArchives.With("Import.cap", c => CapArchives.Resize(c, _ => imports)), "it names 129 packages, at most 128 are possible");
    }

    [Fact]
    public void Refuses_a_pool_or_references_that_do_not_fit()
    {
        Refused(CapArchives.With("ConstantPool.cap", c => Set(c, 3, 0, 99)), "ConstantPool.cap, octet");
        Refused(
            CapArchives.With("RefLocation.cap", c => CapArchives.Resize(c, _ => [0, 0, 0, 3, 255, 255, 255])),
            "RefLocation.cap, octet 5: it refers to octet 765 of Method.cap");
    }

    [Fact]
    public void Takes_a_file_without_descriptor_and_debug()
    {
        byte[] archive = CapArchives.With("Descriptor.cap", _ => null);

        Assert.True(CapFile.TryRead(archive, out CapFile? cap, out CapFault fault), fault.ToString());
        Assert.Equal(cap.LoadFileDataBlock(withDescriptor: false), cap.LoadFileDataBlock());
    }

    [Fact]
    public void Refuses_two_packages_in_one_archive()
    {
        Dictionary<string, byte[]> files = CapArchives.Unpack(CapArchives.Sample.Build());
        files["other/javacard/Header.cap"] = files["tsm/sample/two/javacard/Header.cap"];

        Refused(CapArchives.Pack(files), "archive: it holds more than one package. Upload one CAP file for each package.");
    }

    [Fact]
    public void Looks_only_at_components_in_their_folder()
    {
        Dictionary<string, byte[]> files = CapArchives.Unpack(CapArchives.Sample.Build());
        files["Header.cap"] = [1];
        files["tsm/sample/two/Method.cap"] = [1];
        files["tsm/sample/two/javacard/3.cap"] = [1];
        files["tsm/sample/two/javacard/Other.cap"] = [1];

        Assert.True(CapFile.TryRead(CapArchives.Pack(files), out _, out CapFault fault), fault.ToString());
    }

    [Fact]
    public void Does_not_unpack_a_bomb() => Refused(
        CapArchives.With("Method.cap", _ => new byte[3 * 1024 * 1024]), "Method.cap: it unpacks to more than 65538 octets, which no component has.");

    [Fact]
    public void Does_not_walk_through_thousands_of_entries()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < 2049; i++)
            {
                zip.CreateEntry($"{i}");
            }
        }

        Refused(stream.ToArray(), "archive: it has 2049 entries, at most 2048 are taken.");
    }

    [Fact]
    public void Notices_an_octet_that_changed_on_the_way()
    {
        byte[] archive = CapArchives.Sample.Build().ToArray();
        int at = archive.AsSpan().IndexOf("Hello from"u8);
        archive[at] ^= 0x20;

        Refused(archive, "StaticField.cap: its CRC-32 is ");
    }

    [Fact]
    public void No_archive_makes_it_throw()
    {
        byte[] stored = CapArchives.Sample.Build().ToArray();
        byte[] packed = CapArchives.With("Method.cap", c => c);
        var mutated =
            from archive in Gen.Elements(stored, packed)
            from changes in Gen.Choose(1, 4)
            from indices in Gen.Choose(0, archive.Length - 1).ArrayOf(changes)
            from value in ArbMap.Default.GeneratorFor<byte>()
            from length in Gen.Frequency((3, Gen.Constant(archive.Length)), (1, Gen.Choose(0, archive.Length)))
            select Mutate(archive, indices, value, length);

        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(mutated.ToArbitrary(), archive => CapFile.TryRead(archive, out CapFile? cap, out CapFault fault)
                ? cap is not null
                : cap is null && fault.Problem.Length > 0 && fault.NextStep.Length > 0));
    }

    [Fact]
    public void No_component_makes_it_throw()
    {
        Dictionary<string, byte[]> files = CapArchives.Unpack(CapArchives.Sample.Build());
        string[] paths = [.. files.Keys.Where(k => k.EndsWith(".cap", StringComparison.Ordinal))];
        var mutated =
            from path in Gen.Elements(paths)
            from index in Gen.Choose(3, files[path].Length - 1)
            from value in ArbMap.Default.GeneratorFor<byte>()
            from length in Gen.Frequency((3, Gen.Constant(files[path].Length)), (1, Gen.Choose(3, files[path].Length)))
            select (path, Component: CapArchives.Resize(Mutate(files[path], [index], value, length), info => info));

        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(mutated.ToArbitrary(), change =>
            {
                var changed = new Dictionary<string, byte[]>(files, StringComparer.Ordinal) { [change.path] = change.Component };
                return CapFile.TryRead(CapArchives.Pack(changed), out CapFile? cap, out CapFault fault)
                    ? LoadFileContent.TryParse(LoadFile.Wrap(cap.LoadFileDataBlock()).Span, out _, out _)
                    : fault.Problem.Length > 0;
            }));
    }

    private static byte[] Set(byte[] component, int at, params ReadOnlySpan<byte> octets)
    {
        byte[] changed = [.. component];
        octets.CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Mutate(byte[] source, int[] indices, byte value, int length)
    {
        byte[] mutated = [.. source];
        foreach (int index in indices)
        {
            mutated[index] = value;
        }

        return mutated[..length];
    }

    private static void Refused(byte[] archive, string sentence)
    {
        Assert.False(CapFile.TryRead(archive, out CapFile? cap, out CapFault fault));

        Assert.Null(cap);
        Assert.Contains(sentence, fault.ToString(), StringComparison.Ordinal);
    }
}
