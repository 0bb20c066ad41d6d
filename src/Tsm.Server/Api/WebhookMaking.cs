using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Webhooks;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Makes webhooks and tries them out.</summary>
internal static class WebhookMaking
{
    private const int SecretOctets = 32;
    private const int MaxUrlLength = 2000;
    private const int MaxItems = 100;
    private const string SecretPrefix = "whsec_";

    public static async Task<IResult> CreateAsync(
        WebhookRequest body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        Caller caller,
        IBooks books,
        IWebhookDeliveries deliveries,
        IKeyVault vault,
        WebhookAddresses addresses,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (RequestForms.KeyFault(idempotencyKey) is { } wrong)
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(wrong, "Correct the request; nothing was done."));
        }

        var faults = new Faults();
        string? provider = body.Provider ?? caller.Provider;
        if (provider is not null)
        {
            faults.Demand(
                caller.MaySee(provider) && await books.FindAsync<Provider>(caller.Tenant, provider, cancellationToken) is not null,
                "provider", "PROVIDER_UNKNOWN", $"No provider is called '{provider}'.", "Look it up with GET /api/v1/providers.");
        }

        Uri? url = Url(faults, body.Url, addresses);
        ImmutableArray<string> kinds = Items(faults, "kinds", body.Kinds);
        ImmutableArray<string> services = Items(faults, "services", body.Services);
        if (faults.Any)
        {
            return ApiProblems.Result(ApiProblems.WebhookInvalid(faults.Found[0].Problem), faults.Found);
        }

        DateTimeOffset now = time.GetUtcNow();
        string id = idempotencyKey is null ? Guid.CreateVersion7(now).ToString("N") : NameOf(caller, idempotencyKey);
        string secret = SecretPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretOctets));
        var webhook = new Webhook
        {
            Id = id,
            Provider = provider,
            Url = url!,
            Kinds = kinds,
            Services = services,
            Secret = vault.Seal(Webhook.Place(caller.Tenant, id), Encoding.UTF8.GetBytes(secret)),
            CreatedAt = now,
            After = await deliveries.LastEventAsync(caller.Tenant, cancellationToken),
        };
        AuditEntry audit = AuditEntries.BookSaved(
            now, caller.Actor, webhook, $"A webhook to {url!.Host} was made.", ("url", url.AbsoluteUri), ("provider", provider));
        if (!await books.SaveAsync(caller.Tenant, webhook, expected: 0, audit, cancellationToken))
        {
            // Made before, by the same request: whoever has not heard the answer cannot read what the webhook signs.
            if (await books.FindAsync<Webhook>(caller.Tenant, id, cancellationToken) is not { Document: { } made } || !IsSame(made, webhook))
            {
                return ApiProblems.Result(ApiProblems.IdempotencyKeyReused($"webhook {id}"));
            }

            (webhook, secret) = (made, Encoding.UTF8.GetString(vault.Unseal(Webhook.Place(caller.Tenant, id), made.Secret)));
        }

        await deliveries.OpenAsync(caller.Tenant, id, webhook.After, cancellationToken);
        return Results.Created($"/api/v1/webhooks/{id}", new WebhookCreated(secret, WebhookDetails.From(webhook)));
    }

    private static string NameOf(Caller caller, string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{caller.Tenant}|webhook|{caller.Actor.Kind}|{caller.Actor.Name.Length}:{caller.Actor.Name}|{key}")).AsSpan(0, 16));

    private static bool IsSame(Webhook made, Webhook asked) =>
        made.Provider == asked.Provider && made.Url == asked.Url && made.Kinds.SequenceEqual(asked.Kinds) && made.Services.SequenceEqual(asked.Services);

    public static async Task<IResult> TestAsync(
        string id,
        Caller caller,
        IBooks books,
        IWebhookDeliveries deliveries,
        WebhookSender sender,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is not { Document: { } webhook })
        {
            return ApiProblems.Result(ApiProblems.WebhookUnknown(id));
        }

        DateTimeOffset now = time.GetUtcNow();
        string name = $"test-{Guid.CreateVersion7(now):N}";
        var raised = new ServiceEvent(
            now, WebhookMessage.TestKind, webhook.Provider, null, null, null, null, null,
            "This is a test: nothing has happened.", ImmutableSortedDictionary<string, string>.Empty);
        var item = new WebhookItem(name, WebhookMessage.TestKind, WebhookMessage.Body(name, raised));
        WebhookAnswer answer = await sender.SendAsync(caller.Tenant, webhook, item.Event, item.Body, cancellationToken);
        WebhookDelivery recorded = await deliveries.RecordAsync(
            caller.Tenant, id, item, answer.IsTaken, answer.Code, answer.Text, cancellationToken);
        return Results.Ok(DeliveryDetails.From(recorded));
    }

    private static Uri? Url(Faults faults, string? text, WebhookAddresses addresses)
    {
        Uri? url = null;
        if (faults.Demand(
            text is { Length: <= MaxUrlLength } && Uri.TryCreate(text, UriKind.Absolute, out url),
            "url", "URL_INVALID", $"The URL is {(text is null ? "missing" : "none")}.", "Write a URL such as https://provider.example/tsm-events."))
        {
            string? fault = addresses.Fault(url!);
            faults.Demand(
                fault is null, "url", "URL_NOT_ALLOWED", fault ?? "",
                "Write an https URL outside of private networks; Webhooks:AllowPrivate and AllowLoopback (--local-webhooks) of the server take others.");
        }

        return url;
    }

    private static ImmutableArray<string> Items(Faults faults, string field, IReadOnlyList<string>? items)
    {
        ImmutableArray<string> read = [.. (items ?? []).Distinct(StringComparer.Ordinal)];
        faults.Demand(
            read.Length <= MaxItems && read.All(i => i.Length is > 0 and <= 64),
            field, "FILTER_INVALID", $"{field} holds too many items, or one that is empty or too long.", $"Write at most {MaxItems}, or leave it out for all.");
        return read;
    }
}
