using System.Text.Json;

namespace Tsm.Cli.Api;

/// <summary>One page of a list and the cursor of the next page, null on the last.</summary>
internal sealed record Page<T>
{
    public IReadOnlyList<T> Items { get; init => field = value ?? []; } = [];

    public string? Next { get; init; }
}

/// <summary>Whether the server and its connections to the SMSCs work.</summary>
internal sealed record Health
{
    public string Status { get; init; } = "";

    public string? Version { get; init; }

    public string? Database { get; init; }

    public IReadOnlyList<SmscHealth> Smsc { get; init => field = value ?? []; } = [];
}

/// <summary>One connection to an SMSC.</summary>
internal sealed record SmscHealth(string Name, string? Host, int Port, string? State, int WindowFree, int Outstanding, int? Rate = null, bool Paused = false);

/// <summary>What an import took, or with a dry run would take.</summary>
internal sealed record ImportResult
{
    public int Imported { get; init; }

    public bool DryRun { get; init; }

    public IReadOnlyList<ImportedCard> Cards { get; init => field = value ?? []; } = [];
}

/// <summary>A card of an import.</summary>
internal sealed record ImportedCard(string Iccid, string Msisdn, string Model);

/// <summary>A card; lists leave out what follows <see cref="Uncertain"/>.</summary>
internal sealed record CardRecord
{
    public string Iccid { get; init; } = "";

    public string? Msisdn { get; init; }

    public string? Model { get; init; }

    /// <summary>A count in lists, the contents themselves for one card.</summary>
    public JsonElement Contents { get; init; }

    /// <summary>The identifier of the job that runs, or the job itself.</summary>
    public JsonElement ActiveJob { get; init; }

    public int Queued { get; init; }

    public DateTimeOffset? LastProofAt { get; init; }

    public bool Uncertain { get; init; }

    public DateTimeOffset? AuditedAt { get; init; }

    public IReadOnlyList<KeySet> KeySets { get; init => field = value ?? []; } = [];

    public IReadOnlyList<CounterDomain> Domains { get; init => field = value ?? []; } = [];

    public IReadOnlyList<SecurityDomain> SecurityDomains { get; init => field = value ?? []; } = [];

    /// <summary>How many things are on the card, whichever shape <see cref="Contents"/> has.</summary>
    public int ContentCount => Contents.ValueKind switch
    {
        JsonValueKind.Number => Contents.GetInt32(),
        JsonValueKind.Array => Contents.GetArrayLength(),
        _ => 0,
    };

    /// <summary>What is on the card; empty when only the count is known.</summary>
    public IReadOnlyList<Content> ContentList => Contents.ValueKind == JsonValueKind.Array
        ? Contents.Deserialize(TsmJson.Default.IReadOnlyListContent) ?? []
        : [];
}

/// <summary>A provider's security domain on a card.</summary>
internal sealed record SecurityDomain
{
    public string Aid { get; init; } = "";

    public string Tar { get; init; } = "";

    public string Provider { get; init; } = "";

    public string Mode { get; init; } = "";

    public string? State { get; init; }

    public IReadOnlyList<KeySet> KeySets { get; init => field = value ?? []; } = [];
}

/// <summary>A key set by its check values; keys themselves never leave the server.</summary>
internal sealed record KeySet(int Version, string Algorithm, string? KicCheckValue, string? KidCheckValue, string? DekCheckValue);

/// <summary>A counter and what it belongs to.</summary>
internal sealed record CounterDomain(string Tar, int KeyVersion, long Counter);

/// <summary>A load file, an application or a security domain on a card: wanted, confirmed or unknown.</summary>
internal sealed record Content
{
    public string Aid { get; init; } = "";

    public string Kind { get; init; } = "";

    public string? Wanted { get; init; }

    public string? Confirmed { get; init; }

    public bool Unknown { get; init; }

    public string? Name { get; init; }

    public string? LoadFile { get; init; }

    public string? Application { get; init; }

    public DateTimeOffset? ProvenAt { get; init; }
}

/// <summary>One thing that happened to a card.</summary>
internal sealed record HistoryEntry
{
    public JsonElement Id { get; init; }

    public DateTimeOffset At { get; init; }

    public string? Job { get; init; }

    public string Kind { get; init; } = "";

    public string Text { get; init; } = "";

    public string? Raw { get; init; }
}

/// <summary>An uploaded CAP file.</summary>
internal sealed record App
{
    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string PackageAid { get; init; } = "";

    public string? PackageName { get; init; }

    public string? Version { get; init; }

    public string? JavaCard { get; init; }

    public bool Library { get; init; }

    public IReadOnlyList<string> Applets { get; init => field = value ?? []; } = [];

    public IReadOnlyList<AppImport> Imports { get; init => field = value ?? []; } = [];

    public int LoadFileSize { get; init; }

    public JsonElement Memory { get; init; }

    public string? Sha256 { get; init; }

    public DateTimeOffset? UploadedAt { get; init; }

    public IReadOnlyList<Compatibility> Compatibility { get; init => field = value ?? []; } = [];
}

/// <summary>A package that an application needs.</summary>
internal sealed record AppImport(string Aid, string? Name, string? Version);

/// <summary>Whether an application fits a card model, and if not why.</summary>
internal sealed record Compatibility
{
    public string Model { get; init; } = "";

    public bool Ok { get; init; }

    public IReadOnlyList<string> Reasons { get; init => field = value ?? []; } = [];
}
