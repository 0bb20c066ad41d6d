namespace Tsm.Cli.Api;

/// <summary>What is asked for a service on a card.</summary>
internal sealed record RequestOrder(string Service, string Operation, string? Msisdn, string? Card, string? Version);

/// <summary>A request as the server shows it.</summary>
internal sealed record ServiceRequest
{
    public string Id { get; init; } = "";

    public string Origin { get; init; } = "";

    public string Requester { get; init; } = "";

    public string Identifier { get; init; } = "";

    public string Operation { get; init; } = "";

    public string? Service { get; init; }

    public string? Version { get; init; }

    public string? Provider { get; init; }

    public string? Contract { get; init; }

    public string? Msisdn { get; init; }

    public string? Card { get; init; }

    public string Status { get; init; } = "";

    public string? Grade { get; init; }

    public Problem? Problem { get; init; }

    public IReadOnlyList<string> Jobs { get; init; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether nothing more will come of it.</summary>
    public bool HasEnded => Status is "done" or "refused" or "failed" or "cancelled";
}

/// <summary>Whether a request would be granted, check by check.</summary>
internal sealed record EligibilityReport
{
    public bool Eligible { get; init; }

    public IReadOnlyList<EligibilityCheck> Checks { get; init; } = [];
}

/// <summary>One check.</summary>
internal sealed record EligibilityCheck
{
    public string Name { get; init; } = "";

    public string Expected { get; init; } = "";

    public string Found { get; init; } = "";

    public string Outcome { get; init; } = "";

    public string Fixer { get; init; } = "";

    public Problem? Problem { get; init; }
}

/// <summary>A card that was lost.</summary>
internal sealed record LossOrder(string Msisdn);

/// <summary>What a loss report has set going.</summary>
internal sealed record LossReport
{
    public string Msisdn { get; init; } = "";

    public string Card { get; init; } = "";

    public IReadOnlyList<ServiceRequest> Requests { get; init; } = [];

    public IReadOnlyList<ServiceRequest> CalledOff { get; init; } = [];
}

/// <summary>An application server to declare.</summary>
internal sealed record AppServerOrder(
    string Name, string Url, IReadOnlyList<string>? Services, string? Secret, int? TimeoutSeconds, string? Description);

/// <summary>An application server.</summary>
internal sealed record AppServer
{
    public string Name { get; init; } = "";

    public string Url { get; init; } = "";

    public IReadOnlyList<string> Services { get; init; } = [];

    public int TimeoutSeconds { get; init; }

    public string Description { get; init; } = "";

    public string PublicKey { get; init; } = "";

    public DateTimeOffset? CreatedAt { get; init; }

    public string? Secret { get; init; }
}
