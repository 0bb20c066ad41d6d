using Tsm.Cli.Api;

namespace Tsm.Cli.Jobs;

/// <summary>Asks for jobs until all have ended.</summary>
internal sealed class JobFollower(ApiClient api, TimeProvider time, TimeSpan interval, TimeSpan? stall = null)
{
    /// <summary>Identifiers in one question, so that its address stays short.</summary>
    private const int MaxIds = 50;

    /// <summary>How long a server may be away, as while it is started anew, before we give up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Follows jobs to their end, or until <paramref name="limit"/> is over.</summary>
    /// <param name="jobs">The jobs as they were created.</param>
    /// <param name="limit">How long to wait at most; null waits as long as it takes.</param>
    /// <param name="changed">Told after every question, with all jobs in their order and a notice if the server is away.</param>
    /// <param name="cancellation">Ends the waiting, not the jobs.</param>
    /// <returns>The jobs as last seen; those that have not ended ran into the limit.</returns>
    public async Task<IReadOnlyList<Job>> FollowAsync(
        IReadOnlyList<Job> jobs, TimeSpan? limit, Action<IReadOnlyList<Job>, string?> changed, CancellationToken cancellation)
    {
        Job[] all = [.. jobs];
        long started = time.GetTimestamp();
        long lastAnswer = started;
        long lastChange = started;
        (int, int, int) progress = Progress(all);
        changed(all, null);
        while (!Array.TrueForAll(all, j => j.Ended) && !(limit < time.GetElapsedTime(started)))
        {
            await Task.Delay(interval, time, cancellation);
            string? notice = null;
            try
            {
                await RefreshAsync(all, cancellation);
                lastAnswer = time.GetTimestamp();
            }
            catch (ProblemException fault) when (
                fault.ExitCode == ExitCode.Unreachable && fault.Problem.Status is null && time.GetElapsedTime(lastAnswer) < Patience)
            {
                notice = "The server does not answer; trying again.";
            }

            changed(all, notice);
            if (Progress(all) != progress)
            {
                (progress, lastChange) = (Progress(all), time.GetTimestamp());
            }
            else if (stall < time.GetElapsedTime(lastChange))
            {
                throw Stalled(all, stall.Value);
            }
        }

        return all;
    }

    private static (int Ended, int Steps, int Sms) Progress(Job[] jobs) =>
        (jobs.Count(j => j.Ended), jobs.Sum(j => j.StepsDone), jobs.Sum(j => j.SmsSent + j.SmsReceived));

    private static ProblemException Stalled(Job[] jobs, TimeSpan stall) => new(
        new()
        {
            Title = "The jobs have stopped",
            Detail = $"For {stall.TotalSeconds:0} seconds no job got any further.",
            Layer = "bearer",
            Code = "JOBS_STALLED",
            Cause = "The server sends nothing, and nothing comes back.",
            Next = "Look at the server's log and at `tsm job show`.",
            Evidence = [.. jobs.Where(j => !j.Ended).Take(5).Select(j => $"job {j.Id} on {j.Card}: {j.Now ?? j.Status}")],
        },
        ExitCode.Unknown);

    private async Task RefreshAsync(Job[] all, CancellationToken cancellation)
    {
        foreach (string[] ids in all.Where(j => !j.Ended).Select(j => j.Id).Chunk(MaxIds))
        {
            Answer<Page<Job>> answer = await api.JobsAsync(null, null, ids, ids.Length, null, cancellation);
            var found = answer.Value.Items.ToDictionary(j => j.Id, StringComparer.Ordinal);
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = found.GetValueOrDefault(all[i].Id, all[i]);
            }
        }
    }
}
