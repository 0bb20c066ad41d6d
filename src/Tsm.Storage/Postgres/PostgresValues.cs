using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Tsm.Application.Hosting;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Parameters of statements: many rows are one array for each column, taken apart by <c>unnest</c>.</summary>
internal static class PostgresValues
{
    public static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Id(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter Ids(Guid[] values) =>
        new NpgsqlParameter<Guid[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    public static NpgsqlParameter Number(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter Integer(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    public static NpgsqlParameter Texts<T>(IReadOnlyList<T> rows, Func<T, string?> column) => Array(rows, column, NpgsqlDbType.Text);

    public static NpgsqlParameter Integers<T>(IReadOnlyList<T> rows, Func<T, int> column) => Array(rows, column, NpgsqlDbType.Integer);

    public static NpgsqlParameter Longs<T>(IReadOnlyList<T> rows, Func<T, long> column) => Array(rows, column, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Times<T>(IReadOnlyList<T> rows, Func<T, long?> column) => Array(rows, column, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Booleans<T>(IReadOnlyList<T> rows, Func<T, bool> column) => Array(rows, column, NpgsqlDbType.Boolean);

    public static NpgsqlParameter Blobs<T>(IReadOnlyList<T> rows, Func<T, byte[]?> column) => Array(rows, column, NpgsqlDbType.Bytea);

    /// <summary>The two columns that name a grain.</summary>
    public static NpgsqlParameter[] Keys<T>(IReadOnlyList<T> rows, Func<T, GrainKey> key) =>
        [Texts(rows, r => key(r).Tenant), Texts(rows, r => StoredValues.Grain(key(r)))];

    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // The text is a constant of the store; values are parameters.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (NpgsqlParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Adds a statement over one tenant's grains, for each tenant. It needs no join, so there is nothing to plan wrongly.</summary>
    public static void AddByTenant(NpgsqlBatch batch, string sql, IEnumerable<GrainKey> keys)
    {
        foreach (IGrouping<string, GrainKey> tenant in keys.GroupBy(k => k.Tenant, StringComparer.Ordinal))
        {
            batch.BatchCommands.Add(Command(sql, Text(tenant.Key), Texts([.. tenant], StoredValues.Grain)));
        }
    }

    /// <summary>Runs a statement and reads its rows.</summary>
    public static async Task<ImmutableArray<T>> QueryAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        NpgsqlParameter[] parameters,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.Create(sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows.DrainToImmutable();
    }

    /// <summary>Runs a statement and returns the number of rows it has changed.</summary>
    public static async Task<int> ChangeAsync(
        this NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.Create(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Create(this NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // The text is a constant of the store; values are parameters.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter<TColumn[]> Array<T, TColumn>(IReadOnlyList<T> rows, Func<T, TColumn> column, NpgsqlDbType type)
    {
        var values = new TColumn[rows.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column(rows[i]);
        }

        return new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
