using Tsm.Application.Applications;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Application.Services;

/// <summary>What a version has to be like; everything wrong is told at once.</summary>
public sealed class ServiceVersionRulesTests
{
    private static readonly CatalogueApplication Util = Offers.LoadFile("util", "F0546D5301", library: true);
    private static readonly CatalogueApplication Store = Offers.LoadFile("store", "F0546D5302", library: true, Offers.Import(Util));
    private static readonly CatalogueApplication Wallet = Offers.LoadFile("wallet", "F0546D5308", library: false, Offers.Import(Store));
    private static readonly CatalogueApplication Plain = Offers.LoadFile("plain", "F0546D5309");

    [Fact]
    public void What_is_left_out_is_found()
    {
        ServiceVersion version = Taken(new("1.0", "wallet"));

        Assert.Equal(("wallet-id", Wallet.Applets[0], Wallet.Applets[0]), (version.Application, version.Module, version.Instance));
        Assert.Equal(["util-id", "store-id"], version.Libraries.ToArray());
        Assert.Equal((UpgradeRule.Replace, null), (version.Upgrade, version.Tar));
    }

    [Theory, InlineData("wallet-id"), InlineData("F0546D5308"), InlineData("WALLET")]
    public void A_load_file_has_an_id_an_AID_and_a_name(string name) => Assert.Equal("wallet-id", Taken(new("1.0", name)).Application);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var draft = new ServiceVersionDraft(
            "1 0", "wallet", Module: "F0000000", Instance: Offers.Globex.DomainAid.ToString(), Privileges: "90", Parameters: "0", Tar: "B00000",
            Libraries: ["util"], Personalisation: [new("01", "00"), new("0102", "{Key}"), new("0103", "")]);

        (ServiceVersion? version, IReadOnlyList<ServiceFault> faults) = ServiceVersionRules.Check(Offers.Service(), draft, Offers.Around([Util, Store, Wallet]), default);

        Assert.Null(version);
        Assert.Equal(
            [
                "FIELD_INVALID version", "FIELD_INVALID module", "DATA_GROUP_INVALID personalisation[0].id", "TEMPLATE_INVALID personalisation[1].content",
                "TEMPLATE_INVALID personalisation[2].content", "TEMPLATE_INVALID parameters", "AID_TAKEN instance", "PRIVILEGES_NOT_ALLOWED privileges",
                "TAR_RESERVED tar", "LIBRARY_UNUSED libraries[0]", "LIBRARY_MISSING libraries",
            ],
            faults.Select(f => $"{f.Code} {f.Field}"));
        Assert.All(faults, f => Assert.NotEmpty(f.Next));
    }

    [Theory]
    [InlineData("80", "Security Domain"), InlineData("90", "Card Lock"), InlineData("08", "Card Terminate"), InlineData("04", "Card Reset")]
    [InlineData("001000", "Global Delete"), InlineData("000800", "Global Lock"), InlineData("000400", "Global Registry"), InlineData("000001", "Bits 000001")]
    public void A_providers_applet_has_no_power_over_the_card_or_others(string privileges, string named)
    {
        ServiceFault fault = Assert.Single(Faults(new("1.0", "plain", Privileges: privileges)));

        Assert.Equal("PRIVILEGES_NOT_ALLOWED", fault.Code);
        Assert.Contains(named, fault.Problem, StringComparison.Ordinal);
    }

    [Theory, InlineData("00"), InlineData("008000"), InlineData("000010")]
    public void What_concerns_the_applet_alone_is_allowed(string privileges) =>
        Assert.Equal(privileges, Taken(new("1.0", "plain", Privileges: privileges)).Privileges.ToString());

    [Theory, InlineData(true), InlineData(false)]
    public void An_AID_or_TAR_of_another_service_is_taken_and_its_holder_is_named_to_operators_alone(bool isOperator)
    {
        Service theirs = Offers.Service("gate", "globex") with { Versions = [Offers.Version("1.0", Plain) with { Tar = Tar.Parse("000101") }] };
        var draft = new ServiceVersionDraft("1.0", "plain", Tar: "000101");

        (_, IReadOnlyList<ServiceFault> faults) = ServiceVersionRules.Check(Offers.Service(), draft, Offers.Around([Plain], [theirs], isOperator), default);

        Assert.Equal(["AID_TAKEN", "TAR_TAKEN"], faults.Select(f => f.Code));
        Assert.All(faults, f => Assert.Equal(isOperator, f.Problem.Contains("globex", StringComparison.Ordinal)));
    }

    [Theory, InlineData("0A0002", "TAR_TAKEN"), InlineData("000000", "TAR_TAKEN"), InlineData("B00010", "TAR_RESERVED"), InlineData("B20100", "TAR_RESERVED")]
    public void A_TAR_of_a_domain_of_card_management_or_of_a_standard_is_taken(string tar, string code) =>
        Assert.Equal(code, Assert.Single(Faults(new("1.0", "plain", Tar: tar))).Code);

    [Fact]
    public void Versions_of_the_same_service_share_their_instance_and_TAR()
    {
        Service service = Offers.Service() with { Versions = [Offers.Version("1.0", Plain) with { Tar = Tar.Parse("000101") }] };

        (ServiceVersion? version, _) = ServiceVersionRules.Check(service, new("1.1", "plain", Tar: "000101"), Offers.Around([Plain], [service]), default);

        Assert.NotNull(version);
    }

    [Fact]
    public void Libraries_are_loaded_in_their_order()
    {
        ServiceFault fault = Assert.Single(Faults(new("1.0", "wallet", Libraries: ["store", "util"])), f => f.Code == "LIBRARY_ORDER");

        Assert.Equal("store imports util 1.0, but util is loaded after it.", fault.Problem);
        Assert.Equal("Put util before store.", fault.Next);
    }

    [Fact]
    public void A_library_that_is_not_named_is_missed_by_name() =>
        Assert.Contains(Faults(new("1.0", "wallet", Libraries: ["store"])), f => f.Code == "LIBRARY_MISSING" && f.Next.Contains("util-id", StringComparison.Ordinal));

    [Fact]
    public void An_import_that_nobody_has_is_named_with_its_AID()
    {
        CatalogueApplication odd = Offers.LoadFile("odd", "F0546D530A", library: false, new PackageReference(Aid.Parse("F0000000BB"), 2, 1));

        ServiceFault fault = Assert.Single(Faults(new("1.0", "odd"), odd));

        Assert.Equal("IMPORT_MISSING", fault.Code);
        Assert.StartsWith("odd imports F0000000BB 2.1, which neither", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_needs_itself_can_never_be_loaded()
    {
        CatalogueApplication one = Offers.LoadFile("one", "F000000011", library: true, new PackageReference(Aid.Parse("F000000012"), 1, 0));
        CatalogueApplication two = Offers.LoadFile("two", "F000000012", library: true, new PackageReference(Aid.Parse("F000000011"), 1, 0));
        CatalogueApplication top = Offers.LoadFile("top", "F000000013", library: false, Offers.Import(one));

        Assert.Contains(Faults(new("1.0", "top"), one, two, top), f => f.Code == "LIBRARY_CYCLE");
        Assert.Contains(Faults(new("1.0", "top", Libraries: ["one", "two"]), one, two, top), f => f.Code == "LIBRARY_CYCLE");
    }

    [Theory]
    [InlineData("wallet", "LIBRARY_HAS_APPLETS"), InlineData("nothing", "APPLICATION_UNKNOWN")]
    public void A_library_is_a_load_file_without_applets(string library, string code) =>
        Assert.Equal(code, Faults(new("1.0", "plain", Libraries: [library]))[0].Code);

    [Fact]
    public void A_library_cannot_be_installed() => Assert.Equal("MODULE_MISSING", Assert.Single(Faults(new("1.0", "util"))).Code);

    [Fact]
    public void A_module_is_one_of_the_load_file() =>
        Assert.Equal("MODULE_UNKNOWN", Assert.Single(Faults(new("1.0", "plain", Module: "F0546D530999"))).Code);

    [Fact]
    public void What_nobody_allocates_is_no_variable()
    {
        var draft = new ServiceVersionDraft("1.0", "plain", Parameters: "{iccid}{serial}", Personalisation: [new("0101", "{key}{msisdn}")]);

        (_, IReadOnlyList<ServiceFault> faults) = ServiceVersionRules.Check(
            Offers.Service() with { ApplicationServer = null }, draft, Offers.Around([Plain]), default);

        ServiceFault fault = Assert.Single(faults);
        Assert.Equal("VARIABLE_UNKNOWN", fault.Code);
        Assert.StartsWith("Nobody knows {key}, {serial}:", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_fit_their_command() => Assert.Equal(
        "PARAMETERS_TOO_LONG", Assert.Single(Faults(new("1.0", "plain", Parameters: new string('0', 2 * PersonalisationRenderer.MaxParameters) + "{serial}"))).Code);

    [Fact]
    public void The_same_version_is_the_same_however_it_is_written()
    {
        ServiceVersion one = Taken(new("1.0", "wallet", Parameters: "0a 0B{serial}", Personalisation: [new("01 0a", "aa {key}")]));
        ServiceVersion same = Taken(new("1.0", "F0546D5308", Parameters: "0A0B{serial}", Libraries: ["util", "store"], Personalisation: [new("010A", "AA{key}")]));
        ServiceVersion other = Taken(new("1.0", "wallet", Parameters: "0A0C{serial}", Personalisation: [new("010A", "AA{key}")]));

        Assert.True((one with { ApprovedAt = DateTimeOffset.UnixEpoch }).IsSame(same));
        Assert.False(one.IsSame(other));
        Assert.False(one.IsSame(one with { Personalisation = [new("010A", "AB{key}")] }));
    }

    private static ServiceVersion Taken(ServiceVersionDraft draft)
    {
        (ServiceVersion? version, IReadOnlyList<ServiceFault> faults) = ServiceVersionRules.Check(
            Offers.Service(), draft, Offers.Around([Util, Store, Wallet, Plain]), DateTimeOffset.UnixEpoch);
        Assert.True(version is not null, string.Join("; ", faults));
        return version;
    }

    private static IReadOnlyList<ServiceFault> Faults(ServiceVersionDraft draft, params CatalogueApplication[] applications) => ServiceVersionRules.Check(
        Offers.Service(), draft, Offers.Around(applications.Length > 0 ? applications : [Util, Store, Wallet, Plain]), DateTimeOffset.UnixEpoch).Faults;
}
