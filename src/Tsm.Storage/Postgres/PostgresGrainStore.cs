using System.Collections.Immutable;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Grains in PostgreSQL: states, due times and effects, written together by any of many nodes.</summary>
/// <param name="signal">Woken after a commit that has queued packets.</param>
public sealed partial class PostgresGrainStore(PostgresDatabase database, OutboxSignal signal) : IGrainStore
{
    /// <summary>
    /// How long a node may take to wake a grain that it was given as due before others try. A grain woken twice is woken once:
    /// the second turn finds the time moved, or loses.
    /// </summary>
    private static readonly TimeSpan DueLease = TimeSpan.FromSeconds(15);

    // OFFSET 0 keeps the planner from turning it round: first the keys that were asked for, then an index look-up for each.
    private const string LoadSql =
        """
        SELECT g.tenant, g.grain, g.version, g.schema, g.due, g.state,
               k.version, k.algorithm, k.kic, k.kid, k.dek, k.kic_check, k.kid_check, k.dek_check, g.epoch
        FROM unnest($1, $2) AS i (tenant, grain)
        CROSS JOIN LATERAL (SELECT * FROM grains AS g WHERE g.tenant = i.tenant AND g.grain = i.grain OFFSET 0) AS g
        LEFT JOIN LATERAL (SELECT * FROM card_keys AS k WHERE k.tenant = i.tenant AND k.grain = i.grain OFFSET 0) AS k ON true
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<GrainKey, StoredGrain>> LoadAsync(
        IReadOnlyCollection<GrainKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0)
        {
            return ImmutableDictionary<GrainKey, StoredGrain>.Empty;
        }

        GrainKey[] rows = [.. keys];
        return await database.TurnAsync(
            async connection =>
            {
                var grains = new Dictionary<GrainKey, StoredGrain>(rows.Length);
                await connection.QueryAsync(
                    LoadSql, PostgresValues.Keys(rows, k => k), reader => Read(reader, grains, database.Epoch), cancellationToken);
                return grains;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>What is given is leased to this node, so that no other wakes it meanwhile.</remarks>
    public async Task<IReadOnlyList<GrainKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.TurnAsync(
            connection => connection.QueryAsync(
                PostgresDue.ClaimSql,
                [
                    PostgresValues.Number(StoredValues.Milliseconds(now)), PostgresValues.Number(limit),
                    PostgresValues.Text(database.Node), PostgresValues.Number((long)DueLease.TotalMilliseconds),
                ],
                reader => StoredValues.Key(reader.GetString(0), reader.GetString(1)),
                cancellationToken),
            cancellationToken);

    /// <summary>A grain with several key sets comes in several rows.</summary>
    private static bool Read(NpgsqlDataReader reader, Dictionary<GrainKey, StoredGrain> grains, int epoch)
    {
        GrainKey key = StoredValues.Key(reader.GetString(0), reader.GetString(1));
        if (!grains.TryGetValue(key, out StoredGrain? grain))
        {
            long? due = reader.IsDBNull(4) ? null : reader.GetInt64(4);
            grain = new(
                key, reader.GetInt64(2), reader.GetInt32(3), reader.GetFieldValue<byte[]>(5), [], StoredValues.Time(due),
                epoch, WentBack: reader.GetInt32(14) < epoch);
        }

        grains[key] = reader.IsDBNull(6) ? grain : grain with { Keys = grain.Keys.Add(ReadKeys(reader)) };
        return true;
    }

    private static WrappedKeySet ReadKeys(NpgsqlDataReader reader)
    {
        Octets Column(int i) => Octets.Own(reader.GetFieldValue<byte[]>(i));
        return new(
            reader.GetInt32(6), Enum.Parse<KeyAlgorithm>(reader.GetString(7)),
            Column(8), Column(9), Column(10), Column(11), Column(12), Column(13));
    }
}
