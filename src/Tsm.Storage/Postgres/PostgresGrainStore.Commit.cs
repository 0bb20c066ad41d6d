using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Storage.Postgres;

/// <content>How a batch of turns becomes one transaction.</content>
/// <remarks>
/// Two exchanges with the server. The first begins, locks and writes the states, and says who has won and which transaction
/// this is; the second writes the effects of the winners and commits. When the connection breaks in the second, nobody knows
/// whether it was committed, and a turn must not be run twice for that: the server is asked what became of the transaction.
/// </remarks>
public sealed partial class PostgresGrainStore
{
    /// <summary>Commits whose end is not known, by the batch they were for: the host comes again with the same one.</summary>
    private readonly ConditionalWeakTable<IReadOnlyList<GrainWrite>, Doubt> _doubts = [];

    /// <summary>How often, 100 ms apart, a transaction is asked for that the server is still about to end.</summary>
    private const int EndingLooks = 50;

    // Rows are locked in the order of their keys, so that two nodes with the same grains wait for each other in one direction.
    // A row that was locked after a wait meets its condition again: who came too late is not in "locked". What is locked stays
    // where it is, so it is found again by its place. Its due time as it was comes along: one that stays writes no row.
    private const string UpdateSql =
        """
        WITH locked AS MATERIALIZED (
            SELECT i.*, g.place, g.was
            FROM (SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS i (tenant, grain, expected, schema, due, state)
                  ORDER BY tenant COLLATE "C", grain COLLATE "C") AS i
            CROSS JOIN LATERAL (
                SELECT g.ctid AS place, g.due AS was FROM grains AS g
                WHERE g.tenant = i.tenant AND g.grain = i.grain AND g.version = i.expected FOR NO KEY UPDATE) AS g
        )
        UPDATE grains AS g SET version = g.version + 1, due = l.due, state = coalesce(l.state, g.state),
            schema = CASE WHEN l.state IS NULL THEN g.schema ELSE l.schema END
        FROM locked AS l WHERE g.ctid = l.place AND g.version = l.expected
        RETURNING g.tenant, g.grain, l.was
        """;

    private const string InsertSql =
        """
        INSERT INTO grains (tenant, grain, version, schema, due, state)
        SELECT tenant, grain, 1, schema, due, state FROM unnest($1, $2, $3, $4, $5) AS i (tenant, grain, schema, due, state)
        ON CONFLICT DO NOTHING
        RETURNING tenant, grain, NULL::bigint
        """;

    private const string TransactionSql = "SELECT pg_current_xact_id()::text";

    private const string OutcomeSql = "SELECT pg_xact_status($1::xid8)";

    /// <inheritdoc/>
    public async Task<IReadOnlySet<GrainKey>> CommitAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (writes.FirstOrDefault(w => w is { Expected: 0, State: null }) is { } empty)
        {
            throw new ArgumentException($"{empty.Key} is to be created without a state.", nameof(writes));
        }

        if (writes.Count == 0)
        {
            return ImmutableHashSet<GrainKey>.Empty;
        }

        HashSet<GrainKey> written = await RecallAsync(writes, cancellationToken)
            ?? await database.TurnAsync(connection => TransactAsync(connection, writes, cancellationToken), cancellationToken);
        foreach (string road in writes
            .Where(w => written.Contains(w.Key))
            .SelectMany(w => w.Effects.OfType<QueuePacket>())
            .Select(p => p.Road)
            .Distinct(StringComparer.Ordinal))
        {
            signal.Set(road);
        }

        return written;
    }

    private async Task<HashSet<GrainKey>> TransactAsync(
        NpgsqlConnection connection, IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        // A grain that stands twice in a batch loses the second time, as against any other writer.
        GrainWrite[] ordered = [.. writes.DistinctBy(w => w.Key).OrderBy(w => w.Key.Tenant, StringComparer.Ordinal)
            .ThenBy(w => StoredValues.Grain(w.Key), StringComparer.Ordinal)];
        PostgresEffects.Check(ordered);
        Doubt doubt = await WriteStatesAsync(connection, ordered, cancellationToken);
        HashSet<GrainKey> written = [.. doubt.Written.Keys];
        if (written.Count == 0)
        {
            return written; // Nothing to commit; the transaction ends with the return of the connection.
        }

        try
        {
            await using var batch = new NpgsqlBatch(connection);
            GrainWrite[] winners = [.. writes.Where(w => written.Contains(w.Key)).DistinctBy(w => w.Key)];
            PostgresDue.Add(batch, winners, doubt.Written);
            PostgresEffects.Add(batch, winners);
            batch.BatchCommands.Add(new("COMMIT"));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return written;
        }
        catch (Exception exception) when (!PostgresErrors.IsAbort(exception))
        {
            _doubts.AddOrUpdate(writes, doubt);
            return await RecallAsync(writes, cancellationToken) ?? throw PostgresErrors.Unavailable(exception);
        }
    }

    private static async Task<Doubt> WriteStatesAsync(NpgsqlConnection connection, GrainWrite[] writes, CancellationToken cancellationToken)
    {
        GrainWrite[] updates = [.. writes.Where(w => w.Expected != 0)], inserts = [.. writes.Where(w => w.Expected == 0)];
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL READ COMMITTED"));
        if (updates.Length > 0)
        {
            batch.BatchCommands.Add(PostgresValues.Command(UpdateSql,
            [
                .. PostgresValues.Keys(updates, w => w.Key),
                PostgresValues.Longs(updates, w => w.Expected),
                PostgresValues.Integers(updates, w => w.Schema),
                PostgresValues.Times(updates, w => StoredValues.MillisecondsUp(w.Due)),
                PostgresValues.Blobs(updates, w => w.State),
            ]));
        }

        if (inserts.Length > 0)
        {
            batch.BatchCommands.Add(PostgresValues.Command(InsertSql,
            [
                .. PostgresValues.Keys(inserts, w => w.Key),
                PostgresValues.Integers(inserts, w => w.Schema),
                PostgresValues.Times(inserts, w => StoredValues.MillisecondsUp(w.Due)),
                PostgresValues.Blobs(inserts, w => w.State),
            ]));
        }

        batch.BatchCommands.Add(new(TransactionSql));
        var written = new Dictionary<GrainKey, long?>(writes.Length);
        string transaction = "";
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        int last = batch.BatchCommands.Count - 2; // BEGIN gives no rows.
        for (int statement = 0; statement <= last; statement++, await reader.NextResultAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (statement == last)
                {
                    transaction = reader.GetString(0);
                }
                else
                {
                    written[StoredValues.Key(reader.GetString(0), reader.GetString(1))] = reader.IsDBNull(2) ? null : reader.GetInt64(2);
                }
            }
        }

        return new(transaction, written);
    }

    /// <summary>What an earlier attempt at this batch has written; null when there was none or it has come to nothing.</summary>
    /// <exception cref="StoreUnavailableException">Nobody can tell yet.</exception>
    private async Task<HashSet<GrainKey>?> RecallAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        if (!_doubts.TryGetValue(writes, out Doubt? doubt))
        {
            return null;
        }

        for (int look = 0; look < EndingLooks; look++)
        {
            string? outcome = await database.TurnAsync(
                async connection => (await connection.QueryAsync(
                    OutcomeSql, [PostgresValues.Text(doubt.Transaction)], r => r.IsDBNull(0) ? null : r.GetString(0), cancellationToken))[0],
                cancellationToken);
            if (outcome is not "in progress")
            {
                _doubts.Remove(writes);
                return outcome is "committed" ? [.. doubt.Written.Keys] : null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        throw new StoreUnavailableException("The database has not yet ended a transaction whose connection broke.", inner: null);
    }

    /// <param name="Transaction">As PostgreSQL names it.</param>
    /// <param name="Written">The grains it has written, if it was committed, and when they were due before.</param>
    private sealed record Doubt(string Transaction, Dictionary<GrainKey, long?> Written);
}
