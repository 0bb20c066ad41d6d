using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;

namespace Tsm.SystemTests;

/// <summary>Cards that say no, each for a reason of its own, among cards that say yes.</summary>
public sealed class RefusalStory
{
    [Fact]
    public async Task Each_refusal_has_its_reason_and_other_cards_go_on()
    {
        SiteCard good = SiteCard.New(1, "uicc-aes", "aes");
        SiteCard wrongKey = SiteCard.New(2, "uicc-aes", "aes") with { CardKid = new string('F', 32) };
        SiteCard behind = SiteCard.New(3, "uicc-aes", "aes") with { CardCounter = 100_000 };
        SiteCard full = SiteCard.New(4, "uicc-aes", "aes") with { Memory = 600 };
        SiteCard elsewhere = SiteCard.New(5, "other-tar", "aes");
        SiteCard alsoGood = SiteCard.New(6, "uicc-3des", "3des");
        SiteCard[] cards = [good, wrongKey, behind, full, elsewhere, alsoGood];
        await using Site site = await Site.StartAsync(cards);
        JsonNode model = await site.GetAsync("/api/v1/card-models/uicc-aes");
        model["name"] = "other-tar";
        model["ramTar"] = "B00099";
        (int status, JsonNode? answer) = await site.SendAsync(HttpMethod.Put, "/api/v1/card-models/other-tar", JsonContent.Create(model));
        Assert.True(status is 200 or 201, $"{status}: {answer}");
        await site.ImportAsync(cards);
        string application = await site.UploadAsync(CapBuilder.SampleApplet().ToArray(), "hello");

        IReadOnlyList<string> jobs = await site.AskAsync("install", application, cards.Select(c => c.Iccid));

        (string Status, string Grade, string? Layer, string? Code)[] expected =
        [
            ("done", "proven", null, null),
            ("refused", "indicated", "scp80", "01"),
            ("refused", "indicated", "scp80", "02"),
            ("refused", "proven", "globalplatform", "6A84"),
            ("refused", "indicated", "scp80", "09"),
            ("done", "proven", null, null),
        ];
        for (int i = 0; i < jobs.Count; i++)
        {
            JsonNode row = await site.EndAsync(jobs[i], TimeSpan.FromSeconds(60));
            JsonNode? problem = row["problem"];
            Assert.Equal(expected[i], ((string)row["status"]!, (string)row["grade"]!, (string?)problem?["layer"], (string?)problem?["code"]));
            if (problem is not null)
            {
                Assert.All(["name", "meaning", "cause", "next"], name => Assert.False(string.IsNullOrWhiteSpace((string?)problem[name]), $"{name} of {row}"));
            }
        }

        JsonNode card = await site.CardAsync(full.Iccid);
        Assert.DoesNotContain("F0546D5301", card.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_off_for_a_while_is_served_when_it_comes_back()
    {
        SiteCard card = SiteCard.New(1, "uicc-aes", "aes");
        await using Site site = await Site.StartAsync([card]);
        await site.ImportAsync([card]);
        string application = await site.UploadAsync(CapBuilder.SampleApplet().ToArray(), "hello");
        await site.ControlAsync(HttpMethod.Post, $"cards/{card.Iccid}/off");

        IReadOnlyList<string> jobs = await site.AskAsync("install", application, card.Msisdn);
        await Wait.UntilAsync(
            async () => (int)(await site.GetAsync($"/api/v1/jobs/{jobs[0]}"))["smsRepeated"]! > 0, TimeSpan.FromSeconds(60), () => site.ServerLog);
        await site.ControlAsync(HttpMethod.Post, $"cards/{card.Iccid}/on");

        JsonNode row = await site.EndAsync(jobs[0], TimeSpan.FromSeconds(60));
        Assert.True((string?)row["status"] == "done", row.ToString());
        JsonNode account = await site.AccountAsync();
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());
    }
}
