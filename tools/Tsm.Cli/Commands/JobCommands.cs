using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm job</c>: what was ordered and what became of it.</summary>
internal static class JobCommands
{
    private static readonly Argument<string> Id = new("id") { Description = "Identifier of the job" };
    private static readonly Argument<string[]> Ids = new("id")
    {
        Description = "Identifiers; without any, all that wait or run",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> OfCard = new("--card", "-c") { Description = "Only jobs of this card", HelpName = "CARD" };
    private static readonly Option<string?> Status = Statuses();

    public static Verb Build(Terminal terminal) => new Verb("job", "Jobs: list, look at, watch, cancel").With(
        new Verb("list", "List jobs, newest first", "tsm job list --status failed", "tsm job list --card 8988211000000000017")
            .Takes(OfCard, Status, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a job: steps, cost, problem, decoded proofs", "tsm job show JOB")
            .Takes(Id).TalksToServer().Does(terminal, ShowAsync),
        new Verb("explain", "Say why a job came out as it did, with the octets of every step explained", "tsm job explain JOB")
            .Takes(Id).TalksToServer().Does(terminal, ExplainAsync),
        new Verb("watch", "Follow jobs to their end; the exit code is their outcome", "tsm job watch", "tsm job watch JOB --timeout 5m")
            .Takes(Ids, CommonOptions.Timeout).TalksToServer().Does(terminal, WatchAsync),
        new Verb("cancel", "Cancel a job; what was sent already may still arrive", "tsm job cancel JOB")
            .Takes(Id).TalksToServer().Does(terminal, CancelAsync));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<Job>> answer = await run.Api.JobsAsync(run.Get(OfCard), run.Get(Status), null,
            run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => JobText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<Job> answer = await run.Api.JobAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => JobText.Show(console, answer.Value));
    }

    private static async Task<int> ExplainAsync(Invocation run)
    {
        Answer<JobExplanation> answer = await run.Api.ExplainJobAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => ExplanationText.Show(console, answer.Value));
    }

    private static async Task<int> WatchAsync(Invocation run)
    {
        var jobs = new List<Job>();
        foreach (string id in run.Get(Ids))
        {
            jobs.Add((await run.Api.JobAsync(id, run.Cancellation)).Value);
        }

        if (jobs.Count == 0)
        {
            foreach (string status in (string[])[JobStatus.Running, JobStatus.Queued])
            {
                jobs.AddRange((await run.Api.JobsAsync(null, status, null, 1000, null, run.Cancellation)).Value.Items);
            }
        }

        IReadOnlyList<Job> ended = await JobRun.FollowAsync(run, [.. jobs.DistinctBy(j => j.Id, StringComparer.Ordinal)]);
        if (run.Json)
        {
            IReadOnlyList<Job> details = await JobRun.DetailsAsync(run.Api, ended, run.Cancellation);
            run.Terminal.WriteJson(TsmJson.Text(new Page<Job> { Items = details }, TsmJson.Default.PageJob));
        }
        else if (ended.Count == 0)
        {
            JobText.Nothing(run.Terminal.Screen);
        }
        else
        {
            JobRun.Problems(run.Terminal, ended);
        }

        return ExitCode.Worst(ended.Select(ExitCode.Of));
    }

    private static async Task<int> CancelAsync(Invocation run)
    {
        Answer<Job> answer = await run.Api.CancelJobAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => JobText.Show(console, answer.Value));
    }

    private static Option<string?> Statuses()
    {
        var option = new Option<string?>("--status") { Description = "Only jobs in this state", HelpName = "STATE" };
        option.AcceptOnlyFromAmong(
            JobStatus.Queued, JobStatus.Running, JobStatus.Done, JobStatus.Refused, JobStatus.Failed, JobStatus.Expired, JobStatus.Cancelled);
        return option;
    }
}
