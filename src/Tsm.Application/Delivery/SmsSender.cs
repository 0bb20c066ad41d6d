using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;

namespace Tsm.Application.Delivery;

/// <summary>
/// Sends what is ready to leave on one road. It claims only what the window can take and only while the road is bound, so
/// limits hold - the rate over all nodes among them -, a pause takes effect at once, and nothing is claimed that would wait here.
/// </summary>
public sealed partial class SmsSender(
    ISmsRoad road, RoadCredits credits, IOutbox outbox, IGrainHost host, TimeProvider time, ILogger<SmsSender> logger) : BackgroundService
{
    /// <summary>How long a packet may be under way to the SMSC before it counts as possibly sent.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>How long the road rests after the SMSC said that it has enough, or the store did not answer.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    // How long answers are waited for when the process stops; what is open then counts as possibly sent.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _drain = new();
    private readonly HashSet<Task> _flights = [];

    // Most packets of a load are as long as the card takes; a first guess that the first claim corrects.
    private int _segmentsPerPacket = 5;
    private int _segmentsUnderWay;
    private volatile bool _slowDown;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _drain.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool open = true;
        while (open && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                open = await RoundAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                if (exception is not StoreUnavailableException)
                {
                    logger.SendingInterrupted(road.Name, exception);
                }

                await RestAsync(stoppingToken);
            }
        }

        _drain.CancelAfter(DrainTime);
        await Task.WhenAll(_flights);
    }

    private async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        if (_slowDown)
        {
            await RestAsync(cancellationToken);
            _slowDown = false;
        }

        int room = road.Window - Volatile.Read(ref _segmentsUnderWay);
        if (room <= 0)
        {
            await Task.WhenAny(_flights).WaitAsync(cancellationToken);
            _flights.RemoveWhere(f => f.IsCompleted);
            return true;
        }

        room = Math.Min(room, road.FreeWindow);
        if (room == 0)
        {
            return await road.WaitForRoomAsync(cancellationToken);
        }

        // What is claimed leaves at once: the road's rate, which all nodes share, has room for it.
        room = Math.Min(room, await credits.ReadyAsync(cancellationToken));
        int limit = Math.Max(1, room / _segmentsPerPacket);
        IReadOnlyList<OutboxPacket> packets = await outbox.ClaimAsync(road.Name, limit, Lease, cancellationToken);
        _flights.RemoveWhere(f => f.IsCompleted);
        if (packets.Count == 0)
        {
            await credits.ReturnAsync(cancellationToken);
            await outbox.WaitAsync(road.Name, cancellationToken);
            return true;
        }

        _segmentsPerPacket = Math.Max(1, packets.Max(p => p.Segments.Length));
        foreach (OutboxPacket packet in packets)
        {
            Interlocked.Add(ref _segmentsUnderWay, packet.Segments.Length);
            _flights.Add(SendAsync(packet, _drain.Token));
        }

        return true;
    }

    private async Task SendAsync(OutboxPacket packet, CancellationToken cancellationToken)
    {
        try
        {
            // All segments are handed over before the first answer is waited for.
            Task<SegmentOutcome>[] submits = [.. packet.Segments.Select(s => road.SubmitAsync(packet.Destination, s, cancellationToken))];
            await SettleAsync(packet, await Task.WhenAll(submits), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The claim stays: at the next start it counts as possibly sent.
        }
        catch (Exception exception)
        {
            logger.PacketUnsettled(packet.Grain, packet.PacketId, exception);
        }
        finally
        {
            Interlocked.Add(ref _segmentsUnderWay, -packet.Segments.Length);
        }
    }

    private async Task SettleAsync(OutboxPacket packet, SegmentOutcome[] outcomes, CancellationToken cancellationToken)
    {
        bool mayHaveLeft = outcomes.Any(o => o.Kind is SegmentResult.Accepted or SegmentResult.Unknown);

        // Of several refusals the one that lasts decides.
        SegmentOutcome refusal = outcomes.Where(o => o.Kind == SegmentResult.Refused).OrderBy(Passes).FirstOrDefault();
        bool refused = refusal.Kind == SegmentResult.Refused;
        if (outcomes.All(o => o.Kind == SegmentResult.Accepted))
        {
            logger.PacketAccepted(packet.Grain, packet.PacketId, packet.Attempt, outcomes.Length);
            await host.TellAsync(packet, SubmitOutcome.Accepted, problem: null, time, cancellationToken);
        }
        else if (refused ? Passes(refusal) : !mayHaveLeft)
        {
            // A packet that lacks a segment was never whole: all of it may be sent again at once, and no attempt is spent.
            _slowDown = true;
            await outbox.ReleaseAsync([packet], cancellationToken);
        }
        else if (refused && (!mayHaveLeft || packet.Attempt == 1))
        {
            // A card cannot put together what was never whole; of a repetition the other attempts may complete it.
            logger.PacketRefused(packet.Grain, packet.PacketId, road.Name, refusal.Status.Name);
            await host.TellAsync(packet, SubmitOutcome.Refused, SmscProblem.Of(road.Name, refusal.Status), time, cancellationToken);
        }
        else
        {
            logger.PacketUnknown(packet.Grain, packet.PacketId, road.Name);
            Problem? problem = refused ? SmscProblem.Of(road.Name, refusal.Status) : null;
            await host.TellAsync(packet, SubmitOutcome.Unknown, problem, time, cancellationToken);
        }
    }

    // The SMSC has not taken the segment, and will when its trouble is over, or when it is bound to again.
    private static bool Passes(SegmentOutcome outcome) =>
        outcome.Status.Disposition is StatusDisposition.RetryLater or StatusDisposition.Rebind;

    private Task RestAsync(CancellationToken cancellationToken) => Task
        .Delay(Rest, time, cancellationToken)
        .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
