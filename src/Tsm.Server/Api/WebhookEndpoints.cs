using System.Globalization;
using Microsoft.Extensions.Options;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Webhooks;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Webhooks: making, lists, switches, and what became of their deliveries.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder webhooks = routes.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapPost("", WebhookMaking.CreateAsync)
            .WithName("CreateWebhook")
            .WithSummary("Makes a webhook for events from now on; only the answer, and that to the same Idempotency-Key again, shows its secret")
            .Produces<WebhookCreated>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity)
            .AlsoFor(Role.Provider);
        webhooks.MapGet("", ListAsync)
            .WithName("ListWebhooks")
            .WithSummary("Lists webhooks; a provider sees its own")
            .Produces<ListOf<WebhookDetails>>()
            .AlsoFor(Role.Provider);
        webhooks.MapGet("/{id}", ShowAsync)
            .WithName("ShowWebhook")
            .WithSummary("Shows a webhook")
            .Produces<WebhookDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapDelete("/{id}", DeleteAsync)
            .WithName("DeleteWebhook")
            .WithSummary("Deletes a webhook and its deliveries")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapPost("/{id}/pause", PauseAsync)
            .WithName("PauseWebhook")
            .WithSummary("Pauses a webhook: its deliveries wait, as long as they are not given up")
            .Produces<WebhookDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapPost("/{id}/resume", ResumeAsync)
            .WithName("ResumeWebhook")
            .WithSummary("Lets a paused webhook go on")
            .Produces<WebhookDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapPost("/{id}/test", WebhookMaking.TestAsync)
            .WithName("TestWebhook")
            .WithSummary("Sends an event of kind webhook.test now, beside all others, and tells what became of it")
            .Produces<DeliveryDetails>()
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapGet("/{id}/deliveries", DeliveriesAsync)
            .WithName("ListDeliveries")
            .WithSummary("Lists the deliveries of a webhook, the newest first")
            .Produces<PageOf<DeliveryDetails>>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
        webhooks.MapPost("/{id}/deliveries/{delivery}/again", AgainAsync)
            .WithName("RepeatDelivery")
            .WithSummary("Delivers an event again, whatever became of it before")
            .Produces<DeliveryDetails>(StatusCodes.Status202Accepted)
            .Refuses(StatusCodes.Status404NotFound)
            .AlsoFor(Role.Provider);
    }

    private static async Task<IResult> ListAsync(Caller caller, IBooks books, CancellationToken cancellationToken)
    {
        IReadOnlyList<BookEntry<Webhook>> all = await books.ListAsync<Webhook>(caller.Tenant, caller.Provider, cancellationToken);
        return Results.Ok(new ListOf<WebhookDetails>([.. all.Select(e => WebhookDetails.From(e.Document))]));
    }

    private static async Task<IResult> ShowAsync(string id, Caller caller, IBooks books, CancellationToken cancellationToken) =>
        await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is { } entry
            ? Results.Ok(WebhookDetails.From(entry.Document))
            : ApiProblems.Result(ApiProblems.WebhookUnknown(id));

    private static async Task<IResult> DeleteAsync(
        string id, Caller caller, IBooks books, IWebhookDeliveries deliveries, TimeProvider time, CancellationToken cancellationToken)
    {
        while (await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is { } entry)
        {
            AuditEntry audit = AuditEntries.BookDeleted(time.GetUtcNow(), caller.Actor, entry.Document, $"Webhook {id} was deleted.");
            if (await books.DeleteAsync<Webhook>(caller.Tenant, id, entry.Version, audit, cancellationToken))
            {
                await deliveries.RemoveAsync(caller.Tenant, id, cancellationToken);
                return Results.NoContent();
            }
        }

        return ApiProblems.Result(ApiProblems.WebhookUnknown(id));
    }

    private static Task<IResult> PauseAsync(string id, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken) =>
        SwitchAsync(id, paused: true, caller, books, time, cancellationToken);

    private static Task<IResult> ResumeAsync(string id, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken) =>
        SwitchAsync(id, paused: false, caller, books, time, cancellationToken);

    private static async Task<IResult> SwitchAsync(
        string id, bool paused, Caller caller, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        Webhook? changed = await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is null ? null : await books.ChangeAsync<Webhook>(
            caller.Tenant,
            id,
            w => w.Paused == paused ? w : w with { Paused = paused },
            w => AuditEntries.BookSaved(time.GetUtcNow(), caller.Actor, w, $"Webhook {id} was {(paused ? "paused" : "resumed")}."),
            cancellationToken);
        return changed is null ? ApiProblems.Result(ApiProblems.WebhookUnknown(id)) : Results.Ok(WebhookDetails.From(changed));
    }

    private static async Task<IResult> DeliveriesAsync(
        string id, Caller caller, IBooks books, IWebhookDeliveries deliveries, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        if (await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is null)
        {
            return ApiProblems.Result(ApiProblems.WebhookUnknown(id));
        }

        return Paging.IsRight(limit, out Problem problem)
            ? await Paging.AnswerAsync(
                () => deliveries.ListAsync(caller.Tenant, id, cursor, limit ?? Paging.Default, cancellationToken), DeliveryDetails.From)
            : ApiProblems.Result(problem);
    }

    private static async Task<IResult> AgainAsync(
        string id,
        string delivery,
        Caller caller,
        IBooks books,
        IWebhookDeliveries deliveries,
        IOptions<WebhookOptions> options,
        CancellationToken cancellationToken)
    {
        if (await books.FindOwnAsync<Webhook>(caller, id, cancellationToken) is null)
        {
            return ApiProblems.Result(ApiProblems.WebhookUnknown(id));
        }

        return long.TryParse(delivery, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && await deliveries.AgainAsync(caller.Tenant, id, number, options.Value.GiveUpAfter, cancellationToken)
            && await deliveries.FindAsync(caller.Tenant, id, number, cancellationToken) is { } found
            ? Results.Accepted($"/api/v1/webhooks/{id}/deliveries", DeliveryDetails.From(found))
            : ApiProblems.Result(ApiProblems.DeliveryUnknown(delivery));
    }
}
