using Microsoft.Data.Sqlite;
using Tsm.Application.Ports;

namespace Tsm.Storage.Sqlite;

/// <summary>The switches of roads, in SQLite: each claim looks at them.</summary>
public sealed class SqliteRoadSwitches(SqliteDatabase database, OutboxSignal signal) : IRoadSwitches
{
    private const string SetSql =
        "INSERT INTO roads (road, paused) VALUES ($road, $paused) ON CONFLICT (road) DO UPDATE SET paused = excluded.paused";

    private const string PausedSql = "SELECT road FROM roads WHERE paused = 1";

    /// <inheritdoc/>
    public async Task SetPausedAsync(string road, bool paused, CancellationToken cancellationToken)
    {
        await database.WriteAsync(session => session.Prepare(SetSql).Execute(road, paused ? 1 : 0), cancellationToken);
        signal.Set(road);
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> PausedAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlySet<string>>(
        session =>
        {
            var paused = new HashSet<string>(StringComparer.Ordinal);
            using SqliteDataReader reader = session.Prepare(PausedSql).Read();
            while (reader.Read())
            {
                paused.Add(reader.GetString(0));
            }

            return paused;
        },
        cancellationToken);
}
