using System.Threading.Channels;
using Tsm.Bearers.Smpp;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Smsc;

/// <summary>What waits for the ESME: kept until it is taken, over any session that can receive.</summary>
/// <remarks>
/// A message is given out again after a refusal, a lost connection or silence: the ESME may see it twice, but never
/// loses it (SMPP 3.4 §2.7, store and forward). The queue has no limit, because what it holds is what the ESME asked
/// for.
/// </remarks>
internal sealed class Outbox(Func<IReadOnlyList<SmppServerSession>> sessions, TimeSpan retryAfter, TimeProvider time,
    Tallies tallies)
{
    private readonly Channel<DeliverSm> _queue = Channel.CreateUnbounded<DeliverSm>(new() { SingleReader = true });

    // Holds one token at most: "look again".
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _count;
    private int _turn;

    /// <summary>How many messages are not yet taken.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a message in.</summary>
    public void Add(DeliverSm message)
    {
        Interlocked.Increment(ref _count);
        _queue.Writer.TryWrite(message);
    }

    /// <summary>Says that a session came or that one has room again.</summary>
    public void Notify() => _changed.Writer.TryWrite(true);

    /// <summary>Gives out messages until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (DeliverSm message in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                SmppServerSession session = await WaitForSessionAsync(cancellationToken);
                _ = DeliverAsync(session, message, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The SMSC stops.
        }
    }

    private async Task<SmppServerSession> WaitForSessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            SmppServerSession[] free = [.. sessions().Where(s => s.CanDeliver && s.FreeWindow > 0)];
            if (free.Length > 0)
            {
                _turn = (_turn + 1) % free.Length;
                return free[_turn];
            }

            await _changed.Reader.ReadAsync(cancellationToken);
        }
    }

    private async Task DeliverAsync(SmppServerSession session, DeliverSm message, CancellationToken cancellationToken)
    {
        try
        {
            RequestOutcome outcome = await session.DeliverAsync(message, cancellationToken);
            if (outcome is RequestOutcome.Answered { Pdu.Status.IsOk: true })
            {
                Interlocked.Decrement(ref _count);
                tallies.Add(Tally.Delivered);
                return;
            }

            tallies.Add(Tally.DeliveryRetries);
            if (outcome is RequestOutcome.Answered)
            {
                await Task.Delay(retryAfter, time, cancellationToken);
            }

            _queue.Writer.TryWrite(message);
        }
        catch (OperationCanceledException)
        {
            // The SMSC stops, and forgets.
        }
        finally
        {
            Notify();
        }
    }
}
