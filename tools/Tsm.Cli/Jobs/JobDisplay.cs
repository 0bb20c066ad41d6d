using Spectre.Console;
using Spectre.Console.Rendering;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Jobs;

/// <summary>Shows jobs while they are followed: a live board on a screen, lines elsewhere, nothing for programs.</summary>
internal static class JobDisplay
{
    /// <summary>Follows jobs and shows them.</summary>
    /// <returns>The jobs as last seen.</returns>
    public static async Task<IReadOnlyList<Job>> FollowAsync(
        Terminal terminal, JobFollower follower, IReadOnlyList<Job> jobs, TimeSpan? limit, bool quiet, CancellationToken cancellation)
    {
        if (quiet || jobs.Count == 0)
        {
            return await follower.FollowAsync(jobs, limit, static (_, _) => { }, cancellation);
        }

        if (!terminal.Interactive)
        {
            var lines = new JobLines(terminal.Screen);
            return await follower.FollowAsync(jobs, limit, lines.Changed, cancellation);
        }

        // What moved is wiped off, and how it ended is written for good.
        IAnsiConsole screen = terminal.Screen;
        IReadOnlyList<Job> ended = await screen.Live(Moving(screen, jobs, null))
            .AutoClear(true).Overflow(VerticalOverflow.Ellipsis)
            .StartAsync(live => follower.FollowAsync(
                jobs, limit, (all, notice) => live.UpdateTarget(Moving(screen, all, notice)), cancellation));
        screen.Write(JobBoard.Draw(ended, null, screen.Profile.Width));
        return ended;
    }

    /// <summary>The board while it moves, never a single line: to redraw one, the console moves up by 0, which terminals take for 1.</summary>
    private static IRenderable Moving(IAnsiConsole screen, IReadOnlyList<Job> jobs, string? notice)
    {
        IRenderable board = JobBoard.Draw(jobs, notice, screen.Profile.Width);
        return jobs.Count == 1 ? new Rows(board, new Text(" ")) : board;
    }
}

/// <summary>A line when a job begins and one when it ends.</summary>
internal sealed class JobLines(IAnsiConsole console)
{
    /// <summary>From how many jobs on only the sums at certain moments are told.</summary>
    private const int Many = 10;

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private string? _notice;
    private int _tenths;

    /// <summary>Tells what has changed since the last time.</summary>
    public void Changed(IReadOnlyList<Job> jobs, string? notice)
    {
        if (notice is not null && !string.Equals(notice, _notice, StringComparison.Ordinal))
        {
            console.Write(new Text(notice + "\n"));
        }

        _notice = notice;
        if (jobs.Count > Many)
        {
            Sums(jobs);
            return;
        }

        foreach (Job job in jobs)
        {
            if (job.Status is JobStatus.Running && _told.Add(job.Id + job.Status))
            {
                console.Write(new Text($"› {job.Card}  {job.Operation}  {job.Now}\n"));
            }
            else if (job.Ended && _told.Add(job.Id))
            {
                Ended(job);
            }
        }
    }

    private void Ended(Job job)
    {
        string mark = job.Status switch { JobStatus.Done => "✓", JobStatus.Expired => "?", _ => "✗" };
        string problem = job.Problem is null ? "" : "  " + ProblemText.OneLine(job.Problem);
        console.Write(new Text(
            $"{mark} {job.Card}  {job.Operation}  {JobBoard.Outcome(job)}  {job.StepsDone}/{job.StepsTotal} steps, {JobBoard.Cost(job)}{problem}\n"));
    }

    private void Sums(IReadOnlyList<Job> jobs)
    {
        int ended = jobs.Count(j => j.Ended);
        int tenths = ended * 10 / jobs.Count;
        if (tenths > _tenths)
        {
            _tenths = tenths;
            int bad = jobs.Count(j => j.Ended && j.Status is not JobStatus.Done);
            console.Write(new Text($"› {jobs[0].Operation}: {Print.Count(ended)} of {Print.Count(jobs.Count)} cards"
                + (bad == 0 ? "\n" : $", {Print.Count(bad)} not done\n")));
        }
    }
}
