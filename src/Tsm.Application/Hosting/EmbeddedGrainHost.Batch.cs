namespace Tsm.Application.Hosting;

/// <content>How a batch of commands becomes one transaction, and what happens when it does not.</content>
public sealed partial class EmbeddedGrainHost
{
    private async Task RunAsync(List<Work> batch)
    {
        Diagnostics.BatchSize.Record(batch.Count);
        try
        {
            await TurnAsync(batch, conflicts: 0);
        }
        catch (Exception exception)
        {
            // The store is down: everybody who has no answer yet hears that; the pump goes on.
            if (!TurnRunner.IsTransient(exception))
            {
                _logger.BatchFailed(batch.Count, exception);
            }

            foreach (Work work in batch)
            {
                work.Fail(exception);
            }
        }

        Settle(batch);
    }

    /// <summary>Loads, runs, commits and answers; every command of <paramref name="works"/> has its answer when this returns.</summary>
    private async Task TurnAsync(IReadOnlyList<Work> works, int conflicts)
    {
        List<GrainRun> runs = await LoadAsync(works);
        await PrepareAsync(runs);
        foreach (GrainRun run in runs)
        {
            await HandleAsync(run);
        }

        var changed = new List<GrainRun>(runs.Count);
        foreach (GrainRun run in runs)
        {
            if (run.IsChanged)
            {
                changed.Add(run);
            }
            else
            {
                run.Answer();
            }
        }

        IReadOnlySet<GrainKey>? written = await CommitAsync(changed);
        if (written is null)
        {
            await HalveAsync([.. changed.SelectMany(r => r.Works)], conflicts);
            return;
        }

        List<GrainRun> lost = [];
        foreach (GrainRun run in changed)
        {
            if (written.Contains(run.Key))
            {
                run.Answer();
            }
            else
            {
                lost.Add(run);
            }
        }

        foreach (GrainRun run in lost)
        {
            await RunAgainAsync(run, conflicts + 1);
        }
    }

    /// <summary>Writes all changes in one transaction; null when that threw for another reason than a store that is down.</summary>
    private async Task<IReadOnlySet<GrainKey>?> CommitAsync(List<GrainRun> changed)
    {
        if (changed.Count == 0)
        {
            return new HashSet<GrainKey>();
        }

        List<GrainWrite> writes = changed.ConvertAll(r => r.ToWrite());
        long started = _time.GetTimestamp();
        try
        {
            return await PersistAsync(() => _store.CommitAsync(writes, CancellationToken.None), writing: true);
        }
        catch (Exception exception) when (!TurnRunner.IsTransient(exception))
        {
            _logger.CommitFailed(changed.Count, exception);
            if (changed is [{ Works: [Work only] } run])
            {
                TurnRunner.Count(run.Key.Kind, "failed");
                only.Answer(new TurnFailed($"The turn could not be written: {exception.Message}"));
            }

            return null;
        }
        finally
        {
            Diagnostics.CommitDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <summary>Finds the turn that cannot be written: each half is loaded, run and committed by itself.</summary>
    private async Task HalveAsync(List<Work> works, int conflicts)
    {
        if (works.Count == 1)
        {
            return; // CommitAsync has answered it.
        }

        int half = works.Count / 2;
        await TurnAsync(works[..half], conflicts);
        await TurnAsync(works[half..], conflicts);
    }

    /// <summary>Another writer was first: the grain's commands meet the state as it is now, alone.</summary>
    private async Task RunAgainAsync(GrainRun run, int conflicts)
    {
        TurnRunner.Count(run.Key.Kind, "lost");
        if (conflicts > _options.MaxConflicts)
        {
            var busy = new HostBusyException($"{run.Key} is being written by others; nothing was done.");
            foreach (Work work in run.Works)
            {
                work.Fail(busy);
            }

            return;
        }

        _logger.TurnLost(run.Key, conflicts);
        await TurnAsync(run.Works, conflicts);
    }

    private async Task<List<GrainRun>> LoadAsync(IReadOnlyList<Work> works)
    {
        var byKey = new Dictionary<GrainKey, GrainRun>(works.Count);
        var runs = new List<GrainRun>(works.Count);
        foreach (Work work in works)
        {
            if (!byKey.TryGetValue(work.Key, out GrainRun? run))
            {
                runs.Add(byKey[work.Key] = run = new GrainRun(work.Key));
            }

            run.Works.Add(work);
        }

        IReadOnlyDictionary<GrainKey, StoredGrain> stored =
            await PersistAsync(() => _store.LoadAsync(byKey.Keys, CancellationToken.None));
        foreach (GrainRun run in runs)
        {
            Open(run, stored.GetValueOrDefault(run.Key));
        }

        return runs;
    }

    /// <summary>Reads the state, or notes why this grain cannot take a turn here.</summary>
    private void Open(GrainRun run, StoredGrain? stored)
    {
        run.Obstacle = _runner.Open(run.Key, stored, out IMachine? machine, out object? state);
        if (run.Obstacle is null)
        {
            run.Begin(machine!, stored!, state!);
        }
    }

    /// <summary>Brings into memory what the first command of each grain needs, with one request for each tenant.</summary>
    private async Task PrepareAsync(List<GrainRun> runs)
    {
        var needs = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (GrainRun run in runs)
        {
            if (run.Machine is null)
            {
                continue;
            }

            if (!needs.TryGetValue(run.Key.Tenant, out HashSet<string>? ids))
            {
                needs[run.Key.Tenant] = ids = new(StringComparer.Ordinal);
            }

            try
            {
                ids.UnionWith(run.Machine.Needs(run.State!, run.Works[0].Command));
            }
            catch (Exception)
            {
                // The turn asks again, fails there, and is reported there.
            }
        }

        foreach ((string tenant, HashSet<string> ids) in needs)
        {
            await PersistAsync(async () =>
            {
                await _catalogue.PrepareAsync(tenant, ids, CancellationToken.None);
                return true;
            });
        }
    }

    /// <summary>Does something with the store, and again after a pause while the store is down.</summary>
    private async Task<T> PersistAsync<T>(Func<Task<T>> action, bool writing = false)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                T result = await action();
                _health.Worked(writing);
                return result;
            }
            catch (Exception exception) when (TurnRunner.IsTransient(exception))
            {
                if (attempt == _options.RetryDelays.Count)
                {
                    _health.Failed(exception, writing);
                    throw;
                }

                _logger.StoreUnavailable(attempt + 1, exception);
                await Task.Delay(_options.RetryDelays[attempt], _time);
            }
        }
    }
}
