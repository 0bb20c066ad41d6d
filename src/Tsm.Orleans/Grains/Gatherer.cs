using Tsm.Application.Hosting;

namespace Tsm.Orleans.Grains;

/// <summary>
/// Takes what many grains of a silo want of the database together: what has come in while one request was under way goes
/// with the next. So a lone grain pays for one request, and a flood shares it.
/// </summary>
/// <param name="work">Does what is asked, all of it or nothing, and answers in the same order.</param>
/// <param name="most">The most at once.</param>
internal sealed class Gatherer<TAsk, TAnswer>(Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> work, int most)
{
    private readonly Lock _lock = new();
    private readonly Queue<Entry> _waiting = new();
    private bool _isRunning;

    /// <summary>Asks; the answer or the failure is this one's alone, unless the store is down.</summary>
    public Task<TAnswer> AskAsync(TAsk ask)
    {
        var entry = new Entry(ask);
        lock (_lock)
        {
            _waiting.Enqueue(entry);
            if (!_isRunning)
            {
                _isRunning = true;

                // Away from the scheduler of the grain that happens to be the first.
                _ = Task.Run(RunAsync);
            }
        }

        return entry.Answer.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Length: > 0 } batch)
        {
            await AnswerAsync(batch);
        }
    }

    private Entry[] Take()
    {
        lock (_lock)
        {
            var batch = new Entry[Math.Min(_waiting.Count, most)];
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i] = _waiting.Dequeue();
            }

            _isRunning = batch.Length > 0;
            return batch;
        }
    }

    private async Task AnswerAsync(Entry[] batch)
    {
        try
        {
            IReadOnlyList<TAnswer> answers = await work(Array.ConvertAll(batch, e => e.Ask));
            for (int i = 0; i < batch.Length; i++)
            {
                batch[i].Answer.SetResult(answers[i]);
            }
        }
        catch (Exception exception) when (batch.Length == 1 || TurnRunner.IsTransient(exception))
        {
            foreach (Entry entry in batch)
            {
                entry.Answer.SetException(exception);
            }
        }
        catch (Exception)
        {
            // One of them cannot be done; the others do not pay for it.
            foreach (Entry entry in batch)
            {
                await AnswerAsync([entry]);
            }
        }
    }

    private sealed record Entry(TAsk Ask)
    {
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
