using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Xunit.Abstractions;

namespace Tsm.SystemTests;

/// <summary>The server is killed again and again in the middle of loads.</summary>
public sealed class KillStory(ITestOutputHelper output)
{
    private const int Kills = 10;

    [Fact]
    public async Task Ten_kills_in_the_middle_of_loads_lose_nothing_and_repeat_no_command()
    {
        SiteCard[] cards =
        [
            SiteCard.New(1, "uicc-aes", "aes"), SiteCard.New(2, "uicc-3des3", "3des3"), SiteCard.New(3, "uicc-small", "small"),
            SiteCard.New(4, "uicc-aes-expanded", "aes-expanded"),
        ];
        await using Site site = await Site.StartAsync(cards, "--delay", "300");
        await site.ImportAsync(cards);

        // About 9 KiB, and a network that takes its time: the load is still going on after ten kills on a machine that looks seldom.
        byte[] cap = new CapBuilder
        {
            PackageAid = Aid.Parse("F0546D5399"),
            Name = "org.tsm.big",
            Applets = [new(Aid.Parse("F0546D539901"), 9_000)],
        }.Build().ToArray();
        string application = await site.UploadAsync(cap, "big");
        IReadOnlyList<string> jobs = await site.AskAsync("install", application, cards.Select(c => c.Iccid));

        int seen = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            // A different moment each time: after some more messages, whatever is under way then.
            int wanted = seen + 1 + (kill % 4);
            await Wait.UntilAsync(
                async () =>
                {
                    seen = await SentAsync(site, jobs);
                    return seen >= wanted || await EndedAsync(site, jobs);
                },
                TimeSpan.FromSeconds(60),
                () => site.ServerLog);
            Assert.False(await EndedAsync(site, jobs), $"The load was over before kill {kill + 1}.");
            await Task.Delay(kill * 17);
            site.KillServer();
            await site.StartServerAsync();
        }

        int repeated = 0;
        foreach (string job in jobs)
        {
            JsonNode row = await site.EndAsync(job, TimeSpan.FromMinutes(3));
            Assert.True((string?)row["status"] == "done" && (string?)row["grade"] == "proven", row.ToString());
            repeated += (int)row["smsRepeated"]!;
            output.WriteLine($"{row["card"]}: {row["smsSent"]} SMS, {row["smsRepeated"]} of them repeated, {row["proofs"]} proofs");
        }

        JsonNode account = await site.AccountAsync();
        output.WriteLine($"{Kills} kills, {repeated} SMS repeated; the simulator saw {account["replays"]} replays and executed none of them.");
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());

        // Whoever asked stands in the audit trail once, and ten deaths have not broken it.
        JsonNode trail = await site.SealedAsync();
        Assert.Equal("intact", (string?)trail["status"]);
        JsonArray asked = (await site.GetAsync("/api/v1/audit-trail?action=job.asked"))["items"]!.AsArray();
        Assert.Equal(jobs.Order(StringComparer.Ordinal), asked.Select(e => (string)e!["job"]!).Order(StringComparer.Ordinal));
    }

    private static async Task<int> SentAsync(Site site, IReadOnlyList<string> jobs) =>
        (await RowsAsync(site, jobs)).Sum(r => (int)r!["smsSent"]! + (int)r["proofs"]!);

    private static async Task<bool> EndedAsync(Site site, IReadOnlyList<string> jobs) =>
        (await RowsAsync(site, jobs)).All(r => r!["endedAt"] is not null);

    private static async Task<JsonArray> RowsAsync(Site site, IReadOnlyList<string> jobs) =>
        (await site.GetAsync($"/api/v1/jobs?ids={string.Join(',', jobs)}"))["items"]!.AsArray();
}
