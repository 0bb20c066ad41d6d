using Tsm.Application.Ports;

namespace Tsm.Application.Events;

/// <summary>Follows the events of a tenant as they come, each once, in the order in which they become visible.</summary>
/// <remarks>
/// Where many nodes write, a smaller place may become visible after a larger one: everything of the last seconds is read again,
/// and what was handed out is left out. Whoever goes on later from <see cref="Settled"/> misses nothing and may see some twice.
/// </remarks>
/// <param name="provider">Those of a provider only; null for all.</param>
/// <param name="after">The place after which to begin.</param>
public sealed class EventFollower(IEvents events, TimeProvider time, string tenant, string? provider, long after)
{
    private const int PageSize = 500;
    private const int MostAtOnce = 4 * PageSize;

    /// <summary>How long after an event those with a smaller place may still become visible.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(10);

    /// <summary>What is so old needs no second look while a long past is read.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private readonly Queue<(long SeenAt, long Top)> _marks = [];
    private readonly HashSet<long> _seen = [];
    private bool _hasCaughtUp;

    /// <summary>The place up to which nothing can come any more.</summary>
    public long Settled { get; private set; } = after;

    /// <summary>What has become visible since the last call, at most a few thousand; empty when there is nothing.</summary>
    public async Task<IReadOnlyList<StoredEvent>> NextAsync(CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        while (_marks.TryPeek(out (long SeenAt, long Top) mark) && time.GetElapsedTime(mark.SeenAt, now) >= LookBack)
        {
            _marks.Dequeue();
            Settle(mark.Top);
        }

        List<StoredEvent> fresh = [];
        long from = Settled;
        bool isPast = !_hasCaughtUp;
        while (fresh.Count < MostAtOnce)
        {
            IReadOnlyList<StoredEvent> page = await events.AfterAsync(tenant, provider, from, PageSize, cancellationToken);
            fresh.AddRange(page.Where(e => _seen.Add(e.Id)));
            if (page.Count < PageSize)
            {
                _hasCaughtUp = true;
                break;
            }

            from = page[^1].Id;
        }

        if (fresh.Count > 0)
        {
            DateTimeOffset old = time.GetUtcNow() - Old;
            if (isPast)
            {
                Settle(fresh.TakeWhile(e => e.Event.At < old).LastOrDefault()?.Id ?? 0);
            }

            _marks.Enqueue((now, fresh.Max(e => e.Id)));
        }

        return fresh;
    }

    private void Settle(long top)
    {
        if (top > Settled)
        {
            Settled = top;
            _seen.RemoveWhere(id => id <= top);
        }
    }
}
