using Microsoft.Data.Sqlite;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Which grain held a name at which time, in SQLite.</summary>
public sealed class SqliteAliasIndex(SqliteDatabase database) : IAliasIndex
{
    /// <summary>The value of <c>valid_until</c> while an alias holds.</summary>
    internal const long Still = long.MaxValue;

    private const string FindSql =
        """
        SELECT grain FROM aliases
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until > $at AND valid_from <= $at
        ORDER BY valid_until LIMIT 1
        """;

    private const string EndSql =
        """
        UPDATE aliases SET valid_until = $at
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until = 9223372036854775807
        """;

    private const string AddSql =
        "INSERT INTO aliases (tenant, kind, value, valid_from, grain) VALUES ($tenant, $kind, $value, $from, $grain) ON CONFLICT DO NOTHING";

    /// <inheritdoc/>
    public Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.ReadAsync<GrainKey?>(
            session =>
            {
                using SqliteDataReader reader = session.Prepare(FindSql).Read(tenant, kind, value, StoredValues.Milliseconds(at));
                return reader.Read() ? StoredValues.Key(tenant, reader.GetString(0)) : null;
            },
            cancellationToken);

    /// <summary>Gives an alias to another grain from a time on; who held it keeps it for all times before.</summary>
    public Task MoveAsync(string kind, string value, GrainKey to, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                session.Prepare(EndSql).Execute(StoredValues.Milliseconds(at), to.Tenant, kind, value);
                return TryAdd(session, kind, value, to, at);
            },
            cancellationToken);

    /// <summary>Gives an alias that nobody holds to a grain; false when somebody holds it.</summary>
    internal static bool TryAdd(SqliteSession session, string kind, string value, GrainKey grain, DateTimeOffset at) =>
        session.Prepare(AddSql).Execute(grain.Tenant, kind, value, StoredValues.Milliseconds(at), StoredValues.Grain(grain)) == 1;
}
