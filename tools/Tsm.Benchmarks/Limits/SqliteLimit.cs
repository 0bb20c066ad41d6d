using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Tsm.Benchmarks.Limits;

/// <summary>Rows that SQLite upserts a second when nothing but that is asked of it, with every commit flushed.</summary>
internal static class SqliteLimit
{
    private const int Rows = 20_000;
    private const int RowsPerStatement = 64;

    public static async Task<double> MeasureAsync(TimeSpan span)
    {
        string folder = Directory.CreateTempSubdirectory("tsm-limit-").FullName;
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "rows.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using SqliteCommand create = connection.CreateCommand();
            create.CommandText =
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
                CREATE TABLE rows (key TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, state BLOB NOT NULL) STRICT
                """;
            await create.ExecuteNonQueryAsync();
            await using SqliteCommand upsert = Upsert(connection);
            double rate = await Callers.MeasureAsync(1, span, async _ =>
            {
                await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
                upsert.Transaction = transaction;
                for (int i = 0; i < MachineLimits.RowsPerTransaction; i += RowsPerStatement)
                {
                    Fill(upsert);
                    await upsert.ExecuteNonQueryAsync();
                }

                await transaction.CommitAsync();
                return MachineLimits.RowsPerTransaction;
            });
            Directory.Delete(folder, recursive: true);
            return rate;
        }
    }

    private static SqliteCommand Upsert(SqliteConnection connection)
    {
        SqliteCommand upsert = connection.CreateCommand();
        string rows = string.Join(", ", Enumerable.Range(0, RowsPerStatement).Select(i => $"($k{i}, 1, $s{i})"));
#pragma warning disable CA2100 // Made of constants.
        upsert.CommandText = $"INSERT INTO rows VALUES {rows} ON CONFLICT (key) DO UPDATE SET version = version + 1, state = excluded.state";
#pragma warning restore CA2100
        for (int i = 0; i < RowsPerStatement; i++)
        {
            upsert.Parameters.Add(new($"$k{i.ToString(CultureInfo.InvariantCulture)}", SqliteType.Text));
            upsert.Parameters.Add(new($"$s{i.ToString(CultureInfo.InvariantCulture)}", SqliteType.Blob));
        }

        return upsert;
    }

    private static void Fill(SqliteCommand upsert)
    {
        for (int i = 0; i < RowsPerStatement; i++)
        {
            upsert.Parameters[2 * i].Value = $"card/{Random.Shared.Next(Rows):x16}";
            upsert.Parameters[2 * i + 1].Value = RandomNumberGenerator.GetBytes(MachineLimits.OctetsPerRow);
        }
    }
}
