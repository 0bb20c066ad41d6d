using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Tsm.Storage;
using Tsm.Storage.Migrations;
using Tsm.Storage.Postgres;

namespace Tsm.Orleans;

/// <summary>The PostgreSQL of the silos, with Orleans' own tables in it.</summary>
/// <remarks>
/// The tables are made by Orleans' scripts, which come with its source and not with its packages: they are run from a folder
/// that the operator names, once. One index is ours: the scripts' insert of a new row looks first and then inserts, so that two
/// activations of a new grain could both insert.
/// </remarks>
internal sealed class OrleansDatabase
{
    /// <summary>Tsm's lock for this among all users of the database cluster: 'T', 's', 'm', 4.</summary>
    private const int Lock = 0x54736D04;

    private const string MissingSql =
        """
        SELECT script FROM (VALUES (1, 'Main', 'orleansquery'), (2, 'Clustering', 'orleansmembershiptable'),
            (3, 'Persistence', 'orleansstorage'), (4, 'Reminders', 'orleansreminderstable')) AS t (place, script, name)
        WHERE to_regclass(name) IS NULL ORDER BY place
        """;

    private const string OnceSql =
        """
        CREATE UNIQUE INDEX IF NOT EXISTS tsm_orleansstorage_once ON orleansstorage
            (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, grainidextensionstring, serviceid)
        """;

    /// <summary>Checks the tables and makes those that are missing.</summary>
    /// <exception cref="MigrationException">A table is missing and cannot be made; the message says what to do.</exception>
    public OrleansDatabase(PostgresDatabase database, IOptions<OrleansOptions> options)
    {
        ConnectionString = database.ConnectionString;
        database.Use(connection =>
        {
            using NpgsqlTransaction transaction = connection.BeginTransaction();
            connection.Execute($"SELECT pg_advisory_xact_lock({Lock})", transaction: transaction);
            foreach (string script in Read([.. connection.Query<string>(MissingSql, transaction: transaction)], options.Value.Scripts))
            {
                connection.Execute(script, transaction: transaction);
            }

            connection.Execute(OnceSql, transaction: transaction);
            transaction.Commit();
            return true;
        });
        new PostgresHosting(database).Claim(PostgresHosting.Orleans);
    }

    /// <summary>How Orleans' providers reach it. It may hold a password.</summary>
    public string ConnectionString { get; }

    /// <summary>The database that the options name.</summary>
    /// <exception cref="OptionsValidationException">It is SQLite.</exception>
    public static PostgresDatabase Choose(IServiceProvider services, StorageOptions storage, Func<IServiceProvider, PostgresDatabase> open)
    {
        return storage.ConnectionString is { Length: > 0 }
            ? open(services)
            : throw new OptionsValidationException("", typeof(StorageOptions),
                ["Orleans needs a PostgreSQL that its silos share, and the database is SQLite: name one with TSM_DATABASE=postgres://..., or leave --host orleans out."]);
    }

    private static List<string> Read(string[] missing, string? folder)
    {
        List<string> scripts = [];
        foreach (string file in missing.Select(m => $"PostgreSQL-{m}.sql"))
        {
            string? path = folder is { Length: > 0 } ? Path.Combine(folder, file) : null;
            scripts.Add(path is not null && File.Exists(path)
                ? File.ReadAllText(path)
                : throw new MigrationException(
                    $"The tables that Orleans keeps in PostgreSQL are missing, and {(path is null ? "no folder of its scripts is named" : $"there is no {path}")}. "
                    + "Fetch PostgreSQL-Main.sql, PostgreSQL-Clustering.sql, PostgreSQL-Persistence.sql and PostgreSQL-Reminders.sql of your version from "
                    + "github.com/dotnet/orleans, folders src/AdoNet/*, and name their folder in Orleans:Scripts (TSM_ORLEANS__SCRIPTS), or run them yourself."));
        }

        return scripts;
    }
}
