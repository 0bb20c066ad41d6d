using Dapper;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Messages that fit nobody, in SQLite.</summary>
public sealed class SqliteQuarantine(SqliteDatabase database, TimeProvider time) : IQuarantine
{
    /// <inheritdoc/>
    public Task KeepAsync(
        string tenant, string road, string source, string destination, Octets userData, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => session.Connection.Execute(
                """
                INSERT INTO quarantine (tenant, at, road, source, destination, user_data, reason)
                VALUES (@tenant, @at, @road, @source, @destination, @octets, @reason)
                """,
                new { tenant, at = StoredValues.Milliseconds(time.GetUtcNow()), road, source, destination, octets = userData.ToArray(), reason }),
            cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(string tenant, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.Connection.ExecuteScalar<int>("SELECT count(*) FROM quarantine WHERE tenant = @tenant", new { tenant }),
            cancellationToken);
}
