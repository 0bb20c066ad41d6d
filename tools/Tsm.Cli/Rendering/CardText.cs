using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Cards for people.</summary>
internal static class CardText
{
    private const int MaxImported = 5;

    public static void Imported(IAnsiConsole console, ImportResult result)
    {
        string said = result.DryRun ? "would be imported; nothing was changed" : "imported";
        Print.Tick(console, $"{Print.Count(result.Imported, "card")} {said}");
        var table = new TextTable("ICCID", "MSISDN", "model");
        foreach (ImportedCard card in result.Cards.Take(MaxImported))
        {
            table.Row(card.Iccid, card.Msisdn, card.Model);
        }

        table.Write(console);
        if (result.Imported > MaxImported)
        {
            console.Write(new Text($"... and {Print.Count(result.Imported - MaxImported)} more\n"));
        }
    }

    public static void List(IAnsiConsole console, Page<CardRecord> page)
    {
        var table = new TextTable("ICCID", "MSISDN", "model", "contents", "jobs", "last proof", "state");
        foreach (CardRecord card in page.Items)
        {
            bool busy = card.ActiveJob.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
            table.Row(card.Iccid, card.Msisdn, card.Model, Print.Count(card.ContentCount),
                Print.Count(card.Queued + (busy ? 1 : 0)), Print.Time(card.LastProofAt), card.Uncertain ? "uncertain: audit it" : "known");
        }

        ListText.Write(console, table, page.Next, "No cards. Import some with `tsm card import FILE`.");
    }

    public static void Show(IAnsiConsole console, CardRecord card)
    {
        Print.Fields(console,
            ("ICCID", card.Iccid),
            ("MSISDN", card.Msisdn),
            ("model", card.Model),
            ("active job", JobName(card.ActiveJob)),
            ("queued jobs", card.Queued == 0 ? null : Print.Count(card.Queued)),
            ("last proof", Print.Time(card.LastProofAt)),
            ("audited", Print.Time(card.AuditedAt) ?? "never"),
            ("state", card.Uncertain ? "uncertain: `tsm audit` asks the card" : "known"));
        if (card.KeySets.Count > 0)
        {
            Print.Heading(console, "Key sets (check values; keys are never shown)");
            var keys = new TextTable("version", "algorithm", "KIC", "KID", "DEK");
            foreach (KeySet set in card.KeySets)
            {
                keys.Row(Print.Count(set.Version), set.Algorithm, set.KicCheckValue, set.KidCheckValue, set.DekCheckValue);
            }

            keys.Write(console);
        }

        if (card.Domains.Count > 0)
        {
            Print.Heading(console, "Counters");
            var domains = new TextTable("TAR", "key version", "counter");
            foreach (CounterDomain domain in card.Domains)
            {
                domains.Row(domain.Tar, Print.Count(domain.KeyVersion), Print.Count(domain.Counter));
            }

            domains.Write(console);
        }

        if (card.SecurityDomains.Count > 0)
        {
            Print.Heading(console, "Security domains of providers");
            var domains = new TextTable("AID", "TAR", "provider", "mode", "state", "key sets (check values)");
            foreach (SecurityDomain domain in card.SecurityDomains)
            {
                domains.Row(domain.Aid, domain.Tar, domain.Provider, domain.Mode, domain.State, string.Join(", ", domain.KeySets.Select(Keys)));
            }

            domains.Write(console);
        }

        Print.Heading(console, "Contents");
        Contents(console, card.ContentList);
    }

    /// <summary>What is on a card: what we want, what the card last proved.</summary>
    public static void Contents(IAnsiConsole console, IReadOnlyList<Content> contents)
    {
        if (contents.Count == 0)
        {
            console.Write(new Text("Nothing that was put there over the air.\n"));
            return;
        }

        var table = new TextTable("AID", "kind", "wanted", "confirmed", "proven at", "name");
        foreach (Content content in contents)
        {
            table.Row(content.Aid, Kind(content.Kind), content.Wanted,
                content.Unknown ? $"unknown (was {content.Confirmed ?? "not there"})" : content.Confirmed,
                Print.Time(content.ProvenAt), content.Name ?? content.LoadFile);
        }

        table.Write(console);
    }

    public static void History(IAnsiConsole console, Page<HistoryEntry> page)
    {
        var table = new TextTable("at", "kind", "what", "job");
        foreach (HistoryEntry entry in page.Items)
        {
            table.Row(Print.Time(entry.At), entry.Kind, entry.Text, entry.Job);
        }

        ListText.Write(console, table, page.Next, "Nothing has happened to this card yet.", "--before");
    }

    private static string Keys(KeySet set) => $"{Print.Count(set.Version)}: {set.KicCheckValue} {set.KidCheckValue} {set.DekCheckValue}";

    private static string? JobName(JsonElement job) => job.ValueKind switch
    {
        JsonValueKind.String => job.GetString(),
        JsonValueKind.Object when job.TryGetProperty("id", out JsonElement id) => id.ToString(),
        _ => null,
    };

    private static string Kind(string kind) => kind switch
    {
        "loadFile" => "load file",
        "securityDomain" => "security domain",
        _ => kind,
    };
}
