using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Tests.Card.CapFiles;

public sealed class LoadFileTests
{
    private const string Header = "010010DECAFFED0102040301" + "05F0546D5304" + "00";
    private const string Import = "04000B01" + "000107A0000000620001";
    private const string Applet = "03000B01" + "07F0546D53040101" + "0008";
    private const string Method = "07000100";

    [Fact]
    public void A_card_reads_package_imports_and_applets()
    {
        byte[] file = File($"{Header}{Import}{Applet}{Method}");

        Assert.True(LoadFileContent.TryParse(file, out LoadFileContent content, out PacketError error), error.ToString());

        Assert.Equal(("F0546D5304", new PackageVersion(1, 3)), (content.PackageAid.ToString(), content.Version));
        Assert.Equal(["java.lang (A0000000620001) 1.0"], content.Imports.Select(i => i.ToString()), StringComparer.Ordinal);
        Assert.Equal(["F0546D53040101"], content.Applets.Select(a => a.ToString()), StringComparer.Ordinal);
        Assert.Equal(file.Length - 2, content.CodeSize);
    }

    [Fact]
    public void Signatures_in_front_are_passed_over()
    {
        byte[] signature = Convert.FromHexString("E20E4F05A000000151C305AABBCCDDEE");

        Assert.True(LoadFileContent.TryParse([.. signature, .. signature, .. File(Header + Method)], out LoadFileContent content, out _));

        Assert.Equal((Header + Method).Length / 2, content.DataBlock.Length);
    }

    [Theory]
    [InlineData("", PacketFault.Truncated, 0)]
    [InlineData("C400", PacketFault.Truncated, 2)]
    [InlineData("C405010011DE", PacketFault.Truncated, 6)]
    [InlineData("D403AABBCC", PacketFault.UnexpectedValue, 0)]
    [InlineData("C40407000100", PacketFault.UnexpectedValue, 2)]
    [InlineData("E2024F00", PacketFault.Truncated, 4)]
    [InlineData("C40407000100AA", PacketFault.TrailingOctets, 6)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(LoadFileContent.TryParse(Convert.FromHexString(hex), out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Theory]
    [InlineData(Header + Header + Method)]
    [InlineData(Header + "2F000100" + Method)]
    [InlineData(Header)]
    [InlineData(Header + "04000201" + "00" + Method)]
    public void Refuses_components_twice_unknown_missing_or_malformed(string components) =>
        Assert.False(LoadFileContent.TryParse(File(components), out _, out _));

    [Fact]
    public void An_import_is_met_by_the_same_major_and_at_least_the_minor_version()
    {
        CapImport import = CapBuilder.Framework;

        Assert.True(import.IsMetBy(new(1, 2)));
        Assert.True(import.IsMetBy(new(1, 6)));
        Assert.False(import.IsMetBy(new(1, 1)));
        Assert.False(import.IsMetBy(new(2, 2)));
    }

    private static byte[] File(string components) => LoadFile.Wrap(Octets.Parse(components)).ToArray();
}
