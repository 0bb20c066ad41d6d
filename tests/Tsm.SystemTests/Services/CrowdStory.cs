using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Tsm.SystemTests.Services;

/// <summary>Many cards, three providers, five services, all sides at once, messages that get lost, and a node that dies twice.</summary>
/// <remarks><c>TSM_CROWD=1000</c> asks that many times instead of 600; <c>TSM_CROWD_SEED</c> repeats the choices.</remarks>
public sealed class CrowdStory(ITestOutputHelper output)
{
    private const int Cards = 100;
    private const int ShortForm = 600;

    [PostgresFact]
    public async Task However_all_sides_ask_at_once_books_and_cards_agree_in_the_end()
    {
        int seed = Setting("TSM_CROWD_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000);
        int requests = Setting("TSM_CROWD") ?? ShortForm;
        using var postgres = new PrivatePostgres();
        (string Model, string Profile)[] kinds =
        [
            ("uicc-aes", "aes"), ("uicc-3des", "3des"), ("uicc-small", "small"), ("uicc-aes256", "aes256"), ("uicc-aes-expanded", "aes-expanded"),
        ];
        SiteCard[] cards = [.. Enumerable.Range(1, Cards).Select(i => SiteCard.New(i, kinds[i % kinds.Length].Model, kinds[i % kinds.Length].Profile))];
        await using Site site = await Site.StartAsync(
            cards,
            new SiteOptions
            {
                Nodes = 2,
                Smsc = "window=30;answerTimeout=2s;maxSends=50",
                Environment = new Dictionary<string, string>
                {
                    ["TSM_DATABASE"] = postgres.CreateDatabase(),
                    ["TSM_VAULT_KEY"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)),
                },
            },
            "--loss", "0.05", "--delay", "20", "--seed", $"{seed}");
        await site.ImportAsync(cards);
        await using var run = new CrowdRun(site, cards, seed);
        try
        {
            await run.PrepareAsync();
            await run.AskAsync(requests, TimeSpan.FromMinutes(5));
            await run.EndAsync(TimeSpan.FromMinutes(5));
            await site.ControlAsync(HttpMethod.Put, "faults", new { loss = 0, delay = 0 });
            await run.AuditAsync(TimeSpan.FromMinutes(3));
        }
        catch
        {
            output.WriteLine($"seed {seed}");
            foreach (SiteNode node in site.Nodes)
            {
                output.WriteLine(node.Log.Length > 100_000 ? node.Log[^100_000..] : node.Log);
            }

            throw;
        }

        output.WriteLine(run.Report());
        Assert.Equal(2, run.Kills);
        foreach (SiteCard card in cards)
        {
            Assert.True(await run.DifferenceAsync(card) is not { } difference, $"seed {seed}, {card.Iccid}: {await run.DifferenceAsync(card)}");
        }

        JsonNode account = await site.AccountAsync();
        Assert.Empty(account["counterReused"]!.AsArray());
        Assert.Empty(account["executedTwice"]!.AsArray());
        Assert.Equal("intact", (string?)(await site.SealedAsync())["status"]);
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : null;
}
