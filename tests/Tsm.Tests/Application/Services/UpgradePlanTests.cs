using Tsm.Application.Applications;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Tests.Application.Services;

/// <summary>How a version takes the place of another on a card.</summary>
public sealed class UpgradePlanTests
{
    private static readonly CatalogueApplication Util = Offers.LoadFile("util", "F0546D5301", library: true);
    private static readonly CatalogueApplication Store = Offers.LoadFile("store", "F0546D5302", library: true, Offers.Import(Util));
    private static readonly CatalogueApplication Other = Offers.LoadFile("other", "F0546D5303", library: true);
    private static readonly CatalogueApplication One = Offers.LoadFile("one", "F0546D5311", library: false, Offers.Import(Store));
    private static readonly CatalogueApplication Two = Offers.LoadFile("two", "F0546D5312", library: false, Offers.Import(Store), Offers.Import(Other));
    private static readonly CatalogueApplication Three = Offers.LoadFile("three", "F0546D5313", library: false, Offers.Import(Other));

    private static readonly Service Canteen = Offers.Service() with
    {
        Versions =
        [
            Offers.Version("1.0", One, "util-id", "store-id"),
            Offers.Version("2.0", Two, "util-id", "store-id", "other-id") with { Upgrade = UpgradeRule.KeepData, Personalisation = [new("0101", "00")] },
            Offers.Version("3.0", Three, "other-id") with { Personalisation = [new("0101", "00")] },
            Offers.Version("4.0", Three, "other-id") with { Upgrade = UpgradeRule.KeepData },
            Offers.Version("5.0", Three, "util-id", "other-id") with { Upgrade = UpgradeRule.KeepData },
            Offers.Version("6.0", One, "util-id", "store-id") with { ApprovedAt = null },
        ],
    };

    [Fact]
    public void Data_stay_in_the_library_that_both_versions_import()
    {
        UpgradePlan plan = Decided("1.0", "2.0");

        Assert.Equal((true, false), (plan.KeepsData, plan.Personalises));
        Assert.Empty(plan.Removes.ToArray());
    }

    [Fact]
    public void What_is_replaced_is_personalised_anew_and_importers_go_before_what_they_import()
    {
        UpgradePlan plan = Decided("1.0", "3.0");

        Assert.Equal((false, true), (plan.KeepsData, plan.Personalises));
        Assert.Equal(["store-id", "util-id"], plan.Removes.ToArray());
    }

    [Fact]
    public void The_version_on_the_card_is_nothing_to_do()
    {
        UpgradePlan plan = Decided("2.0", "2.0");

        Assert.False(plan.Personalises);
        Assert.Empty(plan.Removes.ToArray());
    }

    [Fact]
    public void An_older_version_may_replace_a_newer_one() => Assert.Equal(["other-id"], Decided("3.0", "1.0").Removes.ToArray());

    [Theory]
    [InlineData("3.0", "2.0", "UPGRADE_NOT_POSSIBLE", "it is older than 3.0")]
    [InlineData("1.0", "4.0", "UPGRADE_NOT_POSSIBLE", "shares no library")]
    [InlineData("1.0", "5.0", "UPGRADE_NOT_POSSIBLE", "imported by both applets")]
    [InlineData("1.0", "6.0", "SERVICE_VERSION_NOT_APPROVED", "not approved yet")]
    [InlineData("1.0", "7.0", "SERVICE_VERSION_UNKNOWN", "no version 7.0")]
    [InlineData("0.9", "2.0", "SERVICE_VERSION_UNKNOWN", "no version 0.9")]
    public void What_cannot_be_is_refused_with_its_reason(string from, string to, string code, string reason)
    {
        Assert.False(UpgradePlan.TryDecide(Canteen, from, to, [Util, Store, Other, One, Two, Three], out UpgradePlan? plan, out Problem? problem));

        Assert.Null(plan);
        Assert.Equal(code, problem.Code);
        Assert.Contains(reason, problem.Meaning, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Next);
    }

    private static UpgradePlan Decided(string from, string to) =>
        UpgradePlan.TryDecide(Canteen, from, to, [Util, Store, Other, One, Two, Three], out UpgradePlan? plan, out Problem? problem)
            ? plan
            : throw new InvalidOperationException(problem.ToString());
}
