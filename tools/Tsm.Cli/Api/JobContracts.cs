namespace Tsm.Cli.Api;

/// <summary>What to do, to which cards.</summary>
internal sealed record JobOrder
{
    public required string Operation { get; init; }

    public required IReadOnlyList<string> Cards { get; init; }

    public string? Application { get; init; }

    public string? Applet { get; init; }

    public string? Instance { get; init; }

    public bool? Activate { get; init; }

    public string? Privileges { get; init; }

    public string? Parameters { get; init; }
}

/// <summary>The jobs that came of an order, and the cards that were refused.</summary>
internal sealed record JobsCreated
{
    public IReadOnlyList<Job> Jobs { get; init => field = value ?? []; } = [];

    public IReadOnlyList<RefusedCard> Refused { get; init => field = value ?? []; } = [];
}

/// <summary>A card for which no job was created, and why.</summary>
internal sealed record RefusedCard(string Card, Problem Problem);

/// <summary>One operation on one card.</summary>
internal sealed record Job
{
    public string Id { get; init; } = "";

    /// <summary>The ICCID.</summary>
    public string Card { get; init; } = "";

    public string Operation { get; init; } = "";

    public JobApplication? Application { get; init; }

    public string? Instance { get; init; }

    public string Status { get; init; } = "";

    public string? Grade { get; init; }

    /// <summary>What is happening, as a sentence.</summary>
    public string? Now { get; init; }

    public int StepsDone { get; init; }

    public int StepsTotal { get; init; }

    public int SmsSent { get; init; }

    public int SmsRepeated { get; init; }

    public int SmsReceived { get; init; }

    public long OctetsSent { get; init; }

    public int Proofs { get; init; }

    public Problem? Problem { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Only when one job is asked for.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init => field = value ?? []; } = [];

    /// <summary>Whether nothing more will happen.</summary>
    public bool Ended => Status is JobStatus.Done or JobStatus.Refused or JobStatus.Failed or JobStatus.Expired or JobStatus.Cancelled;

    /// <summary>Whether the job is done and the card has proved it.</summary>
    public bool Proven => Status is JobStatus.Done && Grade is "proven";
}

/// <summary>The application of a job.</summary>
internal sealed record JobApplication(string Id, string? Name, string? PackageAid);

/// <summary>What shows that something happened: a proof of receipt, an audit, a delivery receipt.</summary>
internal sealed record Evidence(DateTimeOffset At, string Kind, string? Grade, string Text, string? Raw);

/// <summary>The states of a job as the API spells them.</summary>
internal static class JobStatus
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Done = "done";
    public const string Refused = "refused";
    public const string Failed = "failed";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
}

/// <summary>What moves into a provider's security domain.</summary>
internal sealed record ExtraditionOrder(string Application, string? Instance);
