using System.Globalization;
using System.Text.Json;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Storage.Postgres;

/// <summary>Lists of jobs, in PostgreSQL.</summary>
public sealed class PostgresJobReads(PostgresDatabase database) : IJobReads
{
    private const string Columns =
        """
        seq AS Seq, id AS Id, card AS Card, iccid AS Iccid, operation AS Operation, application AS Application, instance AS Instance,
        status AS Status, grade AS Grade, now AS Now, steps_done AS StepsDone, steps_total AS StepsTotal, sms_sent AS SmsSent,
        sms_repeated AS SmsRepeated, sms_received AS SmsReceived, octets_sent AS OctetsSent, proofs AS Proofs, problem AS Problem,
        created_at AS CreatedAt, started_at AS StartedAt, ended_at AS EndedAt
        """;

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
                List<Row> rows = [.. await connection.QueryAsync<Row>(new(
                    $"""
                    SELECT {Columns} FROM jobs
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
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>(new(
            $"SELECT {Columns} FROM jobs WHERE tenant = @tenant AND id = @id",
            new { tenant, id },
            cancellationToken: cancellationToken)))?.ToJob(tenant),
        cancellationToken);

    private sealed class Row
    {
        public long Seq { get; init; }

        public string Id { get; init; } = "";

        public string Card { get; init; } = "";

        public string Iccid { get; init; } = "";

        public string Operation { get; init; } = "";

        public string? Application { get; init; }

        public string? Instance { get; init; }

        public string Status { get; init; } = "";

        public string? Grade { get; init; }

        public string Now { get; init; } = "";

        public int StepsDone { get; init; }

        public int StepsTotal { get; init; }

        public int SmsSent { get; init; }

        public int SmsRepeated { get; init; }

        public int SmsReceived { get; init; }

        public int OctetsSent { get; init; }

        public int Proofs { get; init; }

        public string? Problem { get; init; }

        public long CreatedAt { get; init; }

        public long? StartedAt { get; init; }

        public long? EndedAt { get; init; }

        public JobRow ToJob(string tenant) => new(
            Id, tenant, StoredValues.Key(tenant, Card), Iccid, Enum.Parse<Operation>(Operation), Application, Instance,
            Enum.Parse<JobStatus>(Status), Grade is null ? null : Enum.Parse<Grade>(Grade), Now, StepsDone, StepsTotal,
            SmsSent, SmsRepeated, SmsReceived, OctetsSent, Proofs,
            Problem is null ? null : JsonSerializer.Deserialize(Problem, StorageJson.Default.Problem),
            StoredValues.Time(CreatedAt), StoredValues.Time(StartedAt), StoredValues.Time(EndedAt));
    }
}
