using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Delivery;

/// <summary>
/// The short messages that this node may hand over on one road now: leased in slices, asked for before packets are claimed, and
/// taken one by one by every submit_sm, repetitions included.
/// </summary>
/// <param name="road">The name of the road.</param>
/// <param name="leases">Where leases come from.</param>
/// <param name="time">The clock on which a slice ends; it may differ from the lessor's, only its pace matters.</param>
public sealed class RoadCredits(string road, IRateLeases leases, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    // Who comes first takes first: segments keep their order, and a claim comes after those that wait already.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int? _left = 0;
    private long _asked;
    private TimeSpan _duration = TimeSpan.Zero;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Waits until a short message may leave.</summary>
    /// <returns>How many may leave now, 1 or more; <see cref="int.MaxValue"/> where there is no limit.</returns>
    /// <exception cref="StoreUnavailableException">Nobody can say.</exception>
    public async Task<int> ReadyAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!Holds)
            {
                await LeaseAsync(cancellationToken);
            }

            return _left ?? int.MaxValue;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits until one more short message may leave, also for a store that is away, and takes its credit.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!Holds)
            {
                try
                {
                    await LeaseAsync(cancellationToken);
                }
                catch (StoreUnavailableException)
                {
                    await Task.Delay(Rest, time, cancellationToken);
                }
            }

            _left--;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives back what is left, because nothing waits to leave.</summary>
    public async Task ReturnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Holds && _left is { } left)
            {
                _left = 0;
                await leases.ReturnAsync(road, left, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool Holds => _left is null or > 0 && time.GetElapsedTime(_asked) < _duration;

    private async Task LeaseAsync(CancellationToken cancellationToken)
    {
        long asked = time.GetTimestamp();
        RateLease lease = await leases.LeaseAsync(road, cancellationToken);
        (_left, _asked, _duration) = (lease.Credits, asked, lease.Duration);
        if (lease.Credits is 0)
        {
            await Task.Delay(lease.RetryAfter, time, cancellationToken);
        }
    }
}
