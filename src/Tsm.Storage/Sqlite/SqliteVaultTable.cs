using Dapper;
using Microsoft.Data.Sqlite;
using Tsm.Card.Encoding;
using Tsm.Storage.Vault;

namespace Tsm.Storage.Sqlite;

/// <summary>Wrapped tenant keys in SQLite.</summary>
public sealed class SqliteVaultTable(SqliteDatabase database) : IVaultTable
{
    /// <inheritdoc/>
    public Octets? Find(string tenant) => database.Read<Octets?>(session =>
    {
        // Asked before the tables are made, so that a wrong vault key is found before anything is written.
        SqliteConnection connection = session.Connection;
        if (connection.ExecuteScalar<int>("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'vault'") == 0)
        {
            return null;
        }

        return connection.QuerySingleOrDefault<byte[]>("SELECT wrapped FROM vault WHERE tenant = @tenant", new { tenant }) is { } wrapped
            ? Octets.Own(wrapped)
            : null;
    });

    /// <inheritdoc/>
    public bool TryAdd(string tenant, Octets wrapped) => database.Write(session => session.Connection.Execute(
        "INSERT INTO vault (tenant, wrapped) VALUES (@tenant, @octets) ON CONFLICT DO NOTHING",
        new { tenant, octets = wrapped.ToArray() })) == 1;
}
