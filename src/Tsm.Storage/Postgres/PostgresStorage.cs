using Tsm.Security.Keys;
using Microsoft.Extensions.Logging;
using Tsm.Storage.Vault;

namespace Tsm.Storage.Postgres;

/// <summary>The database that this node shares with others, checked and brought up to date, with its vault.</summary>
public sealed class PostgresStorage : IDisposable
{
    private PostgresStorage(PostgresDatabase database, KeyVault vault) => (Database, Vault) = (database, vault);

    /// <summary>The database, its tables up to date.</summary>
    public PostgresDatabase Database { get; }

    /// <summary>The vault; its key fits the database.</summary>
    public KeyVault Vault { get; }

    /// <summary>Opens the database. The vault key is checked before the first write.</summary>
    /// <exception cref="VaultException">The vault key is missing or not the one the database was written with.</exception>
    /// <exception cref="Migrations.MigrationException">The database is newer than this program, or the server is too old.</exception>
    /// <exception cref="Application.Hosting.StoreUnavailableException">The server cannot be reached, or refuses.</exception>
    public static PostgresStorage Open(StorageOptions options, TimeProvider time, ILogger<PostgresDatabase>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var database = PostgresDatabase.Open(options.ConnectionString ?? "", options.Node, options.TrustFailover, logger);
        VaultKey? vaultKey = null;
        try
        {
            var table = new PostgresVaultTable(database);
            vaultKey = VaultKeySource.Load(options.Vault, KeyVault.IsNew(table), Environment.GetEnvironmentVariable);
            KeyVault.Verify(vaultKey, table);
            database.Migrate(time);
            if (options.AfterRestore)
            {
                database.BeginEpoch(StorageOptions.RestoredByOperator);
            }

            return new(database, new(vaultKey, table));
        }
        catch
        {
            vaultKey?.Dispose();
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Vault.Dispose();
        Database.Dispose();
    }
}
