using Dapper;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Messages that fit nobody, in PostgreSQL.</summary>
public sealed class PostgresQuarantine(PostgresDatabase database, TimeProvider time) : IQuarantine
{
    /// <inheritdoc/>
    public Task KeepAsync(
        string tenant, string road, string source, string destination, Octets userData, string reason, CancellationToken cancellationToken) =>
        database.UseAsync(
            connection => connection.ExecuteAsync(new(
                """
                INSERT INTO quarantine (tenant, at, road, source, destination, user_data, reason)
                VALUES (@tenant, @at, @road, @source, @destination, @octets, @reason)
                """,
                new { tenant, at = StoredValues.Milliseconds(time.GetUtcNow()), road, source, destination, octets = userData.ToArray(), reason },
                cancellationToken: cancellationToken)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountAsync(string tenant, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ExecuteScalarAsync<int>(new(
            "SELECT count(*) FROM quarantine WHERE tenant = @tenant", new { tenant }, cancellationToken: cancellationToken)),
        cancellationToken);
}
