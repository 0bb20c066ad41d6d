using Npgsql;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>
/// Packets ready to leave, in PostgreSQL. Nodes claim side by side: what one is about to claim another skips. Claims are on the
/// clock of the database and carry the name of the node.
/// </summary>
public sealed class PostgresOutbox(PostgresDatabase database, OutboxSignal signal, TimeProvider time) : IOutbox
{
    /// <summary>How long <see cref="WaitAsync"/> waits at most; a packet that another node has queued waits that long at most.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(1);

    private const string Columns = "o.seq, o.tenant, o.grain, o.road, o.packet, o.attempt, o.destination, o.segments";

    private const string ClaimSql =
        $"""
        WITH ready AS MATERIALIZED (
            SELECT ctid AS place FROM outbox
            WHERE road = $1 AND claimed_until IS NULL AND NOT coalesce((SELECT r.paused FROM roads AS r WHERE r.road = $1), false)
            ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox AS o SET claimed_by = $3, claimed_until = now_ms() + $4
        FROM ready AS r WHERE o.ctid = r.place AND o.claimed_until IS NULL
        RETURNING {Columns}
        """;

    // Only what is still this node's: the packet may have been queued again meanwhile and be claimed by another.
    private const string ReleaseSql =
        """
        WITH ours AS MATERIALIZED (
            SELECT o.place FROM (SELECT * FROM unnest($1, $2, $3, $4) AS i (tenant, grain, packet, attempt)
                ORDER BY tenant COLLATE "C", grain COLLATE "C") AS i
            CROSS JOIN LATERAL (
                SELECT o.ctid AS place FROM outbox AS o
                WHERE o.tenant = i.tenant AND o.grain = i.grain AND o.packet = i.packet AND o.attempt = i.attempt AND o.claimed_by = $5
                FOR UPDATE) AS o
        )
        UPDATE outbox AS o SET claimed_by = NULL, claimed_until = NULL
        FROM ours AS u WHERE o.ctid = u.place AND o.claimed_by = $5
        """;

    private const string AbandonedSql =
        $"SELECT {Columns} FROM outbox AS o WHERE o.claimed_until <= now_ms() ORDER BY o.claimed_until, o.seq LIMIT $1";

    private const string ExpireSql = "UPDATE outbox SET claimed_until = 0 WHERE claimed_until > 0 AND claimed_by = $1";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OutboxPacket>> ClaimAsync(
        string road, int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        List<(long Seq, OutboxPacket Packet)> claimed = [.. await database.TurnAsync(
            connection => connection.QueryAsync(
                ClaimSql,
                [
                    PostgresValues.Text(road), PostgresValues.Number(limit),
                    PostgresValues.Text(database.Node), PostgresValues.Number((long)lease.TotalMilliseconds),
                ],
                Read,
                cancellationToken),
            cancellationToken)];

        // RETURNING promises no order.
        return [.. claimed.OrderBy(c => c.Seq).Select(c => c.Packet)];
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(IReadOnlyCollection<OutboxPacket> packets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(packets);
        if (packets.Count == 0)
        {
            return;
        }

        OutboxPacket[] rows = [.. packets];
        await database.TurnAsync(
            connection => connection.ChangeAsync(
                ReleaseSql,
                [
                    .. PostgresValues.Keys(rows, p => p.Grain),
                    PostgresValues.Texts(rows, p => p.PacketId), PostgresValues.Integers(rows, p => p.Attempt),
                    PostgresValues.Text(database.Node),
                ],
                cancellationToken),
            cancellationToken);
        foreach (string road in packets.Select(p => p.Road).Distinct(StringComparer.Ordinal))
        {
            signal.Set(road);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Of every node: whoever finds them first tells their grains, and a grain that hears it twice ignores the second.</remarks>
    public async Task<IReadOnlyList<OutboxPacket>> AbandonedAsync(int limit, CancellationToken cancellationToken) =>
    [
        .. (await database.TurnAsync(
            connection => connection.QueryAsync(AbandonedSql, [PostgresValues.Number(limit)], Read, cancellationToken),
            cancellationToken)).Select(p => p.Packet),
    ];

    /// <inheritdoc/>
    /// <remarks>Only those that a node of this name has left behind; the claims of others live, or end by their lease.</remarks>
    public Task ExpireClaimsAsync(CancellationToken cancellationToken) => database.TurnAsync(
        connection => connection.ChangeAsync(ExpireSql, [PostgresValues.Text(database.Node)], cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public Task WaitAsync(string road, CancellationToken cancellationToken) =>
        signal.WaitAsync(road, AWhile, time, cancellationToken);

    private static (long Seq, OutboxPacket Packet) Read(NpgsqlDataReader reader) => (reader.GetInt64(0), new(
        StoredValues.Key(reader.GetString(1), reader.GetString(2)),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetInt32(5),
        reader.GetString(6),
        StoredValues.Split(reader.GetFieldValue<byte[]>(7))));
}
