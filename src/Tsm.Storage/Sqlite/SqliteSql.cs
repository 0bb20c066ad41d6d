using Dapper;
using Tsm.Application.AuditTrail;
using Tsm.Storage.Rows;
using Tsm.Storage.Shared;

namespace Tsm.Storage.Sqlite;

/// <summary>Shared statements in SQLite.</summary>
public sealed class SqliteSql(SqliteDatabase database, TimeProvider time) : ISql
{
    /// <inheritdoc/>
    public string SkipLocked => "";

    /// <inheritdoc/>
    public Task<long> NowAsync(CancellationToken cancellationToken) => Task.FromResult(StoredValues.Milliseconds(time.GetUtcNow()));

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<T>>(session => [.. session.Connection.Query<T>(sql, values)], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<T>>(session => [.. session.Connection.Query<T>(sql, values)], cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TransactAsync(
        string tenant, IReadOnlyList<SqlStatement> statements, IReadOnlyList<AuditEntry> audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statements);
        ArgumentNullException.ThrowIfNull(audit);
        try
        {
            return await database.WriteAsync(
                session =>
                {
                    foreach (SqlStatement statement in statements)
                    {
                        if (session.Connection.Execute(statement.Sql, statement.Values) == 0 && statement.MustChange)
                        {
                            throw new NothingChangedException();
                        }
                    }

                    foreach (AuditEntry entry in audit)
                    {
                        SqliteAuditRows.Add(session, tenant, entry);
                    }

                    return true;
                },
                cancellationToken);
        }
        catch (NothingChangedException)
        {
            return false;
        }
    }

    /// <summary>Undoes the transaction.</summary>
    private sealed class NothingChangedException : Exception;
}
