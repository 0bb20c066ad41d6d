using System.Globalization;
using System.Text.Json;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Lists of jobs, in SQLite.</summary>
public sealed class SqliteJobReads(SqliteDatabase database) : IJobReads
{
    /// <inheritdoc/>
    public Task<Page<JobRow>> ListAsync(
        string tenant,
        GrainKey? card,
        JobStatus? status,
        IReadOnlyCollection<string>? ids,
        string? cursor,
        int limit,
        CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        long before = StoredValues.Before(cursor);
        return database.ReadAsync(
            session =>
            {
                List<StoredJob> rows = [.. session.Connection.Query<StoredJob>(
                    $"""
                    SELECT {StoredJob.Columns} FROM jobs
                    WHERE tenant = @tenant AND seq < @before
                    {(card is null ? "" : "AND card = @grain")}
                    {(status is null ? "" : "AND status = @status")}
                    {(ids is null ? "" : "AND id IN (SELECT value FROM json_each(@list))")}
                    ORDER BY seq DESC LIMIT @take
                    """,
                    new
                    {
                        tenant,
                        before,
                        grain = card is { } key ? StoredValues.Grain(key) : null,
                        status = status?.ToString(),
                        list = ids is null ? null : JsonSerializer.Serialize([.. ids], StorageJson.Default.StringArray),
                        take = limit + 1,
                    })];
                return new Page<JobRow>(
                    [.. rows.Take(limit).Select(r => r.ToJob(tenant))],
                    rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<JobRow?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.Connection.QuerySingleOrDefault<StoredJob>(
            $"SELECT {StoredJob.Columns} FROM jobs WHERE tenant = @tenant AND id = @id", new { tenant, id })?.ToJob(tenant),
        cancellationToken);
}
