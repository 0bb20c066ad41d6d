using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application.Applications;

/// <summary>Told before the first short message: does it fit, and what comes first.</summary>
public sealed class CompatibilityTests
{
    private static readonly PackageReference Framework = new(Aid.Parse("A0000000620101"), 1, 3);
    private static readonly PackageReference Toolkit = new(Aid.Parse("A0000000090005FFFFFFFF8912000000"), 1, 5);

    [Fact]
    public void What_the_card_has_needs_no_word()
    {
        Compatibility verdict = Compatibility.Check(Application("wallet", [Framework]), Model(Framework with { Minor = 5 }), []);

        Assert.Equal(("uicc", true), (verdict.Model, verdict.Ok));
        Assert.Empty(verdict.Reasons);
    }

    [Fact]
    public void A_library_of_the_catalogue_comes_first()
    {
        CatalogueApplication util = Application("util", [], aid: "F0546D5309");
        CatalogueApplication wallet = Application("wallet", [new(util.PackageAid, 1, 0)]);

        Compatibility verdict = Compatibility.Check(wallet, Model(), [util, wallet]);

        Assert.True(verdict.Ok);
        Assert.Equal("needs util 1.0: load it first.", Assert.Single(verdict.Reasons));
    }

    [Theory, InlineData(1, 4), InlineData(2, 0)]
    public void A_package_of_another_version_is_named_with_both_versions(byte major, byte minor)
    {
        Compatibility verdict = Compatibility.Check(Application("wallet", [Toolkit]), Model(Toolkit with { Major = major, Minor = minor }), []);

        Assert.False(verdict.Ok);
        Assert.StartsWith($"needs uicc.toolkit 1.5, but there is only {major}.{minor}", verdict.Reasons.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_nobody_has_is_named_by_its_AID()
    {
        Compatibility verdict = Compatibility.Check(Application("wallet", [new(Aid.Parse("F0000000AA"), 2, 1)]), Model(), []);

        Assert.False(verdict.Ok);
        Assert.Contains("needs F0000000AA 2.1", verdict.Reasons.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_counts_the_libraries_that_come_first()
    {
        CatalogueApplication util = Application("util", [], memory: 600, aid: "F0546D5309");
        CatalogueApplication wallet = Application("wallet", [new(util.PackageAid, 1, 0)], memory: 500);

        Compatibility verdict = Compatibility.Check(wallet, Model() with { Memory = 1000 }, [util, wallet]);

        Assert.False(verdict.Ok);
        Assert.Equal("needs about 1100 octets of memory, but a fresh uicc has 1000.", verdict.Reasons[^1]);
    }

    [Fact]
    public void A_CAP_file_becomes_an_entry_of_the_catalogue()
    {
        bool read = ApplicationUpload.TryRead(CapBuilder.SampleApplet().Memory, name: null, DateTimeOffset.UnixEpoch, out var entry, out _);

        Assert.True(read);
        Assert.Equal(("F0546D5301", "1.0", false), (entry!.PackageAid.ToString(), entry.Version, entry.IsLibrary));
        Assert.Equal(["F0546D53010101"], entry.Applets.Select(a => a.ToString()));
        Assert.Equal(entry.PackageName, entry.Name);
        Assert.Equal(entry.Sha256[..16], entry.Id);
        Assert.Equal(0xC4, entry.LoadFile[0]);
        Assert.Contains(entry.Imports, i => i.Aid == Framework.Aid);
    }

    [Fact]
    public void A_fault_of_a_CAP_file_says_where_and_what_to_do()
    {
        byte[] archive = CapBuilder.SampleApplet().ToArray();

        bool read = ApplicationUpload.TryRead(archive.AsMemory(0, 100), "x", DateTimeOffset.UnixEpoch, out _, out Problem? problem);

        Assert.False(read);
        Assert.Equal(("cap", "CAP_INVALID"), (problem!.Layer, problem.Code));
        Assert.Contains("offset", problem.Evidence.Single(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Next);
    }

    [Theory, InlineData("a\nb"), InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void A_name_that_cannot_be_shown_is_refused(string name)
    {
        bool read = ApplicationUpload.TryRead(CapBuilder.SampleApplet().Memory, name, DateTimeOffset.UnixEpoch, out _, out Problem? problem);

        Assert.False(read);
        Assert.Equal("NAME_INVALID", problem!.Code);
    }

    private static CardModel Model(params PackageReference[] packages) =>
        new() { Name = "uicc", Algorithm = KeyAlgorithm.Aes, Packages = [.. packages] };

    private static CatalogueApplication Application(string name, PackageReference[] imports, int memory = 100, string aid = "F0546D5308") => new(
        name, name, Aid.Parse(aid), null, "1.0", "2.2", [], [.. imports], Octets.Parse("C400"), memory, "00", DateTimeOffset.UnixEpoch);
}
