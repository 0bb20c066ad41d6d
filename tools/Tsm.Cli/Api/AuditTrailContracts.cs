using System.Text.Json;

namespace Tsm.Cli.Api;

/// <summary>Something that an operator, a provider or a policy did.</summary>
internal sealed record TrailEntry
{
    public long Id { get; init; }

    /// <summary>Its place in the chain; null as long as it is not sealed.</summary>
    public long? Position { get; init; }

    public DateTimeOffset At { get; init; }

    public string ActorKind { get; init; } = "";

    public string Actor { get; init; } = "";

    /// <summary>On whose behalf, as the caller said and nobody has checked.</summary>
    public string? Claimed { get; init; }

    public string Action { get; init; } = "";

    public string SubjectKind { get; init; } = "";

    public string Subject { get; init; } = "";

    public string? Job { get; init; }

    public string Text { get; init; } = "";

    public JsonElement Details { get; init; }
}

/// <summary>What a verification of the audit trail has found, by a server or of an exported file.</summary>
internal sealed record TrailVerification
{
    /// <summary>intact or broken.</summary>
    public string Status { get; init; } = "";

    public long Entries { get; init; }

    public TrailHead? Head { get; init; }

    public TrailBreak? Broken { get; init; }

    /// <summary>Null for a file: what is not sealed is not exported.</summary>
    public TrailTail? Unsealed { get; init; }

    /// <summary>For a file: the id of the key it was verified with.</summary>
    public string? Key { get; init; }

    /// <summary>For a file: whether the key came from the file itself and not from elsewhere.</summary>
    public bool? KeyFromFile { get; init; }
}

/// <summary>The signed end of the chain.</summary>
internal sealed record TrailHead(long Number, long Position, string Hash, string Anchor, DateTimeOffset At, string Key, string Signature);

/// <summary>The first broken place.</summary>
internal sealed record TrailBreak(long Position, string Code, string What);

/// <summary>What is not sealed yet.</summary>
internal sealed record TrailTail(long Count, long? AgeSeconds);

/// <summary>What an export has written.</summary>
internal sealed record TrailExport(string File, long Lines);

/// <summary>The public key of the audit trail.</summary>
internal sealed record TrailKey(string Id, string Algorithm, string Pem);
