using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <content>How a batch of turns becomes one transaction.</content>
/// <remarks>
/// Two exchanges with the server. The first begins, locks and writes the states with a token of the transaction, and says who
/// has won; the second writes the effects of the winners and commits. When the connection breaks in the second, nobody knows
/// whether it was committed, and a turn must not be run twice for that: whoever puts the same token in waits for the
/// transaction to end, and finds the token if it was committed. pg_xact_status would not do: a crash forgets transactions
/// whose log was not written yet, and their numbers are given again.
/// </remarks>
public sealed partial class PostgresGrainStore
{
    /// <summary>Commits whose end is not known, by the batch they were for: the host comes again with the same one.</summary>
    private readonly ConditionalWeakTable<IReadOnlyList<GrainWrite>, Doubt> _doubts = [];

    /// <summary>Tokens whose commits were answered, to be taken away with the next.</summary>
    private readonly ConcurrentQueue<Guid> _settled = [];

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
            schema = CASE WHEN l.state IS NULL THEN g.schema ELSE l.schema END, epoch = $7
        FROM locked AS l WHERE g.ctid = l.place AND g.version = l.expected
        RETURNING g.tenant, g.grain, l.was
        """;

    private const string InsertSql =
        """
        INSERT INTO grains (tenant, grain, version, schema, due, state, epoch)
        SELECT tenant, grain, 1, schema, due, state, $6 FROM unnest($1, $2, $3, $4, $5) AS i (tenant, grain, schema, due, state)
        ON CONFLICT DO NOTHING
        RETURNING tenant, grain, NULL::bigint
        """;

    private const string TokenSql = "INSERT INTO commits (token) VALUES ($1)";

    private const string SettledSql = "DELETE FROM commits WHERE token = ANY ($1)";

    // Waits for a transaction that still holds the token, at most as long as SET LOCAL says.
    private const string FenceSql = "INSERT INTO commits (token) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true";

    /// <summary>
    /// Takes away the tokens of commits that are older than any doubt can last: those of nodes that are dead, and the last of
    /// nodes that have been idle since. Returns their number.
    /// </summary>
    public static Task<int> ForgetCommitsAsync(PostgresDatabase database, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.UseAsync(
            connection => connection.ChangeAsync(
                "DELETE FROM commits WHERE at < now_ms() - $1", [PostgresValues.Number((long)olderThan.TotalMilliseconds)], cancellationToken),
            cancellationToken);
    }

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
        // So does one that was loaded before the database went back in time: what it rests on may never have been.
        int epoch = database.Epoch;
        GrainWrite[] ordered = [.. writes.Where(w => w.Expected == 0 || w.Epoch == epoch).DistinctBy(w => w.Key).OrderBy(w => w.Key.Tenant, StringComparer.Ordinal)
            .ThenBy(w => StoredValues.Grain(w.Key), StringComparer.Ordinal)];
        PostgresEffects.Check(ordered);
        if (ordered.Length == 0)
        {
            return [];
        }

        Doubt doubt = await WriteStatesAsync(connection, ordered, epoch, cancellationToken);
        HashSet<GrainKey> written = [.. doubt.Written.Keys];
        if (written.Count == 0)
        {
            return written; // Nothing to commit; the transaction ends with the return of the connection.
        }

        try
        {
            await using var batch = new NpgsqlBatch(connection);
            GrainWrite[] winners = [.. writes.Where(w => written.Contains(w.Key)).DistinctBy(w => w.Key)];
            PostgresDue.Add(batch, [.. winners.Select(w => (w.Key, Due: StoredValues.MillisecondsUp(w.Due))).Where(w => w.Due != doubt.Written[w.Key])]);
            PostgresEffects.Add(batch, winners);
            batch.BatchCommands.Add(new("COMMIT"));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            _settled.Enqueue(doubt.Token);
            return written;
        }
        catch (Exception exception) when (!PostgresErrors.IsAbort(exception))
        {
            _doubts.AddOrUpdate(writes, doubt);
            return await RecallAsync(writes, cancellationToken) ?? throw PostgresErrors.Unavailable(exception);
        }
    }

    private async Task<Doubt> WriteStatesAsync(
        NpgsqlConnection connection, GrainWrite[] writes, int epoch, CancellationToken cancellationToken)
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
                PostgresValues.Integer(epoch),
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
                PostgresValues.Integer(epoch),
            ]));
        }

        var token = Guid.NewGuid();
        batch.BatchCommands.Add(PostgresValues.Command(TokenSql, PostgresValues.Id(token)));
        if (Settled() is { Length: > 0 } settled)
        {
            batch.BatchCommands.Add(PostgresValues.Command(SettledSql, PostgresValues.Ids(settled)));
        }

        var written = new Dictionary<GrainKey, long?>(writes.Length);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                written[StoredValues.Key(reader.GetString(0), reader.GetString(1))] = reader.IsDBNull(2) ? null : reader.GetInt64(2);
            }
        }
        while (await reader.NextResultAsync(cancellationToken));

        return new(token, written);
    }

    private Guid[] Settled()
    {
        List<Guid> tokens = [];
        while (_settled.TryDequeue(out Guid token))
        {
            tokens.Add(token);
        }

        return [.. tokens];
    }

    /// <summary>What an earlier attempt at this batch has written; null when there was none or it has come to nothing.</summary>
    /// <exception cref="StoreUnavailableException">Nobody can tell yet.</exception>
    private async Task<HashSet<GrainKey>?> RecallAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        if (!_doubts.TryGetValue(writes, out Doubt? doubt))
        {
            return null;
        }

        bool committed = await database.TurnAsync(connection => IsCommittedAsync(connection, doubt.Token, cancellationToken), cancellationToken);
        _doubts.Remove(writes);
        if (committed)
        {
            _settled.Enqueue(doubt.Token);
        }

        return committed ? [.. doubt.Written.Keys] : null;
    }

    private static async Task<bool> IsCommittedAsync(NpgsqlConnection connection, Guid token, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL READ COMMITTED"));
        batch.BatchCommands.Add(new("SET LOCAL lock_timeout = '5s'"));
        batch.BatchCommands.Add(PostgresValues.Command(FenceSql, PostgresValues.Id(token)));
        batch.BatchCommands.Add(new("ROLLBACK"));
        bool fenced = await batch.ExecuteScalarAsync(cancellationToken) is true;
        return !fenced;
    }

    /// <param name="Token">What the transaction has put into the table of commits.</param>
    /// <param name="Written">The grains it has written, if it was committed, and when they were due before.</param>
    private sealed record Doubt(Guid Token, Dictionary<GrainKey, long?> Written);
}
