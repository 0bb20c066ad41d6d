using Spectre.Console;
using Spectre.Console.Rendering;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>How jobs are getting on, as one picture that is drawn again and again.</summary>
internal static class JobBoard
{
    private const int BarWidth = 16;
    private const int MaxRows = 10;
    private const int MaxActive = 5;

    /// <summary>The picture: a row per job, or sums and the first few at work when there are many.</summary>
    public static IRenderable Draw(IReadOnlyList<Job> jobs, string? notice)
    {
        bool many = jobs.Count > MaxRows;
        Table table = new() { Border = TableBorder.None };
        table.AddColumn(new TableColumn("").Padding(0, 1).NoWrap());
        table.AddColumn(new TableColumn("").Padding(0, 2).NoWrap());
        table.AddColumn(new TableColumn("").Padding(0, 2).NoWrap());
        table.AddColumn(new TableColumn("").Padding(0, 2).NoWrap().RightAligned());
        table.AddColumn(new TableColumn("").Padding(0, 0));
        table.HideHeaders();
        if (many)
        {
            Sum(table, jobs);
        }

        foreach (Job job in many ? jobs.Where(j => j.Status is JobStatus.Running).Take(MaxActive) : jobs)
        {
            Row(table, job);
        }

        return notice is null ? table : new Rows(table, new Text(notice, new(Color.Yellow)));
    }

    /// <summary>What a job has cost: messages, proofs and octets.</summary>
    public static string Cost(Job job)
    {
        string again = job.SmsRepeated == 0 ? "" : $" ({Print.Count(job.SmsRepeated)} repeated)";
        return $"{Print.Count(job.SmsSent)} SMS{again}, {Print.Count(job.Proofs, "proof")}, {Print.Count(job.OctetsSent, "octet")}";
    }

    /// <summary>How a job ended, or where it is, in one word or two.</summary>
    public static string Outcome(Job job) => job.Status switch
    {
        JobStatus.Done => job.Grade ?? JobStatus.Done,
        _ when job.Grade is not null && job.Ended => $"{job.Status} ({job.Grade})",
        _ => job.Status,
    };

    private static void Row(Table table, Job job) => table.AddRow(
        Mark(job),
        new Text(job.Card + "  " + job.Operation),
        Bar(job.StepsDone, job.StepsTotal, job.Ended && job.Status is not JobStatus.Done),
        new Text(Cost(job)),
        new Text(Saying(job), new(Color.Grey)) { Overflow = Overflow.Ellipsis });

    private static void Sum(Table table, IReadOnlyList<Job> jobs)
    {
        int ended = jobs.Count(j => j.Ended);
        int bad = jobs.Count(j => j.Ended && j.Status is not JobStatus.Done);
        var sum = new Job
        {
            SmsSent = jobs.Sum(j => j.SmsSent),
            SmsRepeated = jobs.Sum(j => j.SmsRepeated),
            Proofs = jobs.Sum(j => j.Proofs),
            OctetsSent = jobs.Sum(j => j.OctetsSent),
        };
        table.AddRow(
            new Text(" "),
            new Text($"{jobs[0].Operation}: {Print.Count(ended)} of {Print.Count(jobs.Count)} cards" + (bad == 0 ? "" : $", {bad} not done")),
            Bar(jobs.Sum(j => j.StepsDone), jobs.Sum(j => j.StepsTotal), bad > 0),
            new Text(Cost(sum)),
            new Text($"{jobs.Count(j => j.Status is JobStatus.Running)} at work, {jobs.Count(j => j.Status is JobStatus.Queued)} waiting"));
    }

    private static string Saying(Job job) => job switch
    {
        { Ended: true, Problem: { } problem } => ProblemText.OneLine(problem),
        { Ended: true } => Outcome(job),
        _ => job.Now ?? job.Status,
    };

    private static Text Mark(Job job) => job switch
    {
        { Status: JobStatus.Done } => new("✓", new(Color.Green)),
        { Status: JobStatus.Expired } => new("?", new(Color.Yellow)),
        { Ended: true } => new("✗", new(Color.Red)),
        { Status: JobStatus.Running } => new("›", new(Color.Blue)),
        _ => new("·", new(Color.Grey)),
    };

    private static Markup Bar(int done, int total, bool bad)
    {
        int filled = total <= 0 ? 0 : (int)Math.Clamp((long)done * BarWidth / total, 0, BarWidth);
        string color = bad ? "red" : filled == BarWidth ? "green" : "blue";
        return new($"[{color}]{new string('━', filled)}[/][grey35]{new string('─', BarWidth - filled)}[/] {done}/{total}");
    }
}
