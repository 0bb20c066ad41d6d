namespace Tsm.Storage;

/// <summary>
/// Gathers questions that are asked at the same time, so that one statement answers them all. While one is under way the next
/// gather; nothing is kept, so every answer is from after its question.
/// </summary>
/// <param name="ask">Answers questions in their order.</param>
/// <param name="limit">The most questions of one statement.</param>
internal sealed class Gathering<TQuestion, TAnswer>(Func<IReadOnlyList<TQuestion>, Task<TAnswer[]>> ask, int limit)
{
    private readonly Lock _lock = new();
    private List<Waiting> _waiting = [];
    private bool _asking;

    /// <summary>The answer to a question; whoever stops waiting does not disturb the others.</summary>
    public Task<TAnswer> AskAsync(TQuestion question, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(question);
        bool first;
        lock (_lock)
        {
            _waiting.Add(waiting);
            first = !_asking;
            _asking = true;
        }

        if (first)
        {
            _ = Task.Run(AnswerAsync, CancellationToken.None);
        }

        return waiting.Answer.Task.WaitAsync(cancellationToken);
    }

    private async Task AnswerAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            try
            {
                TAnswer[] answers = await ask(taken.ConvertAll(w => w.Question));
                for (int i = 0; i < taken.Count; i++)
                {
                    taken[i].Answer.TrySetResult(answers[i]);
                }
            }
            catch (Exception exception)
            {
                taken.ForEach(w => w.Answer.TrySetException(exception));
            }
        }
    }

    /// <summary>What waits, as much as one statement takes; empty, and nobody is asking any more, when nothing does.</summary>
    private List<Waiting> Take()
    {
        lock (_lock)
        {
            List<Waiting> taken = _waiting;
            _waiting = taken.Count > limit ? taken[limit..] : [];
            _asking = taken.Count > 0;
            return taken.Count > limit ? taken[..limit] : taken;
        }
    }

    private sealed class Waiting(TQuestion question)
    {
        public TQuestion Question { get; } = question;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
