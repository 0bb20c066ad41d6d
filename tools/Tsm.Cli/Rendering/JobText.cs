using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Jobs for people, once and at rest.</summary>
internal static class JobText
{
    public static void List(IAnsiConsole console, Page<Job> page)
    {
        var table = new TextTable("id", "card", "operation", "application", "outcome", "steps", "SMS", "proofs", "created");
        foreach (Job job in page.Items)
        {
            table.Row(job.Id, job.Card, job.Operation, job.Application?.Name ?? job.Application?.PackageAid, JobBoard.Outcome(job),
                $"{job.StepsDone}/{job.StepsTotal}", Print.Count(job.SmsSent), Print.Count(job.Proofs), Print.Time(job.CreatedAt));
        }

        ListText.Write(console, table, page.Next, "No jobs.");
    }

    public static void Show(IAnsiConsole console, Job job)
    {
        Print.Fields(console,
            ("id", job.Id),
            ("card", job.Card),
            ("operation", job.Operation),
            ("application", job.Application is null ? null : $"{job.Application.Name} {job.Application.PackageAid}".Trim()),
            ("instance", job.Instance),
            ("outcome", JobBoard.Outcome(job)),
            ("now", job.Ended ? null : job.Now),
            ("steps", $"{job.StepsDone} of {job.StepsTotal}"),
            ("cost", $"{JobBoard.Cost(job)}; {Print.Count(job.SmsReceived)} SMS received"),
            ("created", Print.Time(job.CreatedAt)),
            ("started", Print.Time(job.StartedAt)),
            ("ended", Print.Time(job.EndedAt)));
        if (job.Problem is not null)
        {
            console.WriteLine();
            ProblemText.Write(console, job.Problem);
        }

        if (job.Evidence.Count > 0)
        {
            Print.Heading(console, "Evidence");
            var table = new TextTable("at", "kind", "grade", "what it says", "octets");
            foreach (Evidence evidence in job.Evidence)
            {
                table.Row(Print.Time(evidence.At), Kind(evidence.Kind), evidence.Grade, evidence.Text, evidence.Raw);
            }

            table.Write(console);
        }
    }

    public static void Nothing(IAnsiConsole console) => console.Write(new Text("No job waits or runs.\n"));

    /// <summary>A kind of evidence in the words of the field.</summary>
    public static string Kind(string kind) => kind switch
    {
        "por" => "PoR",
        "receipt" => "delivery receipt",
        _ => kind,
    };
}
