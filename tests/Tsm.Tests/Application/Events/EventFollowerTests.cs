using System.Collections.Immutable;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Events;

/// <summary>Who follows events gets each of them once, also those that are committed late.</summary>
public sealed class EventFollowerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeEvents _events = new();

    [Fact]
    public async Task Each_event_comes_once_however_late_it_became_visible()
    {
        EventFollower follower = Follow(0);
        Show(1, 3);
        Assert.Equal([1L, 3], await NextAsync(follower));
        Assert.Empty(await NextAsync(follower));
        _time.Advance(TimeSpan.FromSeconds(9));
        Show(2, 4);
        Assert.Equal([2L, 4], await NextAsync(follower));
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Empty(await NextAsync(follower));
        Assert.Equal(4, follower.Settled);
    }

    [Fact]
    public async Task Who_goes_on_from_what_is_settled_misses_nothing()
    {
        EventFollower first = Follow(0);
        Show(1);
        await NextAsync(first);
        _time.Advance(TimeSpan.FromSeconds(11));
        Show(4);
        await NextAsync(first);
        Show(2, 3);

        Assert.Equal(1, first.Settled);
        Assert.Equal([2L, 3, 4], await NextAsync(Follow(first.Settled)));
    }

    [Fact]
    public async Task A_long_past_is_read_in_pieces_and_settled_at_once()
    {
        DateTimeOffset old = _time.GetUtcNow().AddDays(-1);
        _events.Shown.AddRange(Enumerable.Range(1, 5000).Select(i => Event(i, old)));
        EventFollower follower = Follow(0);

        List<long> all = [];
        for (int i = 0; i < 4; i++)
        {
            all.AddRange(await NextAsync(follower));
        }

        Assert.Equal(Enumerable.Range(1, 5000).Select(i => (long)i), all);
        Assert.Equal(5000, follower.Settled);
    }

    private EventFollower Follow(long after) => new(_events, _time, "acme", null, after);

    private void Show(params long[] ids) => _events.Shown.AddRange(ids.Select(i => Event(i, _time.GetUtcNow())));

    private static async Task<IEnumerable<long>> NextAsync(EventFollower follower) =>
        (await follower.NextAsync(CancellationToken.None)).Select(e => e.Id);

    private static StoredEvent Event(long id, DateTimeOffset at) => new(id, new(
        at, EventKind.Activated, null, null, null, null, null, null, "", ImmutableSortedDictionary<string, string>.Empty));

    private sealed class FakeEvents : IEvents
    {
        public List<StoredEvent> Shown { get; } = [];

        public Task AddAsync(string tenant, ServiceEvent raised, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredEvent>> AfterAsync(
            string tenant, string? provider, long after, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<StoredEvent>>([.. Shown.Where(e => e.Id > after).OrderBy(e => e.Id).Take(limit)]);

        public Task<Page<StoredEvent>> ListAsync(
            string tenant, EventFilter filter, string? cursor, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
