using System.Collections.Concurrent;

namespace Tsm.Application.Hosting;

/// <content>How grains are woken when their time has come.</content>
public sealed partial class EmbeddedGrainHost
{
    private readonly ConcurrentDictionary<GrainKey, byte> _waking = new();
    private readonly ParkedGrains _parked;

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.DuePollInterval, _time);
        try
        {
            do
            {
                await WakeAsync();
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host is being disposed; what is due stays due in the store.
        }
    }

    /// <summary>Queues a deadline for each due grain that is neither being woken nor parked after a failure.</summary>
    private async Task WakeAsync()
    {
        if (_waking.Count >= _options.DueLimit)
        {
            return; // What is in hand comes first; other nodes take the rest.
        }

        DateTimeOffset now = _time.GetUtcNow();
        try
        {
            // Grains that are skipped must not crowd out the others.
            int limit = _options.DueLimit + _waking.Count + _parked.Count;
            IReadOnlyList<GrainKey> due = await _store.DueAsync(now, limit, _stopping.Token);
            _health.Worked(writing: false);
            foreach (GrainKey key in due)
            {
                if (_parked.IsParked(key, now) || !_waking.TryAdd(key, 0))
                {
                    continue;
                }

                // Read in this order: what is counted as queued here is certain to be taken, so the deadline's turn comes.
                Lane lane = LaneOf(key);
                long taken = lane.Taken;
                lane.Deadlines.Writer.TryWrite(new(key, DeadlinePassed.Instance, taken + lane.Commands.Reader.Count));
            }
        }
        catch (Exception exception) when (TurnRunner.IsTransient(exception))
        {
            _health.Failed(exception, writing: false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _logger.WatchFailed(exception);
        }
    }

    /// <summary>After a batch: grains may be woken again, and those whose turn failed later and later.</summary>
    private void Settle(List<Work> batch)
    {
        foreach (Work work in batch)
        {
            if (work.After is null)
            {
                continue;
            }

            if (work.Reply.IsCompletedSuccessfully && work.Reply.Result is not TurnFailed)
            {
                _parked.Forget(work.Key);
            }
            else
            {
                _ = work.Reply.Exception; // Nobody else awaits it.
                _parked.Park(work.Key, _time.GetUtcNow());
            }

            _waking.TryRemove(work.Key, out _);
        }
    }
}
