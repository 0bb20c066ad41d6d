using Tsm.Application.Events;
using Tsm.Application.Ports;

namespace Tsm.Application.Webhooks;

/// <summary>One node's service of one webhook: events become deliveries, and deliveries are attempted one after the other.</summary>
internal sealed class WebhookRun(
    WebhookClaim claim,
    string owner,
    IWebhookDeliveries deliveries,
    IBooks books,
    IEvents events,
    WebhookSender sender,
    TimeProvider time,
    WebhookOptions options)
{
    /// <summary>After so many attempts new events are looked for again.</summary>
    private const int AttemptsInOnePass = 50;

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private EventFollower? _follower;
    private long _renewedAt = time.GetTimestamp();
    private long? _forgotAt;

    /// <summary>Does what is to be done now; false when the webhook is no longer this node's.</summary>
    public async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        // Events before the webhook: one that was raised after a pause finds it paused.
        IReadOnlyList<StoredEvent> fresh = [];
        if (_follower is not null)
        {
            if (!await RenewAsync(cancellationToken))
            {
                return false;
            }

            fresh = await _follower.NextAsync(cancellationToken);
        }

        if (await books.FindAsync<Webhook>(claim.Tenant, claim.Webhook, cancellationToken) is not { Document: { } webhook })
        {
            await deliveries.RemoveAsync(claim.Tenant, claim.Webhook, cancellationToken);
            return false;
        }

        // Its provider is known only now; the next pass has the events.
        _follower ??= new(events, time, claim.Tenant, webhook.Provider, claim.After);
        WebhookItem[] wanted = [.. fresh
            .Where(e => e.Id > webhook.After && webhook.Wants(e.Event))
            .Select(e => new WebhookItem(e.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Event.Kind, WebhookMessage.Body(e)))];
        if (wanted.Length > 0)
        {
            await deliveries.AddAsync(claim.Tenant, claim.Webhook, wanted, options.GiveUpAfter, cancellationToken);
        }

        await ForgetAsync(webhook, cancellationToken);
        for (int attempt = 0; attempt < AttemptsInOnePass && !webhook.Paused; attempt++)
        {
            if (!await RenewAsync(cancellationToken))
            {
                return false;
            }

            if (!await AttemptAsync(webhook, cancellationToken))
            {
                break;
            }
        }

        return true;
    }

    /// <summary>Makes the attempt that is due; false when none is.</summary>
    private async Task<bool> AttemptAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        if (await deliveries.NextAsync(claim.Tenant, claim.Webhook, options.OrderedAttempts, cancellationToken) is not { } next)
        {
            return false;
        }

        // An attempt that has begun is ended and noted, even while the node stops: otherwise it would be made once more.
        WebhookAnswer answer = await sender.SendAsync(claim.Tenant, webhook, next.Event, next.Body, CancellationToken.None);
        TimeSpan? pause = answer.IsTaken ? null : options.PauseAfter(next.Attempts + 1);
        await deliveries.AttemptedAsync(claim.Tenant, claim.Webhook, next.Id, answer.Code, answer.Text, pause, CancellationToken.None);
        return true;
    }

    private async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_renewedAt) < options.Lease / 3)
        {
            return true;
        }

        long now = time.GetTimestamp();
        bool isOurs = await deliveries.RenewAsync(claim with { After = _follower!.Settled }, owner, options.Lease, cancellationToken);
        _renewedAt = now;
        return isOurs;
    }

    private async Task ForgetAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        if (_forgotAt is not { } at || time.GetElapsedTime(at) >= ForgetEvery)
        {
            // Elsewhere an attempt decides what is given up; here none is made.
            if (webhook.Paused)
            {
                await deliveries.GiveUpAsync(claim.Tenant, claim.Webhook, cancellationToken);
            }

            await deliveries.ForgetAsync(claim.Tenant, claim.Webhook, options.KeepFor, cancellationToken);
            _forgotAt = time.GetTimestamp();
        }
    }
}
