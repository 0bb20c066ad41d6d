using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Tsm.Application.Hosting;

namespace Tsm.Orleans.Tests;

/// <summary>Orleans' table of states, as somebody sees it who is not Orleans.</summary>
internal sealed class OrleansRows(string connectionString)
{
    /// <summary>The row of a grain; null when there is none.</summary>
    public async Task<StoredGrain?> FindAsync(GrainKey key)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand there = Command(connection, "SELECT to_regclass('orleansstorage') IS NOT NULL");
        if (await there.ExecuteScalarAsync() is not true)
        {
            return null;
        }

        await using NpgsqlCommand command = Command(
            connection, "SELECT version, payloadbinary FROM orleansstorage WHERE grainidextensionstring = $1", key.ToString());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        JsonNode record = JsonNode.Parse(reader.GetFieldValue<byte[]>(1))!;
        return new(
            key, reader.GetInt32(0), (int)record["Schema"]!, JsonSerializer.SerializeToUtf8Bytes(record["State"]), [], (DateTimeOffset?)record["Due"]);
    }

    /// <summary>Writes a state as another writer would: the version rises.</summary>
    public async Task OverwriteAsync(GrainKey key, byte[] state)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand read = Command(connection, "SELECT payloadbinary FROM orleansstorage WHERE grainidextensionstring = $1", key.ToString());
        JsonNode record = JsonNode.Parse((byte[])(await read.ExecuteScalarAsync())!)!;
        record["State"] = JsonNode.Parse(state);
        await WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(record));
    }

    /// <summary>Writes any octets into the row of a grain.</summary>
    public async Task WriteAsync(GrainKey key, byte[] payload)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand write = Command(
            connection, "UPDATE orleansstorage SET payloadbinary = $2, version = version + 1 WHERE grainidextensionstring = $1", key.ToString(), payload);
        Assert.Equal(1, await write.ExecuteNonQueryAsync());
    }

    public async Task<byte[]> PayloadAsync(GrainKey key)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand read = Command(connection, "SELECT payloadbinary FROM orleansstorage WHERE grainidextensionstring = $1", key.ToString());
        return (byte[])(await read.ExecuteScalarAsync())!;
    }

    public async Task<long> CountAsync(string table)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand count = Command(connection, $"SELECT count(*) FROM {table}");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // Written by tests.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
