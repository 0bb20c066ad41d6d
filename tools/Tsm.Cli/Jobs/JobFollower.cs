using Tsm.Cli.Api;

namespace Tsm.Cli.Jobs;

/// <summary>Asks for jobs until all have ended.</summary>
internal sealed class JobFollower(ApiClient api, TimeProvider time, TimeSpan interval)
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
        }

        return all;
    }

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
