using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.SystemTests.Services;

/// <summary>
/// A service from version to version on one card: first with new data, then with data that stay in a library. After every step the
/// registry, read back over the air, is what the card holds, and the application server knows which of its allocations are in use.
/// </summary>
public sealed class UpgradeStory
{
    private static readonly Aid Purse = Aid.Parse("F0546D5601"), Ledger = Aid.Parse("F0546D5602");

    [Theory]
    [InlineData("simple", "uicc-aes", "aes")]
    [InlineData("delegated", "uicc-3des", "3des")]
    public async Task Versions_take_each_others_place_with_new_data_or_with_those_that_are_there(string mode, string model, string profile)
    {
        await using ServiceSite site = await ServiceSite.StartAsync(SiteCard.New(1, model, profile), mode);
        Done(await site.PressAsync("deploy"));
        await AllocatedAsync(site, "used");

        // New data: the older version goes with what was allocated for it, then come two libraries and the newer one.
        await site.UploadAsync(Package(Purse));
        await site.UploadAsync(Package(Ledger));
        await site.OfferAsync("2.0", await site.UploadAsync(Package(Aid.Parse("F0546D5701"), Purse, Ledger)));
        Done(await site.RequestAsync("upgrade", site.ProviderToken));
        await AllocatedAsync(site, "released", "used");
        Assert.Equal(["F0546D5601", "F0546D5602", "F0546D5701", "F0546D570101"], await OnCardAsync(site));
        await site.AgreeAsync();

        // Data that stay: the applet alone is exchanged, and the library that nothing needs any more goes.
        await site.OfferAsync("3.0", await site.UploadAsync(Package(Aid.Parse("F0546D5702"), Purse)), "keepData");
        Done(await site.RequestAsync("upgrade"));
        await AllocatedAsync(site, "released", "used");
        Assert.Equal(["F0546D5601", "F0546D5702", "F0546D570201"], await OnCardAsync(site));
        await site.AgreeAsync();
        JsonNode there = Assert.Single((await site.Site.GetAsync($"/api/v1/service-instances?card={site.Card.Iccid}&service={ServiceSite.Service}"))["items"]!.AsArray(),
            i => (string?)i!["state"] != "absent")!;
        Assert.Equal(("3.0", "active"), ((string?)there["version"], (string?)there["state"]));
        (int status, JsonNode? again) = await site.AsAsync(
            site.ProviderToken, HttpMethod.Post, "requests", new { service = ServiceSite.Service, operation = "upgrade", msisdn = site.Card.Msisdn });
        Assert.Equal((409, "UPGRADE_NOT_NEEDED"), (status, (string?)again?["code"]));

        Done(await site.RequestAsync("terminate"));
        await AllocatedAsync(site, "released", "released");
        await site.AgreeAsync();
        Assert.Single(site.Told(), k => k == "domain.created");
        JsonNode account = await site.Site.AccountAsync();
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());
    }

    private static void Done(JsonNode request) => Assert.True((string?)request["status"] == "done" && (string?)request["grade"] == "proven", request.ToString());

    /// <summary>What the application server knows of its allocations, oldest first.</summary>
    private static async Task AllocatedAsync(ServiceSite site, params string[] states)
    {
        string[] known = [];
        await Wait.UntilAsync(
            async () => (known = [.. (await site.AllocationsAsync()).Select(a => (string)a!["state"]!)]).Order(StringComparer.Ordinal).SequenceEqual(states),
            TimeSpan.FromSeconds(60),
            () => $"{string.Join(", ", known)} instead of {string.Join(", ", states)}\n{site.Site.ServerLog}");
    }

    /// <summary>Load files and instances, without domains.</summary>
    private static async Task<string[]> OnCardAsync(ServiceSite site) =>
    [
        .. (await site.Site.GetAsync($"/api/v1/cards/{site.Card.Iccid}"))["contents"]!.AsArray()
            .Where(c => (string?)c!["kind"] != "securityDomain").Select(c => (string)c!["aid"]!).Order(StringComparer.Ordinal),
    ];

    private static byte[] Package(Aid package, params Aid[] imports) => new CapBuilder
    {
        PackageAid = package,
        Name = "tsm.test.canteen",
        Applets = imports.Length == 0 ? [] : [new(Aid.Parse($"{package}01"), 100)],
        Imports = [.. imports.Select(i => new CapImport(i, 1, 0))],
    }.Build().ToArray();
}
