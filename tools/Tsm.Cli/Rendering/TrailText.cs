using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>The audit trail for people.</summary>
internal static class TrailText
{
    public static void List(IAnsiConsole console, Page<TrailEntry> page)
    {
        var table = new TextTable("position", "at", "who", "action", "subject", "what");
        foreach (TrailEntry entry in page.Items)
        {
            table.Row(
                entry.Position is { } position ? Print.Count(position) : "unsealed",
                Print.Time(entry.At),
                Who(entry),
                entry.Action,
                $"{entry.SubjectKind} {entry.Subject}",
                entry.Text);
        }

        ListText.Write(console, table, page.Next, "Nothing is recorded that fits.");
    }

    public static void Verification(IAnsiConsole console, TrailVerification found)
    {
        if (found.Broken is { } broken)
        {
            Print.Cross(console, $"broken at entry {Print.Count(broken.Position)}: {broken.What} [{broken.Code}]");
        }
        else
        {
            Print.Tick(console, $"intact: {Print.Count(found.Entries, "entry", "entries")} as they were sealed");
        }

        Print.Fields(console,
            ("head", found.Head?.Anchor),
            ("signed", found.Head is { } head ? $"{Print.Time(head.At)}, head {Print.Count(head.Number)}, key {head.Key}" : null),
            ("not sealed yet", found.Unsealed is { } tail ? Tail(tail) : null),
            ("key", found.KeyFromFile switch
            {
                true => $"{found.Key}, from the file itself: compare it with one that you know (tsm audit-trail key)",
                false => $"{found.Key}, as given",
                null => null,
            }));
    }

    public static void Key(IAnsiConsole console, TrailKey key)
    {
        Print.Fields(console, ("key", key.Id), ("algorithm", key.Algorithm));
        console.Write(new Text(key.Pem + "\n"));
    }

    /// <summary>What is only claimed is never shown as if it were known.</summary>
    private static string Who(TrailEntry entry) =>
        entry.Claimed is null ? $"{entry.ActorKind} {entry.Actor}" : $"{entry.ActorKind} {entry.Actor} (claims: {entry.Claimed})";

    private static string Tail(TrailTail tail) => tail.Count == 0
        ? "nothing"
        : $"{Print.Count(tail.Count, "entry", "entries")}, the oldest {Print.Count(tail.AgeSeconds ?? 0)} s old";
}
