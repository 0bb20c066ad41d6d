using System.Collections.Concurrent;
using Tsm.Application.Hosting;

namespace Tsm.Tests.Hosting;

/// <summary>A store that a test can hold, fail and look at between a host and the real one.</summary>
internal sealed class WatchedStore(IGrainStore inner) : IGrainStore
{
    private int _dueCalls;

    /// <summary>The commits that were asked for, in order.</summary>
    public ConcurrentQueue<IReadOnlyList<GrainWrite>> Commits { get; } = [];

    /// <summary>Called before each commit; what it throws is what the host sees.</summary>
    public Func<IReadOnlyList<GrainWrite>, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    public int DueCalls => Volatile.Read(ref _dueCalls);

    public Task<IReadOnlyDictionary<GrainKey, StoredGrain>> LoadAsync(
        IReadOnlyCollection<GrainKey> keys, CancellationToken cancellationToken) => inner.LoadAsync(keys, cancellationToken);

    public async Task<IReadOnlySet<GrainKey>> CommitAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        Commits.Enqueue(writes);
        await BeforeCommit(writes);
        return await inner.CommitAsync(writes, cancellationToken);
    }

    public async Task<IReadOnlyList<GrainKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<GrainKey> due = await inner.DueAsync(now, limit, cancellationToken);
        Interlocked.Increment(ref _dueCalls);
        return due;
    }

    /// <summary>Stops the next commit until it is let go; commands that come meanwhile make one batch.</summary>
    public Gate HoldNextCommit()
    {
        var gate = new Gate();
        BeforeCommit = async _ =>
        {
            BeforeCommit = _ => Task.CompletedTask;
            gate.Entered.SetResult();
            await gate.Opened.Task;
        };
        return gate;
    }
}
