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

    private const string FormerSql =
        """
        SELECT grain FROM aliases
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until > $since AND valid_until < 9223372036854775807
        ORDER BY valid_until DESC LIMIT $limit
        """;

    // Times of one name rise, even when the clock does not: no two of its rows end at the same time.
    private const string MovedSql =
        """
        SELECT max($at, coalesce(max(CASE WHEN valid_until = 9223372036854775807 THEN valid_from + 1 ELSE valid_until END), 0)) FROM aliases
        WHERE tenant = $tenant AND kind = $kind AND value = $value
        """;

    private const string TellLoserSql =
        """
        INSERT INTO work_due (tenant, kind, item, due, mark)
        SELECT tenant, 'number-lost', grain || '|' || value, $at, 1 FROM aliases
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until = 9223372036854775807 AND grain <> $grain AND kind = 'msisdn'
        ON CONFLICT (tenant, kind, item) DO UPDATE SET due = min(work_due.due, excluded.due), mark = work_due.mark + 1
        """;

    private const string EndOthersSql =
        """
        UPDATE aliases SET valid_until = $at
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until = 9223372036854775807 AND grain <> $grain
        """;

    private const string EndOwnSql =
        """
        UPDATE aliases SET valid_until = max($at, valid_from + 1)
        WHERE tenant = $tenant AND kind = $kind AND value = $value AND valid_until = 9223372036854775807 AND grain = $grain
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

    /// <inheritdoc/>
    public Task<IReadOnlyList<GrainKey>> FormerAsync(
        string tenant, string kind, string value, DateTimeOffset since, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<GrainKey>>(
            session =>
            {
                using SqliteDataReader reader = session.Prepare(FormerSql).Read(tenant, kind, value, StoredValues.Milliseconds(since), limit);
                List<GrainKey> found = [];
                while (reader.Read())
                {
                    found.Add(StoredValues.Key(tenant, reader.GetString(0)));
                }

                return found;
            },
            cancellationToken);

    /// <summary>Gives an alias to another grain from a time on; who held it keeps it for all times before.</summary>
    public Task MoveAsync(string kind, string value, GrainKey to, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                Move(session, kind, value, to, at);
                return true;
            },
            cancellationToken);

    /// <summary>Gives an alias to a grain from a time on; who held it is told by work of the kind <c>number-lost</c>.</summary>
    internal static void Move(SqliteSession session, string kind, string value, GrainKey to, DateTimeOffset at)
    {
        string grain = StoredValues.Grain(to);
        long moved;
        using (SqliteDataReader reader = session.Prepare(MovedSql).Read(StoredValues.Milliseconds(at), to.Tenant, kind, value))
        {
            reader.Read();
            moved = reader.GetInt64(0);
        }

        session.Prepare(TellLoserSql).Execute(StoredValues.Milliseconds(at), to.Tenant, kind, value, grain);
        session.Prepare(EndOthersSql).Execute(moved, to.Tenant, kind, value, grain);
        TryAdd(session, kind, value, to, StoredValues.Time(moved));
    }

    /// <summary>Takes an alias from a grain that holds it.</summary>
    internal static void End(SqliteSession session, string kind, string value, GrainKey from, DateTimeOffset at) =>
        session.Prepare(EndOwnSql).Execute(StoredValues.Milliseconds(at), from.Tenant, kind, value, StoredValues.Grain(from));

    /// <summary>Gives an alias that nobody holds to a grain; false when somebody holds it.</summary>
    internal static bool TryAdd(SqliteSession session, string kind, string value, GrainKey grain, DateTimeOffset at) =>
        session.Prepare(AddSql).Execute(grain.Tenant, kind, value, StoredValues.Milliseconds(at), StoredValues.Grain(grain)) == 1;
}
