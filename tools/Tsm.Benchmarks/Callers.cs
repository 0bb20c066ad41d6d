using System.Diagnostics;

namespace Tsm.Benchmarks;

/// <summary>Callers that each do one thing after the other: a closed loop, as much load as it takes.</summary>
internal static class Callers
{
    /// <summary>Counts what is done in a span of time, after a warm-up.</summary>
    /// <param name="callers">How many are at it at once.</param>
    /// <param name="span">How long it is counted.</param>
    /// <param name="once">Does it, for the caller of that number, and says how much that was.</param>
    /// <returns>Done per second.</returns>
    public static async Task<double> MeasureAsync(int callers, TimeSpan span, Func<int, Task<int>> once)
    {
        long done = 0;
        using var stop = new CancellationTokenSource();
        Task[] running = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Add(ref done, await once(caller));
            }
        }))];
        Task all = Task.WhenAll(running);
        TimeSpan warmUp = span < MaxWarmUp ? span : MaxWarmUp;
        await Task.WhenAny(all, Task.Delay(warmUp));
        long before = Interlocked.Read(ref done);
        var watch = Stopwatch.StartNew();
        await Task.WhenAny(all, Task.Delay(span));
        double rate = (Interlocked.Read(ref done) - before) / watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await all;
        return rate;
    }

    private static readonly TimeSpan MaxWarmUp = TimeSpan.FromSeconds(3);
}
