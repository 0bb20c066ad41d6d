using Microsoft.Extensions.Logging;
using Tsm.Security.Keys;
using Tsm.Storage.Sqlite;
using Tsm.Storage.Vault;

namespace Tsm.Storage;

/// <summary>The database of an embedded process, opened, checked and brought up to date, with its vault.</summary>
public sealed class EmbeddedStorage : IDisposable
{
    private EmbeddedStorage(SqliteDatabase database, KeyVault vault)
    {
        Database = database;
        Vault = vault;
    }

    /// <summary>The database, its tables up to date.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The vault; its key fits the database.</summary>
    public KeyVault Vault { get; }

    /// <summary>Opens the database. The vault key is checked before the first write.</summary>
    /// <exception cref="VaultException">The vault key is missing or not the one the database was written with.</exception>
    /// <exception cref="Migrations.MigrationException">The database is newer than this program.</exception>
    public static EmbeddedStorage Open(StorageOptions options, TimeProvider time, ILogger<SqliteDatabase>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        SqliteDatabase database = SqliteDatabase.Open(options.Path, options.Readers);
        VaultKey? vaultKey = null;
        try
        {
            var table = new SqliteVaultTable(database);
            vaultKey = VaultKeySource.Load(options.Vault, KeyVault.IsNew(table), Environment.GetEnvironmentVariable);
            KeyVault.Verify(vaultKey, table);
            database.Migrate(time);
            if (options.AfterRestore)
            {
                database.BeginEpoch(StorageOptions.RestoredByOperator, time);
                logger?.EpochBegun(database.Epoch, StorageOptions.RestoredByOperator);
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
