using System.Globalization;
using Tsm.Application.Ports;
using Tsm.Application.Webhooks;

namespace Tsm.Server.Contracts;

/// <summary>Something that has happened.</summary>
/// <param name="Id">Its place in the order of all; the same wherever the event is shown.</param>
/// <param name="At">When it happened.</param>
/// <param name="Kind">What, such as service.activated.</param>
/// <param name="Provider">The provider whom it concerns.</param>
/// <param name="Service">The service it is about.</param>
/// <param name="Card">The ICCID of the card it is about.</param>
/// <param name="Msisdn">The number of that card at that time.</param>
/// <param name="Job">The job that led to it.</param>
/// <param name="Request">The request that led to it.</param>
/// <param name="Text">The same in one sentence.</param>
/// <param name="Details">The particulars for programs.</param>
public sealed record EventDetails(
    string Id,
    DateTimeOffset At,
    string Kind,
    string? Provider,
    string? Service,
    string? Card,
    string? Msisdn,
    string? Job,
    string? Request,
    string Text,
    IReadOnlyDictionary<string, string> Details)
{
    internal static EventDetails From(StoredEvent stored) => new(
        stored.Id.ToString(CultureInfo.InvariantCulture),
        stored.Event.At,
        stored.Event.Kind,
        stored.Event.Provider,
        stored.Event.Service,
        stored.Event.Iccid,
        stored.Event.Msisdn,
        stored.Event.Job,
        stored.Event.Request,
        stored.Event.Text,
        stored.Event.Details);
}

/// <summary>A webhook to be made.</summary>
/// <param name="Provider">The provider whose events it gets; absent for all. A provider can only name itself.</param>
/// <param name="Url">Where to: https, or http on the server's own machine where it takes that.</param>
/// <param name="Kinds">The kinds of events that it gets; absent or empty for all.</param>
/// <param name="Services">The services whose events it gets; absent or empty for all.</param>
public sealed record WebhookRequest(string? Provider, string? Url, IReadOnlyList<string>? Kinds, IReadOnlyList<string>? Services);

/// <summary>A webhook, without its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Provider">The provider whose events it gets; absent for all.</param>
/// <param name="Url">Where to.</param>
/// <param name="Kinds">The kinds of events that it gets; empty for all.</param>
/// <param name="Services">The services whose events it gets; empty for all.</param>
/// <param name="Paused">Whether deliveries wait.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record WebhookDetails(
    string Id, string? Provider, string Url, IReadOnlyList<string> Kinds, IReadOnlyList<string> Services, bool Paused, DateTimeOffset CreatedAt)
{
    internal static WebhookDetails From(Webhook webhook) => new(
        webhook.Id,
        webhook.Provider,
        webhook.Url.AbsoluteUri,
        webhook.Kinds.IsDefault ? [] : webhook.Kinds,
        webhook.Services.IsDefault ? [] : webhook.Services,
        webhook.Paused,
        webhook.CreatedAt);
}

/// <summary>A webhook that was just made. Its secret is shown here alone: to who makes it, and to the same request again.</summary>
/// <param name="Secret">The key of the signature: the octets of this text in UTF-8.</param>
/// <param name="Details">The webhook.</param>
public sealed record WebhookCreated(string Secret, WebhookDetails Details);

/// <summary>An event on its way to the receiver of a webhook.</summary>
/// <param name="Id">Its place in the order of the webhook.</param>
/// <param name="Event">The event's id, which the header Tsm-Event-Id carries.</param>
/// <param name="Kind">The event's kind.</param>
/// <param name="Status">waiting, delivered or failed.</param>
/// <param name="Attempts">How many were made.</param>
/// <param name="CreatedAt">When the server took it up.</param>
/// <param name="NextAt">When the next attempt is due.</param>
/// <param name="GiveUpAt">When no further attempt is made.</param>
/// <param name="EndedAt">When it was delivered or given up.</param>
/// <param name="Code">The status of the last answer.</param>
/// <param name="Text">The first 200 characters of the last answer, or why there was none.</param>
public sealed record DeliveryDetails(
    string Id,
    string Event,
    string Kind,
    DeliveryStatus Status,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAt,
    DateTimeOffset GiveUpAt,
    DateTimeOffset? EndedAt,
    int? Code,
    string? Text)
{
    internal static DeliveryDetails From(WebhookDelivery delivery) => new(
        delivery.Id.ToString(CultureInfo.InvariantCulture),
        delivery.Event,
        delivery.Kind,
        delivery.Status,
        delivery.Attempts,
        delivery.CreatedAt,
        delivery.NextAt,
        delivery.GiveUpAt,
        delivery.EndedAt,
        delivery.Code,
        delivery.Text);
}
