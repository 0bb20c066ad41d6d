using Tsm.Storage;

namespace Tsm.Tests.Storage;

/// <summary>Questions that come together are asked together, and nothing is answered from before it was asked.</summary>
public sealed class GatheringTests
{
    private readonly List<int[]> _asked = [];
    private readonly TaskCompletionSource _firstIsAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task What_is_asked_while_a_statement_is_under_way_shares_the_next()
    {
        Gathering<int, int> gathering = Create(limit: 3);
        Task<int> first = gathering.AskAsync(1, CancellationToken.None);
        await _firstIsAsked.Task;

        Task<int>[] later = [.. Enumerable.Range(2, 4).Select(i => gathering.AskAsync(i, CancellationToken.None))];
        _mayAnswer.SetResult();

        Assert.Equal(10, await first);
        int[] answers = await Task.WhenAll(later);
        Assert.Equal([20, 30, 40, 50], answers);
        int[][] statements = [[1], [2, 3, 4], [5]];
        Assert.Equal(statements, _asked);
    }

    [Fact]
    public async Task A_failure_reaches_those_who_asked_and_nobody_after_them()
    {
        Gathering<int, int> gathering = Create(limit: 3);
        Task<int> failing = gathering.AskAsync(-1, CancellationToken.None);
        await _firstIsAsked.Task;
        Task<int> after = gathering.AskAsync(2, CancellationToken.None);
        _mayAnswer.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(20, await after);
        Assert.Equal(30, await gathering.AskAsync(3, CancellationToken.None));
    }

    [Fact]
    public async Task Who_stops_waiting_disturbs_nobody()
    {
        using var patience = new CancellationTokenSource();
        Gathering<int, int> gathering = Create(limit: 3);
        Task<int> impatient = gathering.AskAsync(1, patience.Token);
        await _firstIsAsked.Task;
        Task<int> patient = gathering.AskAsync(2, CancellationToken.None);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _mayAnswer.SetResult();
        Assert.Equal(20, await patient);
    }

    private Gathering<int, int> Create(int limit) => new(
        async questions =>
        {
            _asked.Add([.. questions]);
            _firstIsAsked.TrySetResult();
            await _mayAnswer.Task;
            return questions.Any(q => q < 0) ? throw new InvalidOperationException("No answer.") : [.. questions.Select(q => 10 * q)];
        },
        limit);
}
