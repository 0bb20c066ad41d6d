using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Services;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;

namespace Tsm.Tests.Application.Services;

/// <summary>Which versions can go to which cards, each reason with who can mend it.</summary>
public sealed class ServiceCompatibilityTests
{
    private static readonly CatalogueApplication Util = Offers.LoadFile("util", "F0546D5301", library: true);
    private static readonly CatalogueApplication Wallet = Offers.LoadFile("wallet", "F0546D5308", library: false, Offers.Import(Util));
    private static readonly ServiceVersion Version = Offers.Version("1.0", Wallet, "util-id");

    [Fact]
    public void What_fits_names_only_what_comes_first()
    {
        Compatibility verdict = Check(Version, Offers.Model());

        Assert.True(verdict.Ok);
        Assert.Equal("needs util 1.0: it is loaded first.", Assert.Single(verdict.Reasons));
    }

    [Fact]
    public void Every_reason_names_what_was_expected_and_found_and_who_can_mend_it()
    {
        CardModel old = Offers.Model() with
        {
            JavaCard = "2.1.1",
            GlobalPlatform = "2.1.1",
            SecurityDomains = 0,
            Memory = 150,
            RamTar = Tar.Parse("000101"),
            Packages = [Offers.Framework with { Minor = 2 }, new(Wallet.Applets[0], 1, 0)],
        };
        ServiceVersion version = Version with { Tar = old.RamTar, Privileges = Octets.Parse("008000"), Personalisation = [new("0101", new string('0', 4000))] };
        CatalogueApplication modern = Wallet with { JavaCard = "2.2" };

        Compatibility verdict = ServiceCompatibility.Check(version, modern, [Util], old);

        Assert.False(verdict.Ok);
        Assert.Equal(
            [
                "CAP_FORMAT_TOO_NEW Provider", "IMPORT_VERSION Provider", "LIBRARY_FIRST Carrier", "IMPORT_VERSION Provider", "MEMORY_SHORT Provider",
                "INSTANCE_TAKEN Provider", "TAR_TAKEN Provider", "PRIVILEGES_TOO_NEW Provider", "PERSONALISATION_TOO_LONG Provider", "NO_SECURITY_DOMAINS Carrier",
            ],
            verdict.Findings.Select(f => $"{f.Code} {f.FixedBy}"));
        Assert.All(verdict.Findings, f => Assert.NotEmpty(f.Expected));
        Assert.All(verdict.Findings, f => Assert.NotEmpty(f.Found));
        Assert.Equal(
            ("javacard.framework 1.2 (Java Card 2.2.1)", "javacard.framework 1.3 (Java Card 2.2.2)"), (verdict.Findings[1].Expected, verdict.Findings[1].Found));
    }

    [Fact]
    public void What_nobody_has_said_of_a_model_is_not_checked()
    {
        CardModel silent = Offers.Model() with { JavaCard = null, GlobalPlatform = null, SecurityDomains = null };

        Assert.True(ServiceCompatibility.Check(Version with { Privileges = Octets.Parse("008000") }, Wallet with { JavaCard = "2.3" }, [Util], silent).Ok);
    }

    [Fact]
    public void A_package_that_is_on_every_card_cannot_be_loaded_once_more()
    {
        CardModel model = Offers.Model() with { Packages = [Offers.Framework, new(Wallet.PackageAid, 1, 0)] };

        Assert.Contains(Check(Version, model).Findings, f => f.Code == "PACKAGE_TAKEN" && f.Blocks);
    }

    [Fact]
    public void A_load_file_that_cannot_be_numbered_says_so()
    {
        CatalogueApplication huge = Wallet with { LoadFile = Octets.Own(new byte[40_000]) };

        CompatibilityFinding finding = Assert.Single(
            ServiceCompatibility.Check(Version, huge, [Util], Offers.Model() with { MaxLoadBlock = 120 }).Findings, f => f.Blocks);

        Assert.Equal(("LOAD_FILE_TOO_LONG", Party.Carrier), (finding.Code, finding.FixedBy));
        Assert.Equal("40000 octets", finding.Found);
    }

    [Theory]
    [InlineData(160, 5, false, "")]
    [InlineData(160, 5, true, "COMMAND_TOO_LONG Provider, notes")]
    [InlineData(160, 5, null, "COMMAND_TOO_LONG Provider, notes")]
    [InlineData(200, 5, false, "COMMAND_TOO_LONG Provider, blocks")]
    [InlineData(60, 1, false, "SCRIPT_TOO_LONG Carrier, blocks")]
    [InlineData(0, 1, false, "")]
    [InlineData(0, 1, true, "SCRIPT_TOO_LONG Carrier, notes")]
    public void What_no_command_or_packet_holds_is_seen_before_there_is_a_card(int parameters, int segments, bool? delegation, string expected)
    {
        CatalogueApplication wallet = Wallet with { PackageAid = Aid.Parse("F0546D53080000000000000000000000") };
        ServiceVersion version = Version with
        {
            Module = Aid.Parse("F0546D53080000000000000000000001"),
            Instance = Aid.Parse("F0546D53080000000000000000000001"),
            Parameters = new string('0', 2 * parameters),
        };
        CardModel model = Offers.Model() with { MaxSegments = segments, Delegation = delegation };

        IEnumerable<CompatibilityFinding> findings = ServiceCompatibility.Check(version, wallet, [Util], model).Findings;

        Assert.Equal(
            expected,
            string.Join("; ", findings.Where(f => f.Code.EndsWith("_TOO_LONG", StringComparison.Ordinal)).Select(f => $"{f.Code} {f.FixedBy}, {(f.Blocks ? "blocks" : "notes")}")));
    }

    [Theory, InlineData("2.1", true), InlineData("2.2", true), InlineData("2.3", false)]
    public void The_CAP_format_tells_the_least_Java_Card(string format, bool ok) =>
        Assert.Equal(ok, ServiceCompatibility.Check(Version, Wallet with { JavaCard = format }, [Util], Offers.Model()).Ok);

    [Theory]
    [InlineData("3.0.4", "2.2", true), InlineData("2.2", "2.2.0", true), InlineData("2.1.1", "2.2", false), InlineData("3.0.4", "3.1", false), InlineData("3.1", "3.0.10", true)]
    public void Versions_are_compared_by_their_numbers(string version, string least, bool atLeast) =>
        Assert.Equal(atLeast, JavaCardVersions.IsAtLeast(version, least));

    [Theory]
    [InlineData(ScriptFormat.Compact, 5), InlineData(ScriptFormat.Expanded, 5), InlineData(ScriptFormat.Compact, 1), InlineData(ScriptFormat.Compact, 20), InlineData(ScriptFormat.Expanded, 20)]
    public void Data_that_fit_one_packet_make_a_script_that_fits(ScriptFormat format, int segments)
    {
        CardModel model = Offers.Model() with { ScriptFormat = format, MaxSegments = segments };
        int capacity = ScriptCapacity.Of(model), most = ScriptCapacity.Personalisation(model, Version.Instance);

        Assert.InRange(Script(most), 1, capacity);
        Assert.True(Script(most + 1) > capacity, $"{most + 1} octets of data fit too.");

        int Script(int octets)
        {
            CommandApdu[] commands =
            [
                InstallCommand.ForPersonalization(Version.Instance),
                .. StoreDataCommand.Blocks(Octets.Own(new byte[octets]), StoreDataStructure.DataGroups, StoreDataEncryption.None),
            ];
            return ScriptLayout.Write(format, commands).Length;
        }
    }

    [Fact]
    public void A_model_without_room_takes_no_data() =>
        Assert.Equal(0, ScriptCapacity.Personalisation(Offers.Model() with { MaxCommands = 1 }, Version.Instance));

    private static Compatibility Check(ServiceVersion version, CardModel model) => ServiceCompatibility.Check(version, Wallet, [Util], model);
}
