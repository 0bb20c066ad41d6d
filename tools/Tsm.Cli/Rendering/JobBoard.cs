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
    private const int MinSaying = 8;

    /// <summary>Mark and gaps between the columns.</summary>
    private const int Gaps = 8;

    /// <summary>The picture: a row per job, or sums and the first few at work when there are many.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="notice">A line below, or null.</param>
    /// <param name="width">The width of the screen: what happens is cut off there, so that a row stays a line.</param>
    public static IRenderable Draw(IReadOnlyList<Job> jobs, string? notice, int width)
    {
        bool many = jobs.Count > MaxRows;
        Line[] lines =
        [
            .. many ? [Sum(jobs)] : Array.Empty<Line>(),
            .. (many ? jobs.Where(j => j.Status is JobStatus.Running).Take(MaxActive) : jobs).Select(Of),
        ];
        int room = width - Gaps - lines.Max(l => l.What.Length) - lines.Max(l => BarWidth + l.Steps.Length + 1) - lines.Max(l => l.Cost.Length);
        var grid = new Grid();
        grid.AddColumn(new GridColumn().Padding(0, 0, 1, 0).NoWrap());
        grid.AddColumn(new GridColumn().Padding(0, 0, 2, 0).NoWrap());
        grid.AddColumn(new GridColumn().Padding(0, 0, 2, 0).NoWrap());
        grid.AddColumn(new GridColumn().Padding(0, 0, 2, 0).NoWrap().RightAligned());
        grid.AddColumn(new GridColumn().Padding(0, 0, 0, 0).NoWrap());
        foreach (Line line in lines)
        {
            grid.AddRow(line.Mark, new Text(line.What), Bar(line), new Text(line.Cost), new Text(Cut(line.Saying, room), new(Color.Grey)));
        }

        return notice is null ? grid : new Rows(grid, new Text(notice, new(Color.Yellow)));
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

    private static Line Of(Job job) => new(
        Mark(job), job.Card + "  " + job.Operation, job.StepsDone, Total(job), job.Ended && job.Status is not JobStatus.Done, Cost(job), Saying(job));

    private static Line Sum(IReadOnlyList<Job> jobs)
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
        return new(
            new Text(" "),
            $"{jobs[0].Operation}: {Print.Count(ended)} of {Print.Count(jobs.Count)} cards" + (bad == 0 ? "" : $", {Print.Count(bad)} not done"),
            jobs.Sum(j => j.StepsDone),
            jobs.Sum(Total),
            bad > 0,
            Cost(sum),
            $"{jobs.Count(j => j.Status is JobStatus.Running)} at work, {jobs.Count(j => j.Status is JobStatus.Queued)} waiting");
    }

    /// <summary>A plan may have had steps that were not needed in the end.</summary>
    private static int Total(Job job) => job.Status is JobStatus.Done ? job.StepsDone : job.StepsTotal;

    private static string Cut(string text, int room) =>
        room < MinSaying ? "" : text.Length <= room ? text : string.Concat(text.AsSpan(0, room - 1), "…");

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

    private static Markup Bar(Line line)
    {
        int filled = line.Total <= 0 ? 0 : (int)Math.Clamp((long)line.Done * BarWidth / line.Total, 0, BarWidth);
        string color = line.Bad ? "red" : filled == BarWidth ? "green" : "blue";
        return new($"[{color}]{new string('━', filled)}[/][grey35]{new string('─', BarWidth - filled)}[/] {line.Steps}");
    }

    private sealed record Line(Text Mark, string What, int Done, int Total, bool Bad, string Cost, string Saying)
    {
        public string Steps => $"{Done}/{Total}";
    }
}
