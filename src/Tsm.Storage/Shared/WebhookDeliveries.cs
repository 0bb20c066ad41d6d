using System.Globalization;
using Tsm.Application.Ports;
using Tsm.Application.Webhooks;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Deliveries of webhooks, in the tables <c>webhooks_served</c> and <c>webhook_deliveries</c>.</summary>
public sealed partial class WebhookDeliveries(ISql sql) : IWebhookDeliveries
{
    private const string Ours = "tenant = @tenant AND webhook = @webhook";

    private const string AddSql =
        """
        INSERT INTO webhook_deliveries (tenant, webhook, event, kind, body, status, attempts, created_at, give_up_at, next_at)
        VALUES (@tenant, @webhook, @Event, @Kind, @Body, 'Waiting', 0, @now, @giveUp, @now)
        ON CONFLICT (tenant, webhook, event) DO NOTHING
        """;

    /// <inheritdoc/>
    public async Task<long> LastEventAsync(string tenant, CancellationToken cancellationToken) =>
        (await sql.QueryAsync<long>("SELECT COALESCE(MAX(seq), 0) FROM events WHERE tenant = @tenant", new { tenant }, cancellationToken))[0];

    /// <inheritdoc/>
    public Task OpenAsync(string tenant, string webhook, long after, CancellationToken cancellationToken) => RunAsync(
        tenant,
        "INSERT INTO webhooks_served (tenant, webhook, after, lease_until) VALUES (@tenant, @webhook, @after, 0) ON CONFLICT DO NOTHING",
        new { tenant, webhook, after },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(string Tenant, string Webhook)>> UnopenedAsync(CancellationToken cancellationToken) =>
        [.. (await sql.QueryAsync<ServedRow>(
            """
            SELECT b.tenant AS Tenant, b.id AS Webhook FROM books AS b WHERE b.kind = @kind
            AND NOT EXISTS (SELECT 1 FROM webhooks_served AS s WHERE s.tenant = b.tenant AND s.webhook = b.id)
            """,
            new { kind = Webhook.Kind },
            cancellationToken)).Select(r => (r.Tenant, r.Webhook))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WebhookClaim>> ClaimAsync(string owner, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        const string free = "lease_until <= @now";
        long now = await sql.NowAsync(cancellationToken);
        IReadOnlyList<ServedRow> there = await sql.QueryAsync<ServedRow>(
            $"SELECT tenant AS Tenant, webhook AS Webhook, after AS After FROM webhooks_served WHERE {free} LIMIT @limit",
            new { now, limit },
            cancellationToken);
        List<WebhookClaim> claims = [];
        foreach (ServedRow row in there)
        {
            // Of nodes that see the same row one changes it; the others find the condition gone.
            IReadOnlyList<long> after = await sql.ChangeAsync<long>(
                $"UPDATE webhooks_served SET owner = @owner, lease_until = @until WHERE {Ours} AND {free} RETURNING after",
                new { tenant = row.Tenant, webhook = row.Webhook, owner, now, until = now + (long)lease.TotalMilliseconds },
                cancellationToken);
            claims.AddRange(after.Select(a => new WebhookClaim(row.Tenant, row.Webhook, a)));
        }

        return claims;
    }

    /// <inheritdoc/>
    public async Task<bool> RenewAsync(WebhookClaim claim, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        long now = await sql.NowAsync(cancellationToken);
        return await sql.TransactAsync(
            claim.Tenant,
            [new(
                $"UPDATE webhooks_served SET lease_until = @until, after = @after WHERE {Ours} AND owner = @owner AND lease_until > @now",
                new { tenant = claim.Tenant, webhook = claim.Webhook, after = claim.After, owner, now, until = now + (long)lease.TotalMilliseconds },
                MustChange: true)],
            [],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(WebhookClaim claim, string owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return RunAsync(
            claim.Tenant,
            $"UPDATE webhooks_served SET owner = NULL, lease_until = 0 WHERE {Ours} AND owner = @owner",
            new { tenant = claim.Tenant, webhook = claim.Webhook, owner },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task AddAsync(
        string tenant, string webhook, IReadOnlyList<WebhookItem> items, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        long now = await sql.NowAsync(cancellationToken);
        long giveUp = now + (long)giveUpAfter.TotalMilliseconds;
        await sql.TransactAsync(
            tenant,
            [.. items.Select(i => new SqlStatement(AddSql, new { tenant, webhook, i.Event, i.Kind, i.Body, now, giveUp }))],
            [],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<WebhookDelivery> RecordAsync(
        string tenant, string webhook, WebhookItem item, bool taken, int? code, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        long now = await sql.NowAsync(cancellationToken);
        return (await sql.ChangeAsync<DeliveryRow>(
            $"""
            INSERT INTO webhook_deliveries
                (tenant, webhook, event, kind, body, status, attempts, created_at, give_up_at, ended_at, code, text)
            VALUES (@tenant, @webhook, @Event, @Kind, @Body, @status, 1, @now, @now, @now, @code, @text)
            RETURNING {Columns}
            """,
            new
            {
                tenant,
                webhook,
                item.Event,
                item.Kind,
                item.Body,
                status = (taken ? DeliveryStatus.Delivered : DeliveryStatus.Failed).ToString(),
                now,
                code = (long?)code,
                text,
            },
            cancellationToken))[0].ToDelivery();
    }

    /// <inheritdoc/>
    public async Task<WebhookDelivery?> NextAsync(string tenant, string webhook, int orderedAttempts, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        return (await sql.QueryAsync<DeliveryRow>(
            $"""
            SELECT {Columns} FROM webhook_deliveries WHERE {Ours} AND status = 'Waiting' AND next_at <= @now AND (attempts >= @ordered OR seq = (
                SELECT MIN(seq) FROM webhook_deliveries WHERE {Ours} AND status = 'Waiting' AND attempts < @ordered))
            ORDER BY seq LIMIT 1
            """,
            new { tenant, webhook, now, ordered = (long)orderedAttempts },
            cancellationToken)).Select(r => r.ToDelivery()).FirstOrDefault();
    }

    /// <inheritdoc/>
    public async Task AttemptedAsync(
        string tenant, string webhook, long id, int? code, string text, TimeSpan? pause, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        await RunAsync(
            tenant,
            pause is null
                ? $"""
                  UPDATE webhook_deliveries SET status = 'Delivered', attempts = attempts + 1, next_at = NULL, ended_at = @now, code = @code, text = @text
                  WHERE {Ours} AND seq = @id
                  """
                : $"""
                  UPDATE webhook_deliveries SET attempts = attempts + 1, code = @code, text = @text,
                      status = CASE WHEN @next >= give_up_at THEN 'Failed' ELSE 'Waiting' END,
                      next_at = CASE WHEN @next >= give_up_at THEN NULL ELSE @next END,
                      ended_at = CASE WHEN @next >= give_up_at THEN @now ELSE NULL END
                  WHERE {Ours} AND seq = @id AND status = 'Waiting'
                  """,
            new { tenant, webhook, id, code = (long?)code, text, now, next = now + (long)(pause ?? TimeSpan.Zero).TotalMilliseconds },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> AgainAsync(string tenant, string webhook, long id, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        return await sql.TransactAsync(
            tenant,
            [new(
                $"""
                UPDATE webhook_deliveries SET status = 'Waiting', attempts = 0, next_at = @now, ended_at = NULL, give_up_at = @giveUp
                WHERE {Ours} AND seq = @id
                """,
                new { tenant, webhook, id, now, giveUp = now + (long)giveUpAfter.TotalMilliseconds },
                MustChange: true)],
            [],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<WebhookDelivery?> FindAsync(string tenant, string webhook, long id, CancellationToken cancellationToken) =>
        (await sql.QueryAsync<DeliveryRow>(
            $"SELECT {Columns} FROM webhook_deliveries WHERE {Ours} AND seq = @id", new { tenant, webhook, id }, cancellationToken))
            .Select(r => r.ToDelivery())
            .FirstOrDefault();

    /// <inheritdoc/>
    public async Task<Page<WebhookDelivery>> ListAsync(
        string tenant, string webhook, string? cursor, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        IReadOnlyList<DeliveryRow> rows = await sql.QueryAsync<DeliveryRow>(
            $"SELECT {Columns} FROM webhook_deliveries WHERE {Ours} AND seq < @before ORDER BY seq DESC LIMIT @take",
            new { tenant, webhook, before = StoredValues.Before(cursor), take = limit + 1 },
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToDelivery())],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string tenant, string webhook, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant,
        [
            new($"DELETE FROM webhook_deliveries WHERE {Ours}", new { tenant, webhook }),
            new($"DELETE FROM webhooks_served WHERE {Ours}", new { tenant, webhook }),
        ],
        [],
        cancellationToken);

    /// <inheritdoc/>
    public async Task GiveUpAsync(string tenant, string webhook, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        await RunAsync(
            tenant,
            $"UPDATE webhook_deliveries SET status = 'Failed', next_at = NULL, ended_at = @now, text = @text WHERE {Ours} AND status = 'Waiting' AND give_up_at <= @now",
            new { tenant, webhook, now, text = "Given up: the webhook was paused." },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task ForgetAsync(string tenant, string webhook, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        await RunAsync(
            tenant,
            $"DELETE FROM webhook_deliveries WHERE {Ours} AND status <> 'Waiting' AND ended_at < @old",
            new { tenant, webhook, old = now - (long)keepFor.TotalMilliseconds },
            cancellationToken);
    }

    private Task<bool> RunAsync(string tenant, string statement, object values, CancellationToken cancellationToken) =>
        sql.TransactAsync(tenant, [new(statement, values)], [], cancellationToken);
}
