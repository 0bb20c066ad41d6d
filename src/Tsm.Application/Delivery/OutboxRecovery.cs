using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Delivery;

/// <summary>Settles packets that were claimed by somebody who never said what became of them: they count as possibly sent.</summary>
public sealed class OutboxRecovery(IOutbox outbox, IGrainHost host, TimeProvider time, ILogger<OutboxRecovery> logger) : BackgroundService
{
    private const int Limit = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Ends the claims of the process before this one, which is gone, before any sender claims.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await outbox.ExpireClaimsAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SettleAsync(stoppingToken) == Limit)
                {
                    // More may be waiting.
                }

                await Task.Delay(Interval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (exception is not StoreUnavailableException)
                {
                    logger.RecoveryInterrupted(exception);
                }

                await Task.Delay(Interval, time, stoppingToken);
            }
        }
    }

    private async Task<int> SettleAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxPacket> abandoned = await outbox.AbandonedAsync(Limit, cancellationToken);
        if (abandoned.Count > 0)
        {
            logger.ClaimsAbandoned(abandoned.Count);
            await Task.WhenAll(abandoned.Select(p => host.TellAsync(p, SubmitOutcome.Unknown, problem: null, time, cancellationToken)));
        }

        return abandoned.Count;
    }
}
