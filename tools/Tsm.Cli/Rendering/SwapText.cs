using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Numbers and swaps for people.</summary>
internal static class SwapText
{
    public static void Number(IAnsiConsole console, NumberRecord number) => Print.Tick(
        console,
        number.Msisdn is { } now
            ? $"Card {number.Card} has the number {now}{(number.Before is { } before && before != now ? $", before {before}" : "")}."
            : $"Card {number.Card} has no number{(number.Before is { } lost ? $", before {lost}" : "")}: it takes no jobs until it has one.");

    public static void List(IAnsiConsole console, Page<SwapRecord> page)
    {
        var table = new TextTable("swap", "number", "old card", "new card", "at", "ended", "services");
        foreach (SwapRecord swap in page.Items)
        {
            table.Row(
                swap.Id, swap.Msisdn, swap.OldCard, swap.NewCard, Print.Time(swap.CreatedAt), Print.Time(swap.EndedAt) ?? "no",
                string.Join(", ", swap.Services.Select(s => $"{s.Service}: {s.State}")));
        }

        ListText.Write(console, table, page.Next, "No card swaps.");
    }

    public static void Show(IAnsiConsole console, SwapRecord swap)
    {
        Print.Fields(
            console,
            ("swap", swap.Id),
            ("number", swap.Msisdn),
            ("old card", swap.OldCard),
            ("new card", swap.NewCard),
            ("asked for", Print.Time(swap.CreatedAt)),
            ("number moved", Print.Time(swap.MovedAt) ?? "not yet"),
            ("ended", Print.Time(swap.EndedAt) ?? "no"));
        var table = new TextTable("service", "provider", "rule", "state", "orphaned", "job", "problem");
        foreach (SwapServiceRecord service in swap.Services)
        {
            table.Row(
                service.Service, service.Provider, service.Rule, service.State, service.IsOrphaned ? "yes" : "no", service.Job,
                service.Problem is { } problem ? $"{problem.Code}: {problem.Next}" : service.Reason);
        }

        ListText.Write(console, table, null, "No service was on the old card.");
    }
}
