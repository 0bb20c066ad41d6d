using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Tsm.Application.Ports;

namespace Tsm.Storage.Postgres;

/// <summary>Rates of roads over all nodes: a token bucket in one row for each road, on the clock of the database.</summary>
/// <remarks>
/// The bucket holds a slice's worth, one short message at least. It is given out when half of it is there, so that a node that
/// waits writes the row a few times a second and not for each credit. Of a node that dies nothing is left but the slice it had.
/// </remarks>
public sealed class PostgresRateLeases(PostgresDatabase database) : IRateLeases
{
    private static readonly long SliceMilliseconds = (long)RateLease.Slice.TotalMilliseconds;

    private const string DeclareSql =
        """
        INSERT INTO roads (road, rate, credits, credited_at) VALUES ($1, $2, 1, now_ms())
        ON CONFLICT (road) DO UPDATE SET rate = excluded.rate WHERE roads.rate IS DISTINCT FROM excluded.rate
        """;

    // A transaction that waited for the row sees a clock older than the row's: time stands still for it, and never goes back.
    private const string LeaseSql =
        """
        WITH bucket AS MATERIALIZED (
            SELECT r.road, r.rate, greatest(1, r.rate * $2 / 1000.0) AS size,
                   least(greatest(1, r.rate * $2 / 1000.0), r.credits + greatest(0, now_ms() - r.credited_at) * r.rate / 1000.0) AS level
            FROM roads AS r WHERE r.road = $1 AND r.rate IS NOT NULL FOR NO KEY UPDATE
        ), given AS MATERIALIZED (
            SELECT b.*, CASE WHEN floor(b.level) >= greatest(1, b.size / 2) THEN floor(b.level) ELSE 0 END AS granted FROM bucket AS b
        )
        UPDATE roads AS r SET credits = g.level - g.granted, credited_at = greatest(r.credited_at, now_ms())
        FROM given AS g WHERE r.road = g.road
        RETURNING g.granted::integer, ceil(1000.0 * greatest(0, greatest(1, g.size / 2) - g.level) / g.rate)::integer
        """;

    private const string ReturnSql =
        "UPDATE roads SET credits = least(greatest(1, rate * $3 / 1000.0), credits + $2) WHERE road = $1 AND rate IS NOT NULL";

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public Task DeclareAsync(string road, int? perSecond, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ChangeAsync(
            DeclareSql,
            [
                PostgresValues.Text(road),
                new NpgsqlParameter { Value = (object?)perSecond ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
            ],
            cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<RateLease> LeaseAsync(string road, CancellationToken cancellationToken)
    {
        ImmutableArray<RateLease> leases = await database.TurnAsync(
            connection => connection.QueryAsync(
                LeaseSql,
                [PostgresValues.Text(road), PostgresValues.Number(SliceMilliseconds)],
                r => new RateLease(r.GetInt32(0), RateLease.Slice, TimeSpan.FromMilliseconds(Math.Max(1, r.GetInt32(1)))),
                cancellationToken),
            cancellationToken);
        return leases is [var lease] ? lease : RateLease.Unlimited;
    }

    /// <inheritdoc/>
    public Task ReturnAsync(string road, int credits, CancellationToken cancellationToken) => database.TurnAsync(
        connection => connection.ChangeAsync(
            ReturnSql,
            [PostgresValues.Text(road), PostgresValues.Number(credits), PostgresValues.Number(SliceMilliseconds)],
            cancellationToken),
        cancellationToken);
}
