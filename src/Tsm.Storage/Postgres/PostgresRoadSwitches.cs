using System.Collections.Immutable;
using NpgsqlTypes;
using Tsm.Application.Ports;

namespace Tsm.Storage.Postgres;

/// <summary>The switches of roads, for all nodes: each claim looks at them.</summary>
public sealed class PostgresRoadSwitches(PostgresDatabase database, OutboxSignal signal) : IRoadSwitches
{
    private const string SetSql =
        "INSERT INTO roads (road, paused) VALUES ($1, $2) ON CONFLICT (road) DO UPDATE SET paused = excluded.paused";

    private const string PausedSql = "SELECT road FROM roads WHERE paused";

    /// <inheritdoc/>
    public async Task SetPausedAsync(string road, bool paused, CancellationToken cancellationToken)
    {
        await database.UseAsync(
            connection => connection.ChangeAsync(
                SetSql,
                [
                    PostgresValues.Text(road),
                    new Npgsql.NpgsqlParameter<bool> { TypedValue = paused, NpgsqlDbType = NpgsqlDbType.Boolean },
                ],
                cancellationToken),
            cancellationToken);
        signal.Set(road);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> PausedAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<string> paused = await database.UseAsync(
            connection => connection.QueryAsync(PausedSql, [], r => r.GetString(0), cancellationToken), cancellationToken);
        return paused.ToHashSet(StringComparer.Ordinal);
    }
}
