using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Tsm.Testing;

namespace Tsm.Benchmarks.Limits;

/// <summary>Rows that PostgreSQL updates a second when nothing but that is asked of it, over two connections.</summary>
internal static class PostgresLimit
{
    private const int Rows = 20_000;
    private const int Connections = 2;

    public static async Task<double> MeasureAsync(PrivatePostgres postgres, TimeSpan span)
    {
        string database = postgres.CreateDatabase();
        NpgsqlConnection[] connections = new NpgsqlConnection[Connections];
        for (int i = 0; i < Connections; i++)
        {
            connections[i] = new(database);
            await connections[i].OpenAsync();
        }

        await using (var create = new NpgsqlCommand(
            $"""
            CREATE TABLE rows (key text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, state bytea NOT NULL) WITH (fillfactor = 75);
            INSERT INTO rows SELECT 'card/' || lpad(to_hex(i), 16, '0'), 1, ''::bytea FROM generate_series(0, {Rows - 1}) AS i
            """,
            connections[0]))
        {
            await create.ExecuteNonQueryAsync();
        }

        double rate = await Callers.MeasureAsync(Connections, span, caller => UpdateAsync(connections[caller], caller));
        foreach (NpgsqlConnection connection in connections)
        {
            await connection.DisposeAsync();
        }

        postgres.DropDatabase(database);
        return rate;
    }

    /// <summary>Each connection has its own half of the keys: they wait for the disk only, not for each other.</summary>
    private static async Task<int> UpdateAsync(NpgsqlConnection connection, int half)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        while (keys.Count < MachineLimits.RowsPerTransaction)
        {
            keys.Add($"card/{Random.Shared.Next(Rows / Connections) * Connections + half:x16}");
        }

        byte[][] states = [.. keys.Select(_ => RandomNumberGenerator.GetBytes(MachineLimits.OctetsPerRow))];
        await using var update = new NpgsqlCommand(
            """
            UPDATE rows AS r SET version = r.version + 1, state = i.state FROM unnest($1, $2) AS i (key, state) WHERE r.key = i.key
            """,
            connection);
        update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        update.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = states, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        return await update.ExecuteNonQueryAsync();
    }
}
