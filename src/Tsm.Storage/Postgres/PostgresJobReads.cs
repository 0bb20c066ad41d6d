using System.Globalization;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Lists of jobs, in PostgreSQL.</summary>
public sealed class PostgresJobReads(PostgresDatabase database) : IJobReads
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
        return database.UseAsync(
            async connection =>
            {
                List<StoredJob> rows = [.. await connection.QueryAsync<StoredJob>(new(
                    $"""
                    SELECT {StoredJob.Columns} FROM jobs
                    WHERE tenant = @tenant AND seq < @before
                    {(card is null ? "" : "AND card = @grain")}
                    {(status is null ? "" : "AND status = @status")}
                    {(ids is null ? "" : "AND id = ANY (@list)")}
                    ORDER BY seq DESC LIMIT @take
                    """,
                    new
                    {
                        tenant,
                        before,
                        grain = card is { } key ? StoredValues.Grain(key) : null,
                        status = status?.ToString(),
                        list = ids?.ToArray(),
                        take = limit + 1,
                    },
                    cancellationToken: cancellationToken))];
                return new Page<JobRow>(
                    [.. rows.Take(limit).Select(r => r.ToJob(tenant))],
                    rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<JobRow?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => database.UseAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<StoredJob>(new(
            $"SELECT {StoredJob.Columns} FROM jobs WHERE tenant = @tenant AND id = @id",
            new { tenant, id },
            cancellationToken: cancellationToken)))?.ToJob(tenant),
        cancellationToken);
}
