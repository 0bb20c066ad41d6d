using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tsm.Application.Hosting;

namespace Tsm.Orleans.Tests;

/// <summary>A projection store that a test can make fail, as if its process had died between the state and its effects.</summary>
internal sealed class WatchedProjections(IProjectionStore inner, ProjectionWatch watch) : IProjectionStore
{
    public Task IntendAsync(IReadOnlyList<TurnNumber> turns, CancellationToken cancellationToken) => inner.IntendAsync(turns, cancellationToken);

    public void Check(GrainKey key, ImmutableArray<Effect> effects) => inner.Check(key, effects);

    public async Task ProjectAsync(IReadOnlyList<Projection> projections, CancellationToken cancellationToken)
    {
        if (watch.BeforeProjection is { } before)
        {
            await before();
        }

        await inner.ProjectAsync(projections, cancellationToken);
    }

    public Task ForgetAsync(Intent intent, CancellationToken cancellationToken) => inner.ForgetAsync(intent, cancellationToken);

    public Task<IReadOnlyList<Intent>> IntendedAsync(Bucket bucket, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        inner.IntendedAsync(bucket, age, limit, cancellationToken);

    public async Task<IReadOnlyList<GrainKey>> DueAsync(Bucket bucket, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<GrainKey> due = await inner.DueAsync(bucket, now, limit, cancellationToken);
        watch.Polled(bucket);
        return due;
    }
}

/// <summary>What a test sees of projections, and does to them.</summary>
internal sealed class ProjectionWatch
{
    private readonly ConcurrentDictionary<int, int> _polls = new();
    private int _buckets = int.MaxValue;

    public Func<Task>? BeforeProjection { get; set; }

    /// <summary>How often every bucket was asked for what is due.</summary>
    public int Polls => _polls.Count < _buckets ? 0 : _polls.Values.Min();

    public void Polled(Bucket bucket)
    {
        _buckets = bucket.Of;
        _polls.AddOrUpdate(bucket.Number, 1, (_, polls) => polls + 1);
    }
}
