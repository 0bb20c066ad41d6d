using Dapper;
using Npgsql;
using Tsm.Application.Delivery;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>When roads were bound by any of the nodes, in PostgreSQL, on the clock of the database.</summary>
public sealed class PostgresRoadLives(PostgresDatabase database) : IRoadLives
{
    // Who comes second finds the row as the first has left it, and no gap in it.
    private const string BeatSql =
        """
        INSERT INTO road_beats (road, alive_until) VALUES (@road, 0) ON CONFLICT DO NOTHING;
        WITH was AS MATERIALIZED (SELECT alive_until FROM road_beats WHERE road = @road FOR UPDATE), gap AS (
            INSERT INTO road_outages (road, began, ended) SELECT @road, alive_until, now_ms() FROM was
            WHERE alive_until > 0 AND alive_until < now_ms() - @tolerance ON CONFLICT DO NOTHING)
        UPDATE road_beats SET alive_until = greatest(was.alive_until, now_ms()) FROM was WHERE road = @road;
        DELETE FROM road_outages WHERE road = @road AND ended < now_ms() - @memory;
        """;

    /// <inheritdoc/>
    public Task<RoadLife> BeatAsync(string road, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            var values = new
            {
                road,
                tolerance = (long)RoadLife.Tolerance.TotalMilliseconds,
                memory = (long)RoadLife.Memory.TotalMilliseconds,
            };
            await connection.ExecuteAsync(new(BeatSql, values, cancellationToken: cancellationToken));
            return await ReadAsync(connection, road, cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<RoadLife> ReadAsync(string road, CancellationToken cancellationToken) =>
        database.UseAsync(connection => ReadAsync(connection, road, cancellationToken), cancellationToken);

    private static async Task<RoadLife> ReadAsync(NpgsqlConnection connection, string road, CancellationToken cancellationToken)
    {
        long? alive = await connection.QuerySingleOrDefaultAsync<long?>(new(
            "SELECT alive_until FROM road_beats WHERE road = @road", new { road }, cancellationToken: cancellationToken));
        IEnumerable<(long Began, long Ended)> outages = await connection.QueryAsync<(long, long)>(new(
            "SELECT began, ended FROM road_outages WHERE road = @road ORDER BY began", new { road }, cancellationToken: cancellationToken));
        return new(StoredValues.Time(alive), [.. outages.Select(o => new Outage(StoredValues.Time(o.Began), StoredValues.Time(o.Ended)))]);
    }
}
