using Dapper;
using Microsoft.Data.Sqlite;
using Tsm.Application.Delivery;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>When roads were bound, in SQLite, on the clock of this process.</summary>
public sealed class SqliteRoadLives(SqliteDatabase database, TimeProvider time) : IRoadLives
{
    private const string GapSql =
        """
        INSERT INTO road_outages (road, began, ended) SELECT road, alive_until, @now FROM road_beats
        WHERE road = @road AND alive_until < @now - @tolerance ON CONFLICT DO NOTHING
        """;

    private const string BeatSql =
        """
        INSERT INTO road_beats (road, alive_until) VALUES (@road, @now)
        ON CONFLICT (road) DO UPDATE SET alive_until = max(alive_until, excluded.alive_until)
        """;

    private const string ForgetSql = "DELETE FROM road_outages WHERE road = @road AND ended < @now - @memory";

    /// <inheritdoc/>
    public Task<RoadLife> BeatAsync(string road, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var values = new
            {
                road,
                now = StoredValues.Milliseconds(time.GetUtcNow()),
                tolerance = (long)RoadLife.Tolerance.TotalMilliseconds,
                memory = (long)RoadLife.Memory.TotalMilliseconds,
            };
            session.Connection.Execute(GapSql, values);
            session.Connection.Execute(BeatSql, values);
            session.Connection.Execute(ForgetSql, values);
            return Read(session.Connection, road);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<RoadLife> ReadAsync(string road, CancellationToken cancellationToken) =>
        database.ReadAsync(session => Read(session.Connection, road), cancellationToken);

    private static RoadLife Read(SqliteConnection connection, string road)
    {
        long? alive = connection.QuerySingleOrDefault<long?>("SELECT alive_until FROM road_beats WHERE road = @road", new { road });
        IEnumerable<(long Began, long Ended)> outages = connection.Query<(long, long)>(
            "SELECT began, ended FROM road_outages WHERE road = @road ORDER BY began", new { road });
        return new(StoredValues.Time(alive), [.. outages.Select(o => new Outage(StoredValues.Time(o.Began), StoredValues.Time(o.Ended)))]);
    }
}
