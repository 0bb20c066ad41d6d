using System.Security.Cryptography;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.CapFiles;

public sealed class EtsiCapTests
{
    public sealed record Case(
        string Name, string PackageAid, string PackageName, string Version, string Format, string[] Applets, string[] Imports,
        int DataBlockLength, string DataBlockSha256, int WithoutDescriptorLength)
    {
        public override string ToString() => Name;
    }

    [EtsiTheory, VectorData("cap/etsi.json")]
    public void Reads_what_a_real_converter_wrote(Case vector)
    {
        CapFile cap = Read(vector);

        Assert.Equal(vector.PackageAid, cap.PackageAid.ToString());
        Assert.Equal(vector.PackageName, cap.PackageName);
        Assert.Equal((vector.Version, vector.Format), (cap.PackageVersion.ToString(), cap.JavaCardVersion.ToString()));
        Assert.Equal(vector.Applets, cap.Applets.Select(a => a.Aid.ToString()), StringComparer.Ordinal);
        Assert.Equal(vector.Imports, cap.Imports.Select(i => $"{i.Aid} {i.Version}"), StringComparer.Ordinal);
        Assert.Equal(vector.Applets.Length == 0, cap.IsLibrary);
        Assert.Equal(vector.DataBlockLength, cap.Components.Where(c => c.Tag != ComponentTag.Debug).Sum(c => c.Size));
        Assert.InRange(cap.MemoryEstimate, 1, 2 * vector.DataBlockLength + 256 * vector.Applets.Length);
    }

    [EtsiTheory, VectorData("cap/etsi.json")]
    public void Puts_the_components_into_the_order_of_loading(Case vector)
    {
        CapFile cap = Read(vector);

        Octets block = cap.LoadFileDataBlock();

        Assert.Equal(vector.DataBlockLength, block.Length);
        Assert.Equal(vector.DataBlockSha256, Convert.ToHexString(SHA256.HashData(block.Span)));
        Assert.Equal(vector.WithoutDescriptorLength, cap.LoadFileDataBlock(withDescriptor: false).Length);
    }

    [EtsiTheory, VectorData("cap/etsi.json")]
    public void A_card_finds_in_the_load_file_what_the_archive_holds(Case vector)
    {
        CapFile cap = Read(vector);

        Octets file = LoadFile.Wrap(cap.LoadFileDataBlock());

        Assert.True(LoadFileContent.TryParse(file.Span, out LoadFileContent content, out PacketError error), error.ToString());
        Assert.Equal((cap.PackageAid, cap.PackageVersion), (content.PackageAid, content.Version));
        Assert.Equal(cap.Imports, content.Imports.AsEnumerable());
        Assert.Equal(cap.Applets.Select(a => a.Aid), content.Applets);
        Assert.Equal(vector.DataBlockLength, content.CodeSize);
    }

    [EtsiTheory, VectorData("cap/etsi.json")]
    public void Knows_the_names_of_the_packages_that_uicc_applets_need(Case vector)
    {
        CapFile cap = Read(vector);

        Assert.All(
            cap.Imports.Where(i => i.Aid != Aid.Parse("A0000000090005FFFFFFFF8950000000")),
            i => Assert.NotNull(KnownPackages.Name(i.Aid)));
    }

    private static CapFile Read(Case vector)
    {
        byte[] archive = File.ReadAllBytes(Path.Combine(Repository.EtsiCaps!, vector.Name));
        return CapFile.TryRead(archive, out CapFile? cap, out CapFault fault) ? cap : throw new FormatException(fault.ToString());
    }
}
