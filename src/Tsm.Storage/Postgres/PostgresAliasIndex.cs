using Dapper;
using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Which grain held a name at which time, in PostgreSQL.</summary>
public sealed class PostgresAliasIndex(PostgresDatabase database) : IAliasIndex
{
    private const string FindSql =
        """
        SELECT grain FROM aliases
        WHERE tenant = @tenant AND kind = @kind AND value = @value AND valid_until > @at AND valid_from <= @at
        ORDER BY valid_until LIMIT 1
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

    /// <inheritdoc/>
    public Task<GrainKey?> FindAsync(string tenant, string kind, string value, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.UseAsync<GrainKey?>(
            async connection => await connection.QuerySingleOrDefaultAsync<string>(new(
                FindSql, new { tenant, kind, value, at = StoredValues.Milliseconds(at) }, cancellationToken: cancellationToken)) is { } grain
                ? StoredValues.Key(tenant, grain)
                : null,
            cancellationToken);

    /// <summary>Gives an alias to another grain from a time on; who held it keeps it for all times before.</summary>
    public Task MoveAsync(string kind, string value, GrainKey to, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.UseAsync(
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
}
