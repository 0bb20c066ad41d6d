using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>What is to be looked at, in the table <c>work_due</c>. Claims end on the clock that all nodes share.</summary>
public sealed class DueWork(ISql sql) : IDueWork
{
    /// <inheritdoc/>
    public Task AskAsync(string tenant, string kind, string item, DateTimeOffset due, CancellationToken cancellationToken) =>
        sql.TransactAsync(tenant, [Ask(tenant, kind, item, StoredValues.Milliseconds(due))], [], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkItem>> ClaimAsync(string kind, int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        long until = now + (long)lease.TotalMilliseconds;

        // Asked first without a lock or a writer: most looks find nothing.
        const string Ready = "kind = @kind AND due <= @now AND (claimed_until IS NULL OR claimed_until <= @now)";
        var values = new { kind, limit, now, until };
        if ((await sql.QueryAsync<long>($"SELECT 1 FROM work_due WHERE {Ready} LIMIT 1", values, cancellationToken)).Count == 0)
        {
            return [];
        }

        IReadOnlyList<Row> rows = await sql.ChangeAsync<Row>(
            $"""
            UPDATE work_due SET claimed_until = @until
            WHERE kind = @kind AND (tenant, item) IN (
                SELECT tenant, item FROM work_due WHERE {Ready} ORDER BY due LIMIT @limit {sql.SkipLocked})
            RETURNING tenant AS Tenant, item AS Item, mark AS Mark
            """,
            values,
            cancellationToken);
        return [.. rows.Select(r => new WorkItem(r.Tenant, kind, r.Item, r.Mark, until))];
    }

    /// <inheritdoc/>
    public Task SettleAsync(WorkItem item, DateTimeOffset? again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        const string Its = "tenant = @Tenant AND kind = @Kind AND item = @Item";
        var values = new { item.Tenant, item.Kind, item.Item, item.Mark, item.ClaimedUntil, again = StoredValues.Milliseconds(again) };
        return sql.TransactAsync(
            item.Tenant,
            [
                again is null
                    ? new($"DELETE FROM work_due WHERE {Its} AND mark = @Mark AND claimed_until = @ClaimedUntil", values)
                    : new($"UPDATE work_due SET due = @again WHERE {Its} AND mark = @Mark AND claimed_until = @ClaimedUntil", values),
                new($"UPDATE work_due SET claimed_until = NULL WHERE {Its} AND claimed_until = @ClaimedUntil", values),
            ],
            [],
            cancellationToken);
    }

    /// <summary>The statement that asks for a look, for the transaction of what makes it needed.</summary>
    internal static SqlStatement Ask(string tenant, string kind, string item, long due) => new(
        $"INSERT INTO work_due (tenant, kind, item, due, mark) VALUES (@tenant, @kind, @item, @due, 1) {OnceMore}",
        new { tenant, kind, item, due });

    /// <summary>What was asked for already is asked for once more, and as soon.</summary>
    internal const string OnceMore =
        """
        ON CONFLICT (tenant, kind, item) DO UPDATE SET
            due = CASE WHEN excluded.due < work_due.due THEN excluded.due ELSE work_due.due END, mark = work_due.mark + 1
        """;

    private sealed class Row
    {
        public string Tenant { get; init; } = "";

        public string Item { get; init; } = "";

        public long Mark { get; init; }
    }
}
