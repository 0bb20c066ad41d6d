using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Orleans.Grains;
using Tsm.Orleans.Messages;

namespace Tsm.Orleans.Sweeping;

/// <summary>Wakes the grains of one bucket that are due, and asks those that have left something half done. Its key is the bucket's number.</summary>
[Alias("tsm.ISweeperGrain")]
public interface ISweeperGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that it is awake, and that a reminder will wake it when its silo is gone.</summary>
    [Alias("Start")]
    Task StartAsync();
}

/// <remarks>Two of one bucket do no harm: what is due is leased, and a grain woken twice is woken once.</remarks>
[GrainType("sweeper")]
internal sealed class SweeperGrain(
    IProjectionStore projections, IOptions<OrleansOptions> options, GrainServices services, ILogger<SweeperGrain> logger)
    : Grain, ISweeperGrain, IRemindable
{
    private const string Reminder = "sweep";

    /// <summary>Intents are rarely left behind: they are looked for this much more seldom than what is due.</summary>
    private const int SweepsPerIntents = 10;

    private readonly OrleansOptions _options = options.Value;
    private readonly ParkedGrains _parked = new(options.Value.ParkedFirst, options.Value.ParkedAtMost);
    private readonly HashSet<GrainKey> _inHand = [];
    private int _sweeps;

    private Bucket Bucket => new((int)this.GetPrimaryKeyLong(), _options.Buckets);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (this.GetPrimaryKeyLong() < _options.Buckets)
        {
            this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.SweepInterval) { KeepAlive = true });
        }

        return Task.CompletedTask;
    }

    public Task StartAsync() => this.RegisterOrUpdateReminder(Reminder, _options.SweeperReminder, _options.SweeperReminder);

    /// <summary>Being awake is all that a reminder asks for.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_sweeps++ % SweepsPerIntents == 0)
            {
                await AskAsync(cancellationToken);
            }

            await WakeAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.SweepFailed(Bucket.Number, exception);
        }
    }

    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        if (_inHand.Count >= _options.DueLimit)
        {
            return; // What is in hand comes first.
        }

        // Grains that are skipped must not crowd out the others.
        DateTimeOffset now = services.Time.GetUtcNow();
        int limit = _options.DueLimit + _inHand.Count + _parked.Count;
        foreach (GrainKey key in await projections.DueAsync(Bucket, now, limit, cancellationToken))
        {
            if (!_parked.IsParked(key, now) && _inHand.Add(key))
            {
                _ = WakeAsync(key);
            }
        }
    }

    /// <summary>Not awaited by the sweep: one grain whose silo is gone must not hold up the bucket.</summary>
    private async Task WakeAsync(GrainKey key)
    {
        try
        {
            if (GrainFactory.Find(key) is not { } grain)
            {
                _parked.Park(key, services.Time.GetUtcNow());
                return;
            }

            // Who lost or could not be written is due still, and comes with the next sweep.
            ReplyEnvelope answer = await grain.WakeAsync();
            if (answer.Outcome == TurnOutcome.Answered && services.Messages.ReadReply(answer.Body) is TurnFailed)
            {
                _parked.Park(key, services.Time.GetUtcNow());
            }
            else
            {
                _parked.Forget(key);
            }
        }
        catch (Exception exception)
        {
            logger.GrainUnavailable(key, 1, exception.Message);
        }
        finally
        {
            _inHand.Remove(key);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Intent> left = await projections.IntendedAsync(Bucket, _options.IntentAge, _options.DueLimit, cancellationToken);
        if (left.Count > 0)
        {
            logger.IntentsFound(left.Count, Bucket.Number);
        }

        foreach (Intent intent in left.Where(i => _inHand.Add(i.Key)))
        {
            _ = AskAsync(intent);
        }
    }

    private async Task AskAsync(Intent intent)
    {
        try
        {
            if (GrainFactory.Find(intent.Key) is { } grain)
            {
                await grain.SettleAsync(intent.Number);
            }
        }
        catch (Exception exception)
        {
            logger.GrainUnavailable(intent.Key, 1, exception.Message);
        }
        finally
        {
            _inHand.Remove(intent.Key);
        }
    }
}
