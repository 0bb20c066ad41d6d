namespace Tsm.Application.Ports;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>Attempts are still made.</summary>
    Waiting,

    /// <summary>The receiver has taken it.</summary>
    Delivered,

    /// <summary>It was given up.</summary>
    Failed,
}

/// <summary>An event on its way to the receiver of a webhook.</summary>
/// <param name="Id">Its place in the order of the webhook.</param>
/// <param name="Event">The event's id.</param>
/// <param name="Body">What is sent, the same in every attempt.</param>
/// <param name="Attempts">How many were made.</param>
/// <param name="GiveUpAt">When no further attempt is made.</param>
/// <param name="NextAt">When the next attempt is due; null when there is none.</param>
/// <param name="Code">The status of the last answer.</param>
/// <param name="Text">The beginning of the last answer, or why there was none.</param>
public sealed record WebhookDelivery(
    long Id,
    string Event,
    string Kind,
    string Body,
    DeliveryStatus Status,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset GiveUpAt,
    DateTimeOffset? NextAt,
    DateTimeOffset? EndedAt,
    int? Code,
    string? Text);

/// <summary>An event for the receiver of a webhook.</summary>
public sealed record WebhookItem(string Event, string Kind, string Body);

/// <summary>A webhook that one node serves until its lease has run out.</summary>
/// <param name="After">The event after which to go on.</param>
public sealed record WebhookClaim(string Tenant, string Webhook, long After);

/// <summary>Deliveries, and which node serves which webhook, on the clock of the database.</summary>
public interface IWebhookDeliveries
{
    /// <summary>The place of the last event of a tenant; 0 when there is none.</summary>
    Task<long> LastEventAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Lets nodes serve a webhook from an event on; nothing changes when they do already.</summary>
    Task OpenAsync(string tenant, string webhook, long after, CancellationToken cancellationToken);

    /// <summary>Webhooks of the books that nobody may serve yet, because who made them did not come to <see cref="OpenAsync"/>.</summary>
    Task<IReadOnlyList<(string Tenant, string Webhook)>> UnopenedAsync(CancellationToken cancellationToken);

    /// <summary>Claims webhooks that no living node serves.</summary>
    Task<IReadOnlyList<WebhookClaim>> ClaimAsync(string owner, TimeSpan lease, int limit, CancellationToken cancellationToken);

    /// <summary>Renews a claim and remembers how far it has come; false when it has become another's.</summary>
    Task<bool> RenewAsync(WebhookClaim claim, string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives a claim back.</summary>
    Task ReleaseAsync(WebhookClaim claim, string owner, CancellationToken cancellationToken);

    /// <summary>Adds deliveries in their order; those of events that are there already are left out.</summary>
    Task AddAsync(string tenant, string webhook, IReadOnlyList<WebhookItem> items, TimeSpan giveUpAfter, CancellationToken cancellationToken);

    /// <summary>Adds a delivery of which the outcome is known.</summary>
    Task<WebhookDelivery> RecordAsync(
        string tenant, string webhook, WebhookItem item, bool taken, int? code, string text, CancellationToken cancellationToken);

    /// <summary>The delivery that is to be attempted now; null when none is.</summary>
    /// <param name="orderedAttempts">After how many failed attempts a delivery holds up the others no longer.</param>
    Task<WebhookDelivery?> NextAsync(string tenant, string webhook, int orderedAttempts, CancellationToken cancellationToken);

    /// <summary>Remembers what became of an attempt.</summary>
    /// <param name="pause">How long until the next attempt; null when the receiver has taken it.</param>
    Task AttemptedAsync(string tenant, string webhook, long id, int? code, string text, TimeSpan? pause, CancellationToken cancellationToken);

    /// <summary>Lets a delivery be attempted anew, whatever became of it; false when there is none.</summary>
    Task<bool> AgainAsync(string tenant, string webhook, long id, TimeSpan giveUpAfter, CancellationToken cancellationToken);

    /// <summary>One delivery.</summary>
    Task<WebhookDelivery?> FindAsync(string tenant, string webhook, long id, CancellationToken cancellationToken);

    /// <summary>Deliveries of a webhook, the newest first. Limit 1..1000.</summary>
    Task<Page<WebhookDelivery>> ListAsync(string tenant, string webhook, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>Takes a webhook's deliveries away, because there is no such webhook any more.</summary>
    Task RemoveAsync(string tenant, string webhook, CancellationToken cancellationToken);

    /// <summary>Gives up what waits past its time: of a paused webhook, for which no attempts are made.</summary>
    Task GiveUpAsync(string tenant, string webhook, CancellationToken cancellationToken);

    /// <summary>Takes deliveries away that have ended long ago.</summary>
    Task ForgetAsync(string tenant, string webhook, TimeSpan keepFor, CancellationToken cancellationToken);
}
