using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Events as they happen, on whichever node: the table is looked at every second.</summary>
/// <remarks>
/// The id of a message is <c>settled.event</c>: who comes back with it gets everything after <c>settled</c> but that event, so
/// that what was committed late is not missed. What comes twice has the same id in its data.
/// </remarks>
internal static class EventStream
{
    public const string MediaType = "text/event-stream";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(15);

    public static async Task<IResult> FollowAsync(
        HttpContext context,
        Caller caller,
        IEvents events,
        IWebhookDeliveries places,
        TokenKeeper tokens,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        IOptions<JsonOptions> json,
        string? provider,
        string? kind,
        string? service,
        string? card)
    {
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        if (!TryRead(last, out long after, out long known))
        {
            return ApiProblems.Result(ApiProblems.RequestInvalid(
                $"Last-Event-ID is '{last}'.", "Send the id of the last message of an earlier stream, or leave it out for what happens from now on."));
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (last.Length == 0)
        {
            after = await places.LastEventAsync(caller.Tenant, either.Token);
        }

        bool Wanted(StoredEvent e) => e.Id != known
            && (provider is null || e.Event.Provider == provider)
            && (kind is null || e.Event.Kind == kind)
            && (service is null || e.Event.Service == service)
            && (card is null || e.Event.Iccid == card || e.Event.Msisdn == card);

        context.Response.ContentType = MediaType;
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            var follower = new EventFollower(events, time, caller.Tenant, caller.Provider, after);
            await WriteAsync(context, ": events follow\n\n", either.Token);
            long written = time.GetTimestamp();
            while (await IsStillInAsync(context, tokens, either.Token))
            {
                IReadOnlyList<StoredEvent> fresh = await follower.NextAsync(either.Token);
                string text = Messages(fresh.Where(Wanted), follower.Settled, json.Value.SerializerOptions);
                if (text.Length > 0 || time.GetElapsedTime(written) >= SignOfLifeEvery)
                {
                    await WriteAsync(context, text.Length > 0 ? text : ": still here\n\n", either.Token);
                    written = time.GetTimestamp();
                }

                await Task.Delay(LookEvery, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The other end has gone, or the server stops.
        }

        return Results.Empty;
    }

    private static string Messages(IEnumerable<StoredEvent> events, long settled, JsonSerializerOptions json)
    {
        var text = new StringBuilder();
        foreach (StoredEvent stored in events)
        {
            string data = JsonSerializer.Serialize(EventDetails.From(stored), json);
            text.Append(CultureInfo.InvariantCulture, $"id: {settled}.{stored.Id}\nevent: {stored.Event.Kind}\ndata: {data}\n\n");
        }

        return text.ToString();
    }

    /// <summary>Whether the token still lets in: a stream outlives no revocation.</summary>
    private static async Task<bool> IsStillInAsync(HttpContext context, TokenKeeper tokens, CancellationToken cancellationToken) =>
        TokenCheck.Offered(context) is { } offered && (await tokens.FindAsync(offered, claim: null, cancellationToken)).Caller is not null;

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync(text, cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>Reads <c>settled.event</c>, or the id of an event from a list.</summary>
    private static bool TryRead(string text, out long after, out long known)
    {
        after = known = 0;
        return text.Split('.') switch
        {
            [""] => true,
            [var one] => long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out after),
            [var settled, var seen] => long.TryParse(settled, NumberStyles.None, CultureInfo.InvariantCulture, out after)
                && long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out known),
            _ => false,
        };
    }
}
