using Microsoft.Data.Sqlite;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Packets ready to leave, in SQLite. Claims are on the clock of this process, the only one that serves the file.</summary>
public sealed class SqliteOutbox(SqliteDatabase database, OutboxSignal signal, TimeProvider time) : IOutbox
{
    /// <summary>How long <see cref="WaitAsync"/> waits at most.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(1);

    private const string ClaimSql =
        """
        UPDATE outbox SET claimed_until = $until
        WHERE seq IN (SELECT seq FROM outbox WHERE road = $road AND claimed_until IS NULL
            AND NOT EXISTS (SELECT 1 FROM roads WHERE road = $road AND paused = 1) ORDER BY seq LIMIT $limit)
        RETURNING seq, tenant, grain, road, packet, attempt, destination, segments
        """;

    private const string ReleaseSql =
        """
        UPDATE outbox SET claimed_until = NULL
        WHERE tenant = $tenant AND grain = $grain AND packet = $packet AND attempt = $attempt AND claimed_until IS NOT NULL
        """;

    private const string AbandonedSql =
        """
        SELECT seq, tenant, grain, road, packet, attempt, destination, segments FROM outbox
        WHERE claimed_until <= $now ORDER BY claimed_until, seq LIMIT $limit
        """;

    private const string ExpireSql = "UPDATE outbox SET claimed_until = 0 WHERE claimed_until IS NOT NULL";

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutboxPacket>> ClaimAsync(
        string road, int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<OutboxPacket>>(
            session =>
            {
                using SqliteDataReader reader = session.Prepare(ClaimSql)
                    .Read(StoredValues.Milliseconds(time.GetUtcNow() + lease), road, limit);

                // RETURNING promises no order.
                return [.. ReadAll(reader).OrderBy(r => r.Seq).Select(r => r.Packet)];
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task ReleaseAsync(IReadOnlyCollection<OutboxPacket> packets, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            session => packets.Sum(p => session.Prepare(ReleaseSql)
                .Execute(p.Grain.Tenant, StoredValues.Grain(p.Grain), p.PacketId, p.Attempt)),
            cancellationToken);
        foreach (string road in packets.Select(p => p.Road).Distinct(StringComparer.Ordinal))
        {
            signal.Set(road);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutboxPacket>> AbandonedAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OutboxPacket>>(
            session =>
            {
                using SqliteDataReader reader = session.Prepare(AbandonedSql)
                    .Read(StoredValues.Milliseconds(time.GetUtcNow()), limit);
                return [.. ReadAll(reader).Select(r => r.Packet)];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task ExpireClaimsAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Prepare(ExpireSql).Execute(), cancellationToken);

    /// <inheritdoc/>
    public Task WaitAsync(string road, CancellationToken cancellationToken) =>
        signal.WaitAsync(road, AWhile, time, cancellationToken);

    private static List<(long Seq, OutboxPacket Packet)> ReadAll(SqliteDataReader reader)
    {
        var packets = new List<(long, OutboxPacket)>();
        while (reader.Read())
        {
            packets.Add((reader.GetInt64(0), new(
                StoredValues.Key(reader.GetString(1), reader.GetString(2)),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetInt32(5),
                reader.GetString(6),
                StoredValues.Split(reader.GetFieldValue<byte[]>(7)))));
        }

        return packets;
    }
}
