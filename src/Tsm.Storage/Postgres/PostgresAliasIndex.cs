using Npgsql;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Which grain held a name at which time, in PostgreSQL. Look-ups that come at the same time share a statement.</summary>
public sealed class PostgresAliasIndex : IAliasIndex
{
    /// <summary>Look-ups of one statement.</summary>
    private const int MaxLookups = 1000;

    private const string FindSql =
        """
        SELECT i.place, a.grain FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS i (tenant, kind, value, at, place)
        CROSS JOIN LATERAL (
            SELECT a.grain FROM aliases AS a
            WHERE a.tenant = i.tenant AND a.kind = i.kind AND a.value = i.value AND a.valid_until > i.at AND a.valid_from <= i.at
            ORDER BY a.valid_until LIMIT 1) AS a
        """;

    private const string FormerSql =
        """
        SELECT grain FROM aliases
        WHERE tenant = $1 AND kind = $2 AND value = $3 AND valid_until > $4 AND valid_until < 9223372036854775807
        ORDER BY valid_until DESC LIMIT $5
        """;

    private const string MoveSql = "SELECT move_alias($1, $2, $3, $4, $5)";

    private const string EndSql = "SELECT end_alias($1, $2, $3, $4, $5)";

    private readonly PostgresDatabase _database;
    private readonly Gathering<Lookup, GrainKey?> _lookups;

    /// <summary>The index of a database.</summary>
    public PostgresAliasIndex(PostgresDatabase database) => (_database, _lookups) = (database, new(FindAsync, MaxLookups));

    /// <inheritdoc/>
    public Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken) =>
        _lookups.AskAsync(new(tenant, kind, value, StoredValues.Milliseconds(at)), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GrainKey>> FormerAsync(
        string tenant, string kind, string value, DateTimeOffset since, int limit, CancellationToken cancellationToken) =>
        await _database.UseAsync(
            connection => connection.QueryAsync(
                FormerSql,
                [
                    PostgresValues.Text(tenant), PostgresValues.Text(kind), PostgresValues.Text(value),
                    PostgresValues.Number(StoredValues.Milliseconds(since)), PostgresValues.Number(limit),
                ],
                reader => StoredValues.Key(tenant, reader.GetString(0)),
                cancellationToken),
            cancellationToken);

    /// <summary>Gives an alias to another grain from a time on; who held it keeps it for all times before.</summary>
    public Task MoveAsync(string kind, string value, GrainKey to, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.UseAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.BatchCommands.Add(Command(to, new MoveAlias(kind, value, at)));
                return await batch.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);

    /// <summary>The statement of an effect on the names of a grain.</summary>
    internal static NpgsqlBatchCommand Command(GrainKey grain, Effect effect)
    {
        (string sql, string kind, string value, DateTimeOffset at) = effect switch
        {
            MoveAlias move => (MoveSql, move.Kind, move.Value, move.At),
            EndAlias end => (EndSql, end.Kind, end.Value, end.At),
            _ => throw new NotSupportedException($"{effect.GetType().Name} concerns no name."),
        };
        return PostgresValues.Command(
            sql, PostgresValues.Text(grain.Tenant), PostgresValues.Text(kind), PostgresValues.Text(value),
            PostgresValues.Text(StoredValues.Grain(grain)), PostgresValues.Number(StoredValues.Milliseconds(at)));
    }

    private Task<GrainKey?[]> FindAsync(IReadOnlyList<Lookup> lookups) => _database.LookUpAsync(
        async connection =>
        {
            var found = new GrainKey?[lookups.Count];
            await connection.QueryAsync(
                FindSql,
                [
                    PostgresValues.Texts(lookups, l => l.Tenant), PostgresValues.Texts(lookups, l => l.Kind),
                    PostgresValues.Texts(lookups, l => l.Value), PostgresValues.Longs(lookups, l => l.At),
                ],
                reader =>
                {
                    int place = checked((int)reader.GetInt64(0) - 1);
                    found[place] = StoredValues.Key(lookups[place].Tenant, reader.GetString(1));
                    return place;
                },
                CancellationToken.None);
            return found;
        },
        CancellationToken.None);

    /// <param name="At">Milliseconds since 1970.</param>
    private sealed record Lookup(string Tenant, string Kind, string Value, long At);
}
