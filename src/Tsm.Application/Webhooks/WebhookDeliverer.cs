using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Webhooks;

/// <summary>Serves webhooks: each is one node's at a time, and another's when that one dies.</summary>
public sealed class WebhookDeliverer(
    IWebhookDeliveries deliveries,
    IBooks books,
    IEvents events,
    WebhookSender sender,
    TimeProvider time,
    IOptions<WebhookOptions> options,
    ILogger<WebhookDeliverer> logger) : BackgroundService
{
    private const int ClaimsAtOnce = 32;
    private static readonly TimeSpan OpenEvery = TimeSpan.FromSeconds(10);

    /// <summary>Of this process alone: one that is started again does not take itself for the one that died.</summary>
    private readonly string _owner = Guid.CreateVersion7().ToString("N");

    private readonly List<Task> _served = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool isTold = false;
        long? openedAt = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (openedAt is not { } at || time.GetElapsedTime(at) >= OpenEvery)
                {
                    await OpenAsync(stoppingToken);
                    openedAt = time.GetTimestamp();
                }

                _served.RemoveAll(t => t.IsCompleted);
                foreach (WebhookClaim claim in await deliveries.ClaimAsync(_owner, options.Value.Lease, ClaimsAtOnce, stoppingToken))
                {
                    _served.Add(ServeAsync(claim, stoppingToken));
                }

                isTold = false;
                await Task.Delay(options.Value.LookEvery, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                if (!isTold && exception is not StoreUnavailableException)
                {
                    logger.WebhooksInterrupted(exception);
                }

                isTold = true;
                await Task.Delay(options.Value.LookEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_served);
    }

    /// <summary>Brings webhooks into service that were written down by somebody who did not come further.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        foreach ((string tenant, string id) in await deliveries.UnopenedAsync(cancellationToken))
        {
            if (await books.FindAsync<Webhook>(tenant, id, cancellationToken) is { } entry)
            {
                await deliveries.OpenAsync(tenant, id, entry.Document.After, cancellationToken);
            }
        }
    }

    /// <summary>Serves one webhook until the node stops, something fails, or the claim is lost.</summary>
    private async Task ServeAsync(WebhookClaim claim, CancellationToken stoppingToken)
    {
        var run = new WebhookRun(claim, _owner, deliveries, books, events, sender, time, options.Value);
        try
        {
            while (await run.PassAsync(stoppingToken))
            {
                await Task.Delay(options.Value.LookEvery, time, stoppingToken);
            }
        }
        catch (Exception exception)
        {
            if (exception is not (OperationCanceledException or StoreUnavailableException))
            {
                logger.WebhookInterrupted(exception, claim.Webhook);
            }

            await ReleaseAsync(claim);
        }
    }

    private async Task ReleaseAsync(WebhookClaim claim)
    {
        try
        {
            await deliveries.ReleaseAsync(claim, _owner, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The lease runs out by itself.
        }
    }
}

/// <summary>What the deliverer tells operators.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(EventId = 6050, Level = LogLevel.Warning, Message = "Webhooks cannot be served; it is tried again every second")]
    public static partial void WebhooksInterrupted(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6051, Level = LogLevel.Warning, Message = "Webhook {Webhook} was interrupted; it goes on within seconds")]
    public static partial void WebhookInterrupted(this ILogger logger, Exception exception, string webhook);
}
