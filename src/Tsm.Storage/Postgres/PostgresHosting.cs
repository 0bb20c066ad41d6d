using Dapper;
using Tsm.Storage.Migrations;

namespace Tsm.Storage.Postgres;

/// <summary>Which host the grains of a database live on. The embedded host's states can be taken up by another, never the other way round.</summary>
public sealed class PostgresHosting(PostgresDatabase database)
{
    /// <summary>The host that keeps states in Orleans' table.</summary>
    public const string Orleans = "orleans";

    /// <summary>Makes sure that the states which the embedded host would find are the newest.</summary>
    /// <exception cref="MigrationException">They are not.</exception>
    public void RequireEmbedded()
    {
        if (database.Use(connection => connection.QuerySingleOrDefault<string>("SELECT host FROM hosting LIMIT 1")) is { } host)
        {
            throw new MigrationException(
                $"The grains of this database live on the host '{host}': the states that the embedded host would find are older, and it would use "
                + $"counters again. Start the server with --host {host}.");
        }
    }

    /// <summary>Notes that from now on the grains live on this host. Nodes with the embedded host must have been stopped.</summary>
    public void Claim(string host) =>
        database.Use(connection => connection.Execute("INSERT INTO hosting (host) VALUES (@host) ON CONFLICT DO NOTHING", new { host }));
}
