using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Tsm.Storage.Migrations;

/// <summary>A script that changes the database once.</summary>
/// <param name="Number">1, 2, 3, ... without a gap.</param>
/// <param name="Name">The name of its file.</param>
/// <param name="Sql">Its text.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, hexadecimal.</summary>
    public string Hash => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>The database does not fit this program; nothing was changed.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>Applies scripts once, in order, each in a transaction, and remembers what it has applied.</summary>
/// <param name="migrations">All scripts this program knows, in order.</param>
/// <param name="begin">The statement that begins a transaction and takes the lock that keeps other migrators out.</param>
/// <param name="time">For the time of application.</param>
public sealed class Migrator(IReadOnlyList<Migration> migrations, string begin, TimeProvider time)
{
    /// <summary>The scripts of a dialect that this assembly carries.</summary>
    /// <param name="dialect"><c>sqlite</c> or <c>postgres</c>.</param>
    public static IReadOnlyList<Migration> Scripts(string dialect)
    {
        string ending = $".{dialect}.sql";
        Assembly assembly = typeof(Migrator).Assembly;
        var scripts = new List<Migration>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(n => n.EndsWith(ending, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            string name = resource[..^ending.Length].Split('.')[^1];
            scripts.Add(new(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        return [.. scripts.OrderBy(s => s.Number)];
    }

    /// <summary>Brings the database up to date and returns the number of scripts that were applied.</summary>
    /// <exception cref="MigrationException">It is newer than this program, or an applied script differs from ours.</exception>
    public int Apply(DbConnection connection)
    {
        int applied = 0;
        while (ApplyNext(connection))
        {
            applied++;
        }

        return applied;
    }

    private bool ApplyNext(DbConnection connection)
    {
        connection.Execute(begin);
        try
        {
            connection.Execute(
                """
                CREATE TABLE IF NOT EXISTS migrations (
                    number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at BIGINT NOT NULL)
                """);
            List<Applied> present =
                [.. connection.Query<Applied>("SELECT number AS Number, name AS Name, hash AS Hash FROM migrations ORDER BY number")];
            Check(present);
            Migration? next = migrations.ElementAtOrDefault(present.Count);
            if (next is not null)
            {
                connection.Execute(next.Sql);
                connection.Execute(
                    "INSERT INTO migrations (number, name, hash, applied_at) VALUES (@Number, @Name, @Hash, @AppliedAt)",
                    new { next.Number, next.Name, next.Hash, AppliedAt = time.GetUtcNow().ToUnixTimeMilliseconds() });
            }

            connection.Execute("COMMIT");
            return next is not null;
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }
    }

    private void Check(List<Applied> present)
    {
        if (present.Count > migrations.Count)
        {
            throw new MigrationException(
                $"The database is newer than this program: it has schema {present[^1].Number} ({present[^1].Name}), "
                + $"this program knows {migrations.Count}. Run the program that wrote it, or a newer one.");
        }

        foreach ((Applied was, Migration ours) in present.Zip(migrations))
        {
            if (was.Number != ours.Number || !string.Equals(was.Hash, ours.Hash, StringComparison.Ordinal))
            {
                throw new MigrationException(
                    $"The database was made by another edition of this program: script {was.Number} ({was.Name}) is not ours ({ours.Name}).");
            }
        }
    }

    private sealed class Applied
    {
        public int Number { get; init; }

        public string Name { get; init; } = "";

        public string Hash { get; init; } = "";
    }
}
