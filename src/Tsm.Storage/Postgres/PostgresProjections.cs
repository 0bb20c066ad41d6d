using System.Collections.Immutable;
using Npgsql;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Effects and due times of grains whose states Orleans keeps, in the same PostgreSQL.</summary>
/// <remarks>
/// Neither intents nor projections wait for the disk. The log is one: a state that is on the disk has its intent before it
/// there, and whoever acts on a projected row (a claim) has the row before it there. What a crash takes from the end of the
/// log is an intent whose state was not written, or a projection whose intent is then there again.
/// </remarks>
/// <param name="signal">Woken after a projection that has queued packets.</param>
public sealed class PostgresProjections(PostgresDatabase database, OutboxSignal signal) : IProjectionStore
{
    /// <summary>As for grains that are due to the embedded host: how long others keep off.</summary>
    private static readonly TimeSpan DueLease = TimeSpan.FromSeconds(15);

    private const string Relaxed = "SET LOCAL synchronous_commit = off";

    // All writers take the rows in the order of their keys.
    private const string IntendSql =
        """
        INSERT INTO intents (tenant, grain, seq) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (tenant, grain) DO UPDATE SET
            seq = greatest(intents.seq, excluded.seq), number = excluded.number, at = excluded.at
        """;

    private const string AdvanceSql =
        """
        INSERT INTO projections (tenant, grain, seq) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (tenant, grain) DO UPDATE SET seq = excluded.seq WHERE projections.seq < excluded.seq
        RETURNING tenant, grain
        """;

    // OFFSET 0 keeps the planner to an index look-up for each key.
    private const string SettleSql =
        """
        WITH settled AS MATERIALIZED (
            SELECT i.place FROM unnest($1, $2, $3) AS t (tenant, grain, seq)
            CROSS JOIN LATERAL (
                SELECT ctid AS place FROM intents AS i
                WHERE i.tenant = t.tenant AND i.grain = t.grain AND i.seq <= t.seq OFFSET 0 FOR UPDATE) AS i
        )
        DELETE FROM intents AS i USING settled AS s WHERE i.ctid = s.place
        """;

    private const string IntendedSql =
        """
        SELECT tenant, grain, number FROM intents
        WHERE at <= now_ms() - $1 AND mod(hashtext(grain) & 2147483647, $2) = $3 ORDER BY at LIMIT $4
        """;

    private const string ForgetSql = "DELETE FROM intents WHERE tenant = $1 AND grain = $2 AND number <= $3";

    /// <inheritdoc/>
    public async Task IntendAsync(IReadOnlyList<TurnNumber> turns, CancellationToken cancellationToken)
    {
        TurnNumber[] ordered = [.. turns.GroupBy(t => t.Key).Select(g => g.MaxBy(t => t.Sequence)!)
            .OrderBy(t => t.Key.Tenant, StringComparer.Ordinal).ThenBy(t => StoredValues.Grain(t.Key), StringComparer.Ordinal)];
        await database.TurnAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL READ COMMITTED"));
                batch.BatchCommands.Add(new(Relaxed));
                batch.BatchCommands.Add(PostgresValues.Command(IntendSql, Columns(ordered)));
                batch.BatchCommands.Add(new("COMMIT"));
                return await batch.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Check(GrainKey key, ImmutableArray<Effect> effects)
    {
        PostgresEffects.Check([new GrainWrite(key, 0, 0, null, effects, null)]);
        if (effects.SelectMany(Texts).Any(t => t?.Contains('\0', StringComparison.Ordinal) is true))
        {
            throw new NotSupportedException("A text of an effect holds the character NUL, which PostgreSQL keeps in no text.");
        }
    }

    /// <inheritdoc/>
    public async Task ProjectAsync(IReadOnlyList<Projection> projections, CancellationToken cancellationToken)
    {
        // Of a grain that stands twice the earlier turn goes first, by itself.
        foreach (Projection[] round in Rounds(projections))
        {
            await database.TurnAsync(connection => ProjectAsync(connection, round, cancellationToken), cancellationToken);
        }

        foreach (string road in projections
            .SelectMany(p => p.Effects.OfType<QueuePacket>())
            .Select(p => p.Road)
            .Distinct(StringComparer.Ordinal))
        {
            signal.Set(road);
        }
    }

    /// <inheritdoc/>
    public Task ForgetAsync(Intent intent, CancellationToken cancellationToken) => database.TurnAsync(
        connection => connection.ChangeAsync(
            ForgetSql,
            [PostgresValues.Text(intent.Key.Tenant), PostgresValues.Text(StoredValues.Grain(intent.Key)), PostgresValues.Number(intent.Number)],
            cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Intent>> IntendedAsync(Bucket bucket, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        await database.TurnAsync(
            connection => connection.QueryAsync(
                IntendedSql,
                [
                    PostgresValues.Number((long)age.TotalMilliseconds), PostgresValues.Number(bucket.Of),
                    PostgresValues.Number(bucket.Number), PostgresValues.Number(limit),
                ],
                reader => new Intent(StoredValues.Key(reader.GetString(0), reader.GetString(1)), reader.GetInt64(2)),
                cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GrainKey>> DueAsync(Bucket bucket, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.TurnAsync(
            connection => connection.QueryAsync(
                PostgresDue.ClaimBucketSql,
                [
                    PostgresValues.Number(StoredValues.Milliseconds(now)), PostgresValues.Number(limit),
                    PostgresValues.Text(database.Node), PostgresValues.Number((long)DueLease.TotalMilliseconds),
                    PostgresValues.Number(bucket.Of), PostgresValues.Number(bucket.Number),
                ],
                reader => StoredValues.Key(reader.GetString(0), reader.GetString(1)),
                cancellationToken),
            cancellationToken);

    private static IEnumerable<string?> Texts(Effect effect) => effect switch
    {
        SaveCard { Row: var row } => [row.Iccid, row.Msisdn, row.Model, row.ActiveJob],
        SaveJob { Row: var row } => [row.Id, row.Iccid, row.Application, row.Instance, row.Now],
        AppendHistory { Entries: var entries } => entries.SelectMany(e => new[] { e.Job, e.Kind, e.Text }),
        QueuePacket packet => [packet.Road, packet.PacketId, packet.Destination],
        RecordAudit { Entry: var entry } =>
            [entry.Actor.Name, entry.Actor.Claimed, entry.Action, entry.SubjectKind, entry.Subject, entry.Job, entry.Text, .. entry.Details.Keys, .. entry.Details.Values],
        _ => [],
    };

    private static IEnumerable<Projection[]> Rounds(IReadOnlyList<Projection> projections) =>
        projections.GroupBy(p => p.Key)
            .SelectMany(g => g.OrderBy(p => p.Sequence).Select((p, round) => (Projection: p, Round: round)))
            .GroupBy(p => p.Round, p => p.Projection)
            .OrderBy(g => g.Key)
            .Select(g => g.OrderBy(p => p.Key.Tenant, StringComparer.Ordinal)
                .ThenBy(p => StoredValues.Grain(p.Key), StringComparer.Ordinal).ToArray());

    private static async Task<bool> ProjectAsync(NpgsqlConnection connection, Projection[] projections, CancellationToken cancellationToken)
    {
        HashSet<GrainKey> fresh = await AdvanceAsync(connection, projections, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Projection[] first = [.. projections.Where(p => fresh.Contains(p.Key))];
        PostgresDue.Add(batch, [.. first.Where(p => p.IsDueMoved).Select(p => (p.Key, StoredValues.MillisecondsUp(p.Due)))]);
        PostgresEffects.Add(batch, [.. first.Select(p => new GrainWrite(p.Key, 0, 0, null, p.Effects, p.Due))]);
        batch.BatchCommands.Add(PostgresValues.Command(SettleSql, Columns([.. projections.Select(p => new TurnNumber(p.Key, p.Sequence))])));
        batch.BatchCommands.Add(new("COMMIT"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private static async Task<HashSet<GrainKey>> AdvanceAsync(
        NpgsqlConnection connection, Projection[] projections, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL READ COMMITTED"));
        batch.BatchCommands.Add(new(Relaxed));
        batch.BatchCommands.Add(PostgresValues.Command(AdvanceSql, Columns([.. projections.Select(p => new TurnNumber(p.Key, p.Sequence))])));
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        HashSet<GrainKey> fresh = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            fresh.Add(StoredValues.Key(reader.GetString(0), reader.GetString(1)));
        }

        return fresh;
    }

    private static NpgsqlParameter[] Columns(TurnNumber[] turns) =>
        [.. PostgresValues.Keys(turns, t => t.Key), PostgresValues.Longs(turns, t => t.Sequence)];
}
