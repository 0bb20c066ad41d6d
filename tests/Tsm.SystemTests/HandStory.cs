using System.Text.Json.Nodes;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;

namespace Tsm.SystemTests;

/// <summary>What an engineer does by hand, with everything that goes wrong on the way.</summary>
public sealed class HandStory
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task From_an_empty_server_to_a_terminated_applet_with_every_refusal_explained()
    {
        SiteCard[] cards = [SiteCard.New(1, "uicc-aes", "aes"), SiteCard.New(2, "uicc-small", "small")];
        await using Site site = await Site.StartAsync(cards);
        var environment = new Dictionary<string, string> { ["TSM_URL"] = site.Url, ["TSM_TOKEN"] = site.Token };
        async Task<CliResult> Tsm(int exitCode, params string[] arguments)
        {
            CliResult result = await Programs.TsmAsync(Limit, environment, arguments);
            Assert.True(result.ExitCode == exitCode, $"tsm {string.Join(' ', arguments)}: expected {exitCode}, {result}");
            return result;
        }

        async Task Refused(int exitCode, string code, params string[] arguments)
        {
            CliResult result = await Tsm(exitCode, [.. arguments, "--json"]);
            JsonNode problem = JsonNode.Parse(result.Output)!;
            Assert.Contains(code, result.Output, StringComparison.Ordinal);
            Assert.NotNull(problem);
        }

        string File(string name, string content)
        {
            string path = Path.Combine(site.Folder, name);
            System.IO.File.WriteAllText(path, content);
            return path;
        }

        string Cap(string name, byte[] content)
        {
            string path = Path.Combine(site.Folder, name);
            System.IO.File.WriteAllBytes(path, content);
            return path;
        }

        const string Header = "iccid,msisdn,model,kvn,kic,kid,dek\n";
        string Line(SiteCard c) => $"{c.Iccid},{c.Msisdn},{c.Model},1,{c.Kic},{c.Kid},{c.Dek}\n";
        string Spoilt(Func<SiteCard, SiteCard> spoil) => File("spoilt.csv", Header + Line(cards[1]) + Line(spoil(cards[0])));
        char wrong = cards[0].Iccid[^1] == '0' ? '1' : '0';

        // Cards: every fault names its line, and nothing of the file is imported.
        await Refused(2, "CARD_IMPORT_INVALID", "card", "import", Spoilt(c => c with { Iccid = c.Iccid[..^1] + wrong }));
        await Refused(2, "CARD_IMPORT_INVALID", "card", "import", Spoilt(c => c with { Kic = "0011" }));
        await Refused(2, "CARD_IMPORT_INVALID", "card", "import", Spoilt(c => c with { Model = "no-such-model" }));
        await Refused(2, "CARD_IMPORT_INVALID", "card", "import", Spoilt(_ => cards[1]));
        Assert.Empty(JsonNode.Parse((await Tsm(0, "card", "list", "--json")).Output)!["items"]!.AsArray());
        string all = File("cards.csv", Header + string.Concat(cards.Select(Line)));
        await Tsm(0, "card", "import", all);
        await Refused(2, "CARD_IMPORT_INVALID", "card", "import", all);
        Assert.Equal(2, JsonNode.Parse((await Tsm(0, "card", "list", "--json")).Output)!["items"]!.AsArray().Count);

        // Applications: what is no CAP, or a damaged one, is told where.
        byte[] sample = CapBuilder.SampleApplet().ToArray();
        await Refused(2, "CAP", "app", "add", File("junk.cap", "this is no CAP"));
        await Refused(2, "CAP", "app", "add", Cap("cut.cap", sample[..(sample.Length / 2)]));
        await Tsm(0, "app", "add", Cap("hello.cap", sample), "--name", "hello");
        byte[] needy = Built("F0546D5381", 300, new CapImport(Aid.Parse("F0546D53EE"), 1, 0));
        await Tsm(0, "app", "add", Cap("needy.cap", needy), "--name", "needy");
        await Tsm(0, "app", "add", Cap("huge.cap", Built("F0546D5382", 14_000)), "--name", "huge");
        await Tsm(0, "app", "add", Cap("other.cap", Built("F0546D5301", 900)), "--name", "other");

        // Jobs that cannot be: refused before a message leaves.
        string card = cards[0].Iccid;
        await Refused(1, "UNKNOWN", "install", "--card", "8949000000000000018", "--app", "hello");
        await Refused(1, "APPLICATION_UNKNOWN", "install", "--card", card, "--app", "no-such-app");
        await Refused(2, "IMPORT_MISSING", "install", "--card", card, "--app", "needy");
        await Refused(1, "APPLICATION_TOO_BIG", "install", "--card", cards[1].Iccid, "--app", "huge");
        await Refused(1, "LIFECYCLE_ILLEGAL", "activate", "--card", card, "--app", "hello");
        Assert.Equal(0, (int)(await site.AccountAsync())["smsIn"]!);

        // And the life of an applet.
        await Tsm(0, "install", "--card", card, "--app", "hello");
        await Refused(1, "AID_EXISTS", "install", "--card", card, "--app", "other");
        await Refused(1, "LIFECYCLE_ILLEGAL", "suspend", "--card", card, "--app", "hello");
        await Tsm(0, "activate", "--card", card, "--app", "hello");
        await Tsm(0, "suspend", "--card", card, "--app", "hello");
        await Refused(1, "LIFECYCLE_ILLEGAL", "activate", "--card", card, "--app", "hello");
        await Tsm(0, "resume", "--card", cards[0].Msisdn, "--app", "hello");
        CliResult shown = await Tsm(0, "card", "show", card);
        Assert.Contains("SELECTABLE", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(cards[0].Kic, shown.Output, StringComparison.OrdinalIgnoreCase);
        await Tsm(0, "terminate", "--card", card, "--app", "hello");
        await Tsm(0, "audit", "--card", card);
        Assert.Empty((await site.GetAsync($"/api/v1/cards/{card}"))["contents"]!.AsArray());
        Assert.DoesNotContain("\u001b", (await Tsm(0, "job", "list")).Output, StringComparison.Ordinal);

        // Who did what: listed by card, verified by the server, exported, and verified without it.
        await site.SealedAsync();
        JsonNode verified = JsonNode.Parse((await Tsm(0, "audit-trail", "verify", "--json")).Output)!;
        CliResult listed = await Tsm(0, "audit-trail", "list", "--subject", card, "--limit", "1000");
        Assert.Contains("job.asked", listed.Output, StringComparison.Ordinal);
        string trail = Path.Combine(site.Folder, "trail.jsonl");
        await Tsm(0, "audit-trail", "export", trail);
        string key = File("trail.pem", (string)JsonNode.Parse((await Tsm(0, "audit-trail", "key", "--json")).Output)!["pem"]!);
        await Tsm(0, "audit-trail", "verify", "--file", trail, "--key", key, "--head", (string)verified["head"]!["anchor"]!);
        await Tsm(1, "audit-trail", "verify", "--file", File("forged.jsonl", System.IO.File.ReadAllText(trail).Replace("local-token", "nobody", StringComparison.Ordinal)));
    }

    private static byte[] Built(string package, int payload, params CapImport[] imports) => new CapBuilder
    {
        PackageAid = Aid.Parse(package),
        Name = "org.tsm.test",
        Applets = [new(Aid.Parse(package + "77"), payload)],
        Imports = [.. imports],
    }.Build().ToArray();
}
