namespace Tsm.Storage;

/// <summary>Tells waiters of this process that packets may be ready on a road.</summary>
/// <remarks>A signal that nobody waited for is kept for the next who waits: a packet queued between a claim and the wait wakes.</remarks>
public sealed class OutboxSignal
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiters> _roads = new(StringComparer.Ordinal);

    /// <summary>Wakes all who wait for the road.</summary>
    public void Set(string road)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            Waiters waiters = Of(road);
            waiting = waiters.Waiting;
            waiters.Waiting = null;
            waiters.IsSet = true;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Wakes all who wait for any road.</summary>
    public void SetAll()
    {
        List<string> roads;
        lock (_lock)
        {
            roads = [.. _roads.Keys];
        }

        roads.ForEach(Set);
    }

    /// <summary>Completes at the next signal, at once when one came since the last wait, or after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(string road, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        Task waiting;
        lock (_lock)
        {
            Waiters waiters = Of(road);
            if (waiters.IsSet)
            {
                waiters.IsSet = false;
                return;
            }

            waiters.Waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = waiters.Waiting.Task;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(waiting, Task.Delay(atMost, time, timeout.Token));
        await timeout.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Waiters Of(string road)
    {
        if (!_roads.TryGetValue(road, out Waiters? waiters))
        {
            _roads[road] = waiters = new();
        }

        return waiters;
    }

    private sealed class Waiters
    {
        public TaskCompletionSource? Waiting { get; set; }

        public bool IsSet { get; set; }
    }
}
