using Dapper;
using Npgsql;
using Tsm.Application.AuditTrail;
using Tsm.Storage.Shared;

namespace Tsm.Storage.Postgres;

/// <summary>Shared statements in PostgreSQL.</summary>
public sealed class PostgresSql(PostgresDatabase database) : ISql
{
    /// <inheritdoc/>
    public string SkipLocked => "FOR UPDATE SKIP LOCKED";

    /// <inheritdoc/>
    public Task<long> NowAsync(CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<long>(new("SELECT now_ms()", cancellationToken: cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        database.UseAsync<IReadOnlyList<T>>(
            async connection => [.. await connection.QueryAsync<T>(new(sql, values, cancellationToken: cancellationToken))], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        QueryAsync<T>(sql, values, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TransactAsync(
        string tenant, IReadOnlyList<SqlStatement> statements, IReadOnlyList<AuditEntry> audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statements);
        ArgumentNullException.ThrowIfNull(audit);
        return database.UseAsync(
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                foreach (SqlStatement statement in statements)
                {
                    int changed = await connection.ExecuteAsync(new(statement.Sql, statement.Values, transaction, cancellationToken: cancellationToken));
                    if (changed == 0 && statement.MustChange)
                    {
                        return false;
                    }
                }

                foreach (AuditEntry entry in audit)
                {
                    await PostgresAuditRows.AddAsync(connection, tenant, entry, cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken);
    }
}
