using System.Globalization;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Policies, usage and reputation for people.</summary>
internal static class PolicyText
{
    private const int NamedRecords = 5;

    public static void List(IAnsiConsole console, Page<PolicyRecord> page)
    {
        var table = new TextTable("policy", "of", "service", "state", "start", "suspend below", "resume above", "revision", "tried");
        foreach (PolicyRecord policy in page.Items)
        {
            table.Row(
                policy.Id, policy.Owner ?? "carrier", policy.Service ?? "all", policy.State, Number(policy.Start), Number(policy.SuspendBelow),
                Number(policy.ResumeAbove), Number(policy.Revision), policy.Trial is { IsCurrent: true } ? "yes" : "no");
        }

        ListText.Write(console, table, page.Next, "No policies. Declare one with tsm policy create.");
    }

    public static void Show(IAnsiConsole console, PolicyRecord policy)
    {
        Print.Fields(
            console,
            ("policy", policy.Id),
            ("of", policy.Owner ?? "the carrier"),
            ("service", policy.Service ?? "all"),
            ("state", policy.State),
            ("start", Number(policy.Start)),
            ("suspend below", Number(policy.SuspendBelow)),
            ("resume above", Number(policy.ResumeAbove)),
            ("revision", Number(policy.Revision)),
            ("active since", Print.Time(policy.ActiveSince)),
            ("paused at", Print.Time(policy.PausedAt)),
            ("last trial", policy.Trial is { } trial
                ? $"revision {trial.Revision}{(trial.IsCurrent ? "" : " (an earlier one)")}: {Print.Count(trial.Suspensions, "suspension")}, {Print.Count(trial.Resumptions, "resumption")}, {Print.Time(trial.At)}"
                : "none"));
        var table = new TextTable("kind", "points", "per", "days");
        foreach (PolicyRuleOrder rule in policy.Rules)
        {
            table.Row(rule.Kind, Signed(rule.Points), rule.Per, Number(rule.WindowDays));
        }

        table.Write(console);
    }

    public static void Trial(IAnsiConsole console, PolicyTrialAnswer answer)
    {
        PolicyTrialRecord trial = answer.Trial;
        Print.Tick(
            console,
            $"Policy {answer.Policy}, revision {trial.Revision}, tried on {Print.Count(trial.Records, "record")} of {Print.Count(trial.Cards, "card")}: "
            + $"it would have suspended {Times(trial.Suspensions)} and resumed {Times(trial.Resumptions)}. Nothing was done.");
        Actions(console, new() { Items = answer.Actions }, "It would have done nothing.");
    }

    public static void Actions(IAnsiConsole console, Page<PolicyActionRecord> page, string whenEmpty = "It has done nothing yet.")
    {
        var table = new TextTable("at", "card", "service", "step", "score", "outcome", "by");
        foreach (PolicyActionRecord action in page.Items)
        {
            table.Row(
                Print.Time(action.At ?? action.DecidedAt), action.Card, action.Service, action.Step, Number(action.Score),
                action.Problem is { } problem ? $"{action.Outcome}: {problem.Code}" : action.Outcome, Names(action.Records));
        }

        ListText.Write(console, table, page.Next, whenEmpty);
    }

    public static void Overrules(IAnsiConsole console, Page<OverruleRecord> page)
    {
        var table = new TextTable("card", "service", "until", "holds", "by", "reason");
        foreach (OverruleRecord overrule in page.Items)
        {
            table.Row(
                overrule.Card, overrule.Service, Print.Time(overrule.Until) ?? "for good", overrule.Holds ? "yes" : "no", overrule.By, overrule.Reason);
        }

        ListText.Write(console, table, page.Next, "Nobody has overruled it.");
    }

    public static void Usage(IAnsiConsole console, Page<UsageRecordEntry> page)
    {
        var table = new TextTable("at", "card", "service", "kind", "amount", "record");
        foreach (UsageRecordEntry record in page.Items)
        {
            table.Row(Print.Time(record.At), record.Card, record.Service, record.Kind, Number(record.Amount), $"{record.Server}/{record.Id}");
        }

        ListText.Write(console, table, page.Next, "No usage records.");
    }

    public static void Reputation(IAnsiConsole console, ReputationRecord reputation)
    {
        Print.Fields(console, ("card", reputation.Card), ("service", reputation.Service), ("state", reputation.State ?? "never there"));
        if (reputation.Standings.Count == 0)
        {
            console.Write(new Text("No policy is for this service.\n"));
        }

        foreach (StandingRecord standing in reputation.Standings)
        {
            Print.Heading(console, $"{standing.Policy} ({standing.State}): {Number(standing.Score)}");
            Print.Fields(
                console,
                ("start", Number(standing.Start)),
                ("suspend below", Number(standing.SuspendBelow)),
                ("resume above", Number(standing.ResumeAbove)),
                ("suspended by it", standing.IsHeld ? "yes" : "no"),
                ("next change", Print.Time(standing.NextChange)),
                ("overruled", standing.Overrule is { } overrule ? $"by {overrule.By} until {Print.Time(overrule.Until) ?? "lifted"}: {overrule.Reason}" : null),
                ("did last", standing.LastAction is { } last ? $"{last.Step} {last.Outcome}, {Print.Time(last.DecidedAt)}, by {Names(last.Records)}" : null));
            var table = new TextTable("record", "kind", "at", "amount", "points", "until");
            foreach (ContributionRecord c in standing.Contributions)
            {
                table.Row(c.Record, c.Kind, Print.Time(c.At), Number(c.Amount), Signed(c.Points), Print.Time(c.Until));
            }

            ListText.Write(console, table, null, "No record counts.");
        }
    }

    private static string Names(IReadOnlyList<string> records) =>
        string.Join(", ", records.Take(NamedRecords)) + (records.Count > NamedRecords ? $" and {records.Count - NamedRecords} more" : "");

    private static string Times(int count) => count switch { 0 => "never", 1 => "once", _ => $"{Print.Count(count)} times" };

    private static string Number(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Signed(decimal value) => value.ToString("+0.####;-0.####;0", CultureInfo.InvariantCulture);
}
