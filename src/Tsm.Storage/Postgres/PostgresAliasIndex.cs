using Dapper;
using Npgsql;
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

    private const string EndSql =
        """
        UPDATE aliases SET valid_until = @at
        WHERE tenant = @Tenant AND kind = @kind AND value = @value AND valid_until = 9223372036854775807
        """;

    private const string AddSql =
        """
        INSERT INTO aliases (tenant, kind, value, valid_from, grain) VALUES (@Tenant, @kind, @value, @at, @grain)
        ON CONFLICT DO NOTHING
        """;

    private readonly PostgresDatabase _database;
    private readonly Gathering<Lookup, GrainKey?> _lookups;

    /// <summary>The index of a database.</summary>
    public PostgresAliasIndex(PostgresDatabase database) => (_database, _lookups) = (database, new(FindAsync, MaxLookups));

    /// <inheritdoc/>
    public Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken) =>
        _lookups.AskAsync(new(tenant, kind, value, StoredValues.Milliseconds(at)), cancellationToken);

    /// <summary>Gives an alias to another grain from a time on; who held it keeps it for all times before.</summary>
    public Task MoveAsync(string kind, string value, GrainKey to, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.UseAsync(
            async connection =>
            {
                var row = new { to.Tenant, kind, value, at = StoredValues.Milliseconds(at), grain = StoredValues.Grain(to) };
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                do
                {
                    await connection.ExecuteAsync(new(EndSql, row, transaction, cancellationToken: cancellationToken));
                }
                while (await connection.ExecuteAsync(new(AddSql, row, transaction, cancellationToken: cancellationToken)) == 0); // Another moved it meanwhile.
                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken);

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
