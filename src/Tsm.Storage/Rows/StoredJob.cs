using System.Text.Json;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of jobs.</summary>
internal sealed class StoredJob
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        seq AS Seq, id AS Id, card AS Card, iccid AS Iccid, operation AS Operation, application AS Application, instance AS Instance,
        status AS Status, grade AS Grade, now AS Now, steps_done AS StepsDone, steps_total AS StepsTotal, sms_sent AS SmsSent,
        sms_repeated AS SmsRepeated, sms_received AS SmsReceived, octets_sent AS OctetsSent, proofs AS Proofs, problem AS Problem,
        created_at AS CreatedAt, started_at AS StartedAt, ended_at AS EndedAt
        """;

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
