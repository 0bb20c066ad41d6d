namespace Tsm.Cli.Api;

/// <summary>A service as somebody wants to offer it, or what shall change of it; null for what is left out.</summary>
internal sealed record ServiceOrder
{
    public string? Id { get; init; }

    public string? Provider { get; init; }

    public string? Name { get; init; }

    public string? Aid { get; init; }

    public string? Code { get; init; }

    public string? ApplicationServer { get; init; }

    public string? OnCardSwap { get; init; }
}

/// <summary>A version as somebody wants to upload it.</summary>
internal sealed record ServiceVersionOrder
{
    public string? Version { get; init; }

    public string? Application { get; init; }

    public string? Module { get; init; }

    public string? Instance { get; init; }

    public string? Privileges { get; init; }

    public string? Parameters { get; init; }

    public string? Tar { get; init; }

    public IReadOnlyList<string>? Libraries { get; init; }

    public IReadOnlyList<DataGroup>? Personalisation { get; init; }

    public string? Upgrade { get; init; }
}

/// <summary>A data group of the personalisation.</summary>
internal sealed record DataGroup(string Id, string Content);

/// <summary>Why a version is rejected.</summary>
internal sealed record RejectionOrder(string? Reason);

/// <summary>The table of a card, to be compared.</summary>
internal sealed record TableOrder(string Tlv);

/// <summary>A service that is offered.</summary>
internal sealed record Service
{
    public string Id { get; init; } = "";

    public string? Provider { get; init; }

    public string? Name { get; init; }

    public string? Aid { get; init; }

    public string? Code { get; init; }

    public string? ApplicationServer { get; init; }

    public string? OnCardSwap { get; init; }

    public string? Current { get; init; }

    public IReadOnlyList<ServiceVersion> Versions { get; init => field = value ?? []; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? WithdrawnAt { get; init; }
}

/// <summary>A version of a service.</summary>
internal sealed record ServiceVersion
{
    public string Version { get; init; } = "";

    public string? Application { get; init; }

    public string? Module { get; init; }

    public string? Instance { get; init; }

    public string? Privileges { get; init; }

    public string? Parameters { get; init; }

    public string? Tar { get; init; }

    public IReadOnlyList<string> Libraries { get; init => field = value ?? []; } = [];

    public IReadOnlyList<DataGroup> Personalisation { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> Variables { get; init => field = value ?? []; } = [];

    public string? Upgrade { get; init; }

    public string? State { get; init; }

    public string? Rejection { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>Which versions can go to which card models.</summary>
internal sealed record ServiceMatrix
{
    public string Service { get; init; } = "";

    public IReadOnlyList<VersionCompatibility> Versions { get; init => field = value ?? []; } = [];
}

/// <summary>On which card models a version can go.</summary>
internal sealed record VersionCompatibility
{
    public string Version { get; init; } = "";

    public string? State { get; init; }

    public IReadOnlyList<Compatibility> Models { get; init => field = value ?? []; } = [];
}

/// <summary>The private table.</summary>
internal sealed record ServiceTable
{
    public IReadOnlyList<ServiceTableEntry> Entries { get; init => field = value ?? []; } = [];

    public string? Tlv { get; init; }
}

/// <summary>A code of the private table.</summary>
internal sealed record ServiceTableEntry(string Code, string? Service, string? Provider, string? Name, string? Aid, bool Withdrawn);

/// <summary>Where a card and the server disagree.</summary>
internal sealed record TableComparison
{
    public bool Agrees { get; init; }

    public IReadOnlyList<TableDisagreement> Disagreements { get; init => field = value ?? []; } = [];
}

/// <summary>A code for which card and server do not say the same.</summary>
internal sealed record TableDisagreement(string Code, string? Card, string? Server, string? Meaning);

/// <summary>A service on a card.</summary>
internal sealed record ServiceInstance
{
    public string Card { get; init; } = "";

    public string? Msisdn { get; init; }

    public string Service { get; init; } = "";

    public string? Provider { get; init; }

    public string? Version { get; init; }

    public string? Contract { get; init; }

    public int Generation { get; init; }

    public string? State { get; init; }

    public string? Wanted { get; init; }

    public bool Pending { get; init; }

    public string? Job { get; init; }

    public DateTimeOffset? ProvenAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}
