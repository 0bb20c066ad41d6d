using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Bearers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Delivery;

/// <summary>Credits are taken one by one, end with their slice, and without them nothing leaves.</summary>
public sealed class RoadCreditsTests : IDisposable
{
    private readonly ListedLeases _leases = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RoadCredits _credits;

    public RoadCreditsTests() => _credits = new("smsc", _leases, _time);

    public void Dispose() => _credits.Dispose();

    [Fact]
    public async Task A_lease_is_used_up_before_the_next_is_asked_for()
    {
        _leases.Give(new RateLease(3, RateLease.Slice, TimeSpan.Zero));

        for (int i = 0; i < 7; i++)
        {
            await _credits.TakeAsync(CancellationToken.None);
        }

        Assert.Equal(3, _leases.Asked);
        Assert.Equal(2, await _credits.ReadyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_is_left_when_the_slice_ends_is_neither_used_nor_given_back()
    {
        _leases.Give(new RateLease(3, RateLease.Slice, TimeSpan.Zero), new RateLease(1, RateLease.Slice, TimeSpan.Zero));
        await _credits.TakeAsync(CancellationToken.None);

        _time.Advance(RateLease.Slice);
        await _credits.ReturnAsync(CancellationToken.None);

        Assert.Equal(0, _leases.Returned);
        Assert.Equal(1, await _credits.ReadyAsync(CancellationToken.None));
        Assert.Equal(2, _leases.Asked);
    }

    [Fact]
    public async Task Without_a_limit_nobody_is_asked_again_for_a_while()
    {
        for (int i = 0; i < 100; i++)
        {
            await _credits.TakeAsync(CancellationToken.None);
        }

        Assert.Equal((1, int.MaxValue), (_leases.Asked, await _credits.ReadyAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task Nothing_leaves_while_the_store_is_away_and_it_leaves_when_it_is_back()
    {
        _leases.Fault = new StoreUnavailableException("gone", new IOException());
        Task taking = _credits.TakeAsync(CancellationToken.None).AsTask();
        await Eventually.IsTrueAsync(() => _leases.Asked == 1);
        Assert.False(taking.IsCompleted);

        _leases.Fault = null;
        await _time.AdvanceUntilAsync(taking, TimeSpan.FromMilliseconds(100));

        Assert.True(taking.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_gives_up_waiting_lets_the_next_have_his_turn()
    {
        _leases.Give(new RateLease(0, RateLease.Slice, TimeSpan.FromSeconds(1)), new RateLease(1, RateLease.Slice, TimeSpan.Zero));
        using var impatience = new CancellationTokenSource();
        Task first = _credits.TakeAsync(impatience.Token).AsTask();
        Task second = _credits.TakeAsync(CancellationToken.None).AsTask();

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
