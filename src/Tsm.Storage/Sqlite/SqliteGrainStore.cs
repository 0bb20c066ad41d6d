using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Grains in SQLite: states, due times and effects, written together.</summary>
/// <param name="signal">Woken after a commit that has queued packets.</param>
public sealed class SqliteGrainStore(SqliteDatabase database, OutboxSignal signal) : IGrainStore
{
    // CROSS JOIN keeps the order: first the keys that were asked for, then an index look-up for each.
    private const string LoadSql =
        """
        SELECT g.tenant, g.grain, g.version, g.schema, g.due, g.state,
               k.version, k.algorithm, k.kic, k.kid, k.dek, k.kic_check, k.kid_check, k.dek_check, g.epoch
        FROM json_each($keys) AS j
        CROSS JOIN grains AS g ON g.tenant = j.value ->> 0 AND g.grain = j.value ->> 1
        LEFT JOIN card_keys AS k ON k.tenant = g.tenant AND k.grain = g.grain
        """;

    private const string InsertSql =
        """
        INSERT INTO grains (tenant, grain, version, schema, due, state, epoch)
        VALUES ($tenant, $grain, 1, $schema, $due, $state, $epoch)
        ON CONFLICT DO NOTHING
        """;

    private const string UpdateSql =
        """
        UPDATE grains SET version = version + 1, schema = $schema, due = $due, state = $state, epoch = $epoch
        WHERE tenant = $tenant AND grain = $grain AND version = $expected
        """;

    private const string TouchSql =
        """
        UPDATE grains SET version = version + 1, due = $due, epoch = $epoch
        WHERE tenant = $tenant AND grain = $grain AND version = $expected
        """;

    private const string DueSql = "SELECT tenant, grain FROM grains WHERE due <= $now ORDER BY due LIMIT $limit";

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<GrainKey, StoredGrain>> LoadAsync(
        IReadOnlyCollection<GrainKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        int epoch = database.Epoch;
        return keys.Count == 0
            ? ImmutableDictionary<GrainKey, StoredGrain>.Empty
            : await database.ReadAsync<Dictionary<GrainKey, StoredGrain>>(session => Load(session, keys, epoch), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<GrainKey>> CommitAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        if (writes.Count == 0)
        {
            return ImmutableHashSet<GrainKey>.Empty;
        }

        int epoch = database.Epoch;
        HashSet<GrainKey> written = await database.WriteAsync(session => Commit(session, writes, epoch), cancellationToken);
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

    /// <inheritdoc/>
    public Task<IReadOnlyList<GrainKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<GrainKey>>(
            session =>
            {
                using SqliteDataReader reader = session.Prepare(DueSql).Read(StoredValues.Milliseconds(now), limit);
                var keys = new List<GrainKey>();
                while (reader.Read())
                {
                    keys.Add(StoredValues.Key(reader.GetString(0), reader.GetString(1)));
                }

                return keys;
            },
            cancellationToken);

    private static Dictionary<GrainKey, StoredGrain> Load(SqliteSession session, IReadOnlyCollection<GrainKey> keys, int epoch)
    {
        using SqliteDataReader reader = session.Prepare(LoadSql)
            .Read(StoredValues.Rows(keys.Select(k => (k.Tenant, StoredValues.Grain(k)))));
        var grains = new Dictionary<GrainKey, StoredGrain>(keys.Count);
        while (reader.Read())
        {
            GrainKey key = StoredValues.Key(reader.GetString(0), reader.GetString(1));
            if (!grains.TryGetValue(key, out StoredGrain? grain))
            {
                long? due = reader.IsDBNull(4) ? null : reader.GetInt64(4);
                grain = new(
                    key, reader.GetInt64(2), reader.GetInt32(3), reader.GetFieldValue<byte[]>(5), [], StoredValues.Time(due),
                    epoch, WentBack: reader.GetInt32(14) < epoch);
            }

            // A grain with several key sets comes in several rows.
            grains[key] = reader.IsDBNull(6) ? grain : grain with { Keys = grain.Keys.Add(ReadKeys(reader)) };
        }

        return grains;
    }

    private static WrappedKeySet ReadKeys(SqliteDataReader reader)
    {
        Octets Column(int i) => Octets.Own(reader.GetFieldValue<byte[]>(i));
        return new(
            reader.GetInt32(6), Enum.Parse<KeyAlgorithm>(reader.GetString(7)),
            Column(8), Column(9), Column(10), Column(11), Column(12), Column(13));
    }

    private static HashSet<GrainKey> Commit(SqliteSession session, IReadOnlyList<GrainWrite> writes, int epoch)
    {
        var written = new HashSet<GrainKey>(writes.Count);
        foreach (GrainWrite write in writes)
        {
            if ((write.Expected != 0 && write.Epoch != epoch) || WriteState(session, write, epoch) == 0)
            {
                continue; // Lost: nothing of it is written.
            }

            SqliteEffects.Write(session, write.Key, write.Effects);
            written.Add(write.Key);
        }

        return written;
    }

    private static int WriteState(SqliteSession session, GrainWrite write, int epoch)
    {
        string grain = StoredValues.Grain(write.Key);
        long? due = StoredValues.MillisecondsUp(write.Due);
        return (write.Expected, write.State) switch
        {
            (0, null) => throw new ArgumentException($"{write.Key} is to be created without a state.", nameof(write)),
            (0, { } state) => session.Prepare(InsertSql).Execute(write.Key.Tenant, grain, write.Schema, due, state, epoch),
            (_, null) => session.Prepare(TouchSql).Execute(due, epoch, write.Key.Tenant, grain, write.Expected),
            (_, { } state) => session.Prepare(UpdateSql)
                .Execute(write.Schema, due, state, epoch, write.Key.Tenant, grain, write.Expected),
        };
    }
}
