using System.Text.Json.Nodes;

namespace Tsm.SystemTests.Services;

/// <summary>
/// A service from its first request to its end: the phone asks, the application server allocates, the card gets a domain, keys, the
/// application and its data, is used, loses its good name, is taken back, is lost, and is emptied. After every step the registry, read
/// back over the air, is what the card holds.
/// </summary>
public sealed class ServiceStory
{
    [Theory]
    [InlineData("simple", "uicc-aes", "aes")]
    [InlineData("delegated", "uicc-aes-expanded", "aes-expanded")]
    [InlineData("delegated", "uicc-3des", "3des")]
    public async Task S1_15_S3_11_S3_12_The_canteen_card_from_the_first_request_to_the_end(string mode, string model, string profile)
    {
        await using ServiceSite site = await ServiceSite.StartAsync(SiteCard.New(1, model, profile), mode);
        await site.AgreeAsync();

        // The phone asks: a domain with keys of its own, the application in it, its data, and it is active.
        Done(await site.PressAsync("deploy"));
        Assert.Equal("SELECTABLE", await site.StateAsync());
        await site.ToldAsync("request.ended");
        Assert.Equal(
            ["domain.created", "service.downloaded", "service.personalised", "service.activated", "request.ended"], site.Told());
        JsonNode allocation = Assert.Single(await site.AllocationsAsync())!;
        await Wait.UntilAsync(async () => (string)(await site.AllocationsAsync())[0]!["state"]! == "used", TimeSpan.FromSeconds(30), () => allocation.ToString());
        await site.AgreeAsync();

        // The same again is no second download, and the phone sees what it has.
        Done(await site.PressAsync("activate"));
        Assert.Equal("active", (string?)Assert.Single((await site.ScreenAsync())["items"]!.AsArray())!["state"]);

        // Bad use: the rules suspend, and say by which records.
        await GoesLiveAsync(site);
        await site.EatAsync(5);
        for (int i = 0; i < 3; i++)
        {
            await site.EatAsync(100_000, "refused");
        }

        await site.ToldAsync("service.suspended");
        Assert.StartsWith("LOCKED", await site.StateAsync(), StringComparison.Ordinal);
        await site.ToldAsync("policy.acted");
        await site.AgreeAsync();

        // The operator knows better.
        await site.PostAsync("policies/payers/overrules", new { card = site.Card.Iccid, service = ServiceSite.Service, reason = "a reader was broken" }, expected: 200);
        Done(await site.RequestAsync("resume"));
        Assert.Equal("SELECTABLE", await site.StateAsync());
        await site.AgreeAsync();

        // The phone is lost: customer service suspends by the number, without it.
        (int status, JsonNode? lost) = await site.AsAsync(site.CareToken, HttpMethod.Post, "loss-reports", new { msisdn = site.Card.Msisdn });
        Assert.True(status == 202, $"{status}: {lost}");
        Done(await site.EndAsync((string)Assert.Single(lost!["requests"]!.AsArray())!["id"]!));
        Assert.StartsWith("LOCKED", await site.StateAsync(), StringComparison.Ordinal);
        await site.AgreeAsync();

        // Who lost it cannot take it back; the provider ends it, and the domain goes with its last application.
        JsonNode refused = await site.PressAsync("resume");
        Assert.Equal("SUSPENDED_BY_ANOTHER", (string?)refused["code"] ?? (string?)refused["problem"]?["code"]);
        Done(await site.RequestAsync("terminate", site.ProviderToken));
        await site.ToldAsync("domain.removed");
        JsonNode card = await site.Site.CardAsync(site.Card.Iccid);
        Assert.Empty(card["applications"]!.AsArray());
        Assert.Single(card["domains"]!.AsArray());
        await Wait.UntilAsync(async () => (string)(await site.AllocationsAsync())[0]!["state"]! == "released", TimeSpan.FromSeconds(30), () => "The allocation is not released.");
        await site.AgreeAsync();

        JsonNode account = await site.Site.AccountAsync();
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());
        Assert.Equal("intact", (string?)(await site.Site.SealedAsync())["status"]);
    }

    private static void Done(JsonNode request) => Assert.True((string?)request["status"] == "done" && (string?)request["grade"] == "proven", request.ToString());

    /// <summary>Rules are tried against what was before they act.</summary>
    private static async Task GoesLiveAsync(ServiceSite site)
    {
        await site.PostAsync("policies", new
        {
            id = "payers",
            service = ServiceSite.Service,
            start = 100,
            rules = new object[] { new { kind = "meal", points = 1, per = "record", windowDays = 30 }, new { kind = "refused", points = -30, per = "record", windowDays = 30 } },
            suspendBelow = 20,
            resumeAbove = 80,
        });
        await site.PostAsync("policies/payers/trial", new { from = DateTimeOffset.UnixEpoch.AddYears(56) }, expected: 200);
        await site.PostAsync("policies/payers/activate", new { }, expected: 200);
    }
}
