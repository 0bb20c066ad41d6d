using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Jobs;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary>Orders jobs, follows them and says how they ended; what all verbs that touch cards share.</summary>
internal static class JobRun
{
    /// <summary>Orders an operation and, unless told otherwise, follows it to its end.</summary>
    /// <param name="run">The command.</param>
    /// <param name="order">What to do.</param>
    /// <param name="shown">Shows more once the jobs have ended; not called for programs.</param>
    /// <returns>The exit code: the worst of all cards.</returns>
    public static async Task<int> OrderAsync(Invocation run, JobOrder order, Func<IReadOnlyList<Job>, Task>? shown = null)
    {
        Answer<JobsCreated> answer = await run.Api.CreateJobsAsync(order, Guid.NewGuid().ToString("N"), run.Cancellation);
        JobsCreated created = answer.Value;
        if (run.Get(CommonOptions.NoWait))
        {
            run.Result(answer.Json, console => Created(console, created.Jobs));
            Refusals(run, created.Refused);
            return created.Refused.Count > 0 ? ExitCode.Refused : ExitCode.Done;
        }

        Refusals(run, created.Refused);
        IReadOnlyList<Job> ended = await FollowAsync(run, created.Jobs);
        if (run.Json)
        {
            IReadOnlyList<Job> details = await DetailsAsync(run.Api, ended, run.Cancellation);
            run.Terminal.WriteJson(TsmJson.Text(created with { Jobs = details }, TsmJson.Default.JobsCreated));
        }
        else
        {
            Problems(run.Terminal, ended);
            if (shown is not null)
            {
                await shown(ended);
            }
        }

        return ExitCode.Worst([.. ended.Select(ExitCode.Of), .. created.Refused.Select(_ => ExitCode.Refused)]);
    }

    /// <summary>Follows jobs and shows them; after Ctrl-C says that they go on.</summary>
    public static async Task<IReadOnlyList<Job>> FollowAsync(Invocation run, IReadOnlyList<Job> jobs)
    {
        try
        {
            return await JobDisplay.FollowAsync(
                run.Terminal, new(run.Api, run.Terminal.Time, run.Terminal.PollInterval), jobs, run.Get(CommonOptions.Timeout), run.Json, run.Cancellation);
        }
        catch (OperationCanceledException) when (!run.Json)
        {
            run.Terminal.ErrorScreen.Write(new Text($"The server goes on with the jobs; see {WatchCommand(jobs)}\n"));
            throw;
        }
    }

    /// <summary>The jobs with their evidence.</summary>
    public static async Task<IReadOnlyList<Job>> DetailsAsync(ApiClient api, IReadOnlyList<Job> jobs, CancellationToken cancellation)
    {
        var details = new List<Job>(jobs.Count);
        foreach (Job job in jobs)
        {
            details.Add((await api.JobAsync(job.Id, cancellation)).Value);
        }

        return details;
    }

    /// <summary>Writes the problem of every job that has one, and what has not ended.</summary>
    public static void Problems(Terminal terminal, IReadOnlyList<Job> jobs)
    {
        foreach (Job job in jobs.Where(j => j.Ended && j.Problem is not null))
        {
            terminal.ErrorScreen.Write(new Text($"\n{job.Card}  {job.Operation}  {JobBoard.Outcome(job)}\n"));
            ProblemText.Write(terminal.ErrorScreen, job.Problem!);
        }

        Job[] open = [.. jobs.Where(j => !j.Ended)];
        if (open.Length > 0)
        {
            terminal.ErrorScreen.Write(new Text(
                $"\n{Print.Count(open.Length, "job")} not at an end within the time given; the server goes on. See {WatchCommand(open)}\n"));
        }
    }

    private static void Refusals(Invocation run, IReadOnlyList<RefusedCard> refused)
    {
        if (run.Json)
        {
            return;
        }

        foreach (RefusedCard card in refused)
        {
            run.Terminal.ErrorScreen.Write(new Text($"{card.Card}  refused\n"));
            ProblemText.Write(run.Terminal.ErrorScreen, card.Problem);
        }
    }

    private static void Created(IAnsiConsole console, IReadOnlyList<Job> jobs)
    {
        foreach (Job job in jobs)
        {
            console.Write(new Text($"{job.Id}  {job.Card}  {job.Operation}  {job.Status}\n"));
        }

        if (jobs.Count > 0)
        {
            console.Write(new Text($"Follow with {WatchCommand(jobs)}\n", new(Color.Grey)));
        }
    }

    private static string WatchCommand(IReadOnlyList<Job> jobs) =>
        "`tsm job watch" + (jobs.Count <= 3 ? string.Concat(jobs.Select(j => " " + j.Id)) : "") + "`";
}
