using Dapper;
using Tsm.Card.Encoding;
using Tsm.Storage.Vault;

namespace Tsm.Storage.Postgres;

/// <summary>Wrapped tenant keys in PostgreSQL.</summary>
public sealed class PostgresVaultTable(PostgresDatabase database) : IVaultTable
{
    /// <inheritdoc/>
    public Octets? Find(string tenant) => database.Use<Octets?>(connection =>
    {
        // Asked before the tables are made, so that a wrong vault key is found before anything is written.
        if (!connection.ExecuteScalar<bool>("SELECT to_regclass('vault') IS NOT NULL"))
        {
            return null;
        }

        return connection.QuerySingleOrDefault<byte[]>("SELECT wrapped FROM vault WHERE tenant = @tenant", new { tenant }) is { } wrapped
            ? Octets.Own(wrapped)
            : null;
    });

    /// <inheritdoc/>
    public bool TryAdd(string tenant, Octets wrapped) => database.Use(connection => connection.Execute(
        "INSERT INTO vault (tenant, wrapped) VALUES (@tenant, @octets) ON CONFLICT DO NOTHING",
        new { tenant, octets = wrapped.ToArray() })) == 1;
}
