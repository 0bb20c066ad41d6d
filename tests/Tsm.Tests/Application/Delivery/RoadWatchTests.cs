using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Tests.Application.Delivery;

/// <summary>What a node knows of its roads, and of its clock.</summary>
public sealed class RoadWatchTests : IDisposable
{
    private readonly Clock _clock = new();
    private readonly Lives _lives = new();
    private readonly Roads _roads = new([new Road("smsc", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), 3)]);
    private readonly StoreHealth _health;
    private readonly RoadWatch _watch;
    private bool _bound = true;

    public RoadWatchTests()
    {
        _health = new(_clock, NullLogger<StoreHealth>.Instance);
        _watch = new(_roads, _lives, _ => _bound, _health, _clock, NullLogger<RoadWatch>.Instance);
    }

    private RoadLife Life => _roads.All[0].Life!;

    public void Dispose() => _watch.Dispose();

    [Fact]
    public async Task Says_that_it_is_bound_only_while_it_is()
    {
        Assert.False(Life.IsKnown);

        await _watch.LookAsync(CancellationToken.None);
        _bound = false;
        await _watch.LookAsync(CancellationToken.None);

        Assert.True(Life.IsKnown);
        Assert.Equal(1, _lives.Beats);
    }

    [Fact]
    public async Task A_store_that_is_down_leaves_what_is_known_and_is_said()
    {
        await _watch.LookAsync(CancellationToken.None);
        RoadLife before = Life;
        _lives.Failure = new StoreUnavailableException("Gone.", null);

        Assert.False(await _watch.LookAsync(CancellationToken.None));

        Assert.Same(before, Life);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_is_an_outage_of_this_node()
    {
        DateTimeOffset before = _clock.GetUtcNow();
        _clock.Pass(TimeSpan.FromSeconds(10));
        _clock.Jump(TimeSpan.FromDays(1));

        await _watch.LookAsync(CancellationToken.None);

        Assert.Equal(TimeSpan.FromDays(1), Life.Down(before, _clock.GetUtcNow()));
        Assert.Equal((_clock.GetUtcNow(), TimeSpan.FromDays(1)), _watch.ClockJump);
    }

    [Fact]
    public async Task A_clock_that_jumps_back_is_said_and_is_no_outage()
    {
        _clock.Jump(TimeSpan.FromDays(-1));

        await _watch.LookAsync(CancellationToken.None);

        Assert.Equal(TimeSpan.FromDays(-1), _watch.ClockJump!.Value.By);
        Assert.Empty(Life.Outages);
    }

    [Fact]
    public async Task A_clock_that_is_set_a_little_has_not_jumped()
    {
        _clock.Jump(TimeSpan.FromSeconds(2));
        await _watch.LookAsync(CancellationToken.None);

        Assert.Null(_watch.ClockJump);
    }

    private sealed class Lives : IRoadLives
    {
        public int Beats { get; private set; }

        public Exception? Failure { get; set; }

        public Task<RoadLife> BeatAsync(string road, CancellationToken cancellationToken)
        {
            Beats++;
            return ReadAsync(road, cancellationToken);
        }

        public Task<RoadLife> ReadAsync(string road, CancellationToken cancellationToken) =>
            Failure is null ? Task.FromResult(new RoadLife(null, [])) : Task.FromException<RoadLife>(Failure);
    }

    /// <summary>A clock on the wall, which can jump, beside a steady one.</summary>
    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private long _steady;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _wall;

        public override long GetTimestamp() => _steady;

        public void Pass(TimeSpan by)
        {
            _wall += by;
            _steady += by.Ticks;
        }

        public void Jump(TimeSpan by) => _wall += by;
    }
}
