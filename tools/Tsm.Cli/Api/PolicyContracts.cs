using System.Text.Json.Serialization;

namespace Tsm.Cli.Api;

/// <summary>A policy to declare.</summary>
internal sealed record PolicyOrder(
    string Id, string? Owner, string? Service, decimal Start, IReadOnlyList<PolicyRuleOrder> Rules, decimal SuspendBelow, decimal ResumeAbove);

/// <summary>What records of a kind count.</summary>
internal sealed record PolicyRuleOrder(string Kind, decimal Points, string Per, int WindowDays);

/// <summary>A policy with where it stands.</summary>
internal sealed record PolicyRecord
{
    public string Id { get; init; } = "";

    public string? Owner { get; init; }

    public string? Service { get; init; }

    public string State { get; init; } = "";

    public decimal Start { get; init; }

    public IReadOnlyList<PolicyRuleOrder> Rules { get; init => field = value ?? []; } = [];

    public decimal SuspendBelow { get; init; }

    public decimal ResumeAbove { get; init; }

    public int Revision { get; init; }

    public DateTimeOffset? ActiveSince { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public PolicyTrialRecord? Trial { get; init; }
}

/// <summary>The numbers of a trial.</summary>
internal sealed record PolicyTrialRecord
{
    public int Revision { get; init; }

    public bool IsCurrent { get; init; }

    public DateTimeOffset At { get; init; }

    public string By { get; init; } = "";

    public DateTimeOffset From { get; init; }

    public DateTimeOffset To { get; init; }

    public int Records { get; init; }

    public int Cards { get; init; }

    public int Suspensions { get; init; }

    public int Resumptions { get; init; }
}

/// <summary>The past to try a policy on.</summary>
internal sealed record PolicyTrialOrder(DateTimeOffset From, DateTimeOffset? To);

/// <summary>What a policy would have done.</summary>
internal sealed record PolicyTrialAnswer
{
    public string Policy { get; init; } = "";

    public PolicyTrialRecord Trial { get; init; } = new();

    public IReadOnlyList<PolicyActionRecord> Actions { get; init => field = value ?? []; } = [];
}

/// <summary>Something that a policy has done, or would have.</summary>
internal sealed record PolicyActionRecord
{
    public string Card { get; init; } = "";

    public string Service { get; init; } = "";

    /// <summary>Of a trial.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Of what was done.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    public string Step { get; init; } = "";

    public decimal Score { get; init; }

    public IReadOnlyList<string> Records { get; init => field = value ?? []; } = [];

    public string? Outcome { get; init; }

    public string? Job { get; init; }

    public Problem? Problem { get; init; }
}

/// <summary>How a policy goes live.</summary>
internal sealed record PolicyActivationOrder(bool? Force, string? Reason);

/// <summary>An operator's word that a policy leaves a service on a card alone.</summary>
internal sealed record OverruleOrder(string Card, string Service, DateTimeOffset? Until, string Reason);

/// <summary>An overrule as it stands.</summary>
internal sealed record OverruleRecord
{
    public string Policy { get; init; } = "";

    public string Card { get; init; } = "";

    public string Service { get; init; } = "";

    public DateTimeOffset? Until { get; init; }

    public bool Holds { get; init; }

    public string Reason { get; init; } = "";

    public string By { get; init; } = "";
}

/// <summary>Usage records to add.</summary>
internal sealed record UsageOrder(string? Server, IReadOnlyList<UsageRecordOrder> Records);

/// <summary>One of them.</summary>
internal sealed record UsageRecordOrder(string Id, string Service, string Iccid, DateTimeOffset At, string Kind, decimal? Amount);

/// <summary>What became of them.</summary>
internal sealed record UsageAdded(int Added, int Known);

/// <summary>A usage record as it is kept.</summary>
internal sealed record UsageRecordEntry
{
    public string Server { get; init; } = "";

    public string Id { get; init; } = "";

    public string Service { get; init; } = "";

    public string Card { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public string Kind { get; init; } = "";

    public decimal Amount { get; init; }
}

/// <summary>How a service on a card stands with each policy.</summary>
internal sealed record ReputationRecord
{
    public string Card { get; init; } = "";

    public string Service { get; init; } = "";

    public string? State { get; init; }

    public IReadOnlyList<StandingRecord> Standings { get; init => field = value ?? []; } = [];
}

/// <summary>The score of a service on a card by one policy.</summary>
internal sealed record StandingRecord
{
    public string Policy { get; init; } = "";

    public string State { get; init; } = "";

    public decimal Score { get; init; }

    public decimal Start { get; init; }

    public decimal SuspendBelow { get; init; }

    public decimal ResumeAbove { get; init; }

    public bool IsHeld { get; init; }

    public DateTimeOffset? NextChange { get; init; }

    public IReadOnlyList<ContributionRecord> Contributions { get; init => field = value ?? []; } = [];

    public OverruleRecord? Overrule { get; init; }

    public PolicyActionRecord? LastAction { get; init; }
}

/// <summary>What one record counts.</summary>
internal sealed record ContributionRecord(string Record, string Kind, DateTimeOffset At, decimal Amount, decimal Points, DateTimeOffset Until);

/// <summary>The number that a card gets.</summary>
internal sealed record NumberOrder(string Msisdn);

/// <summary>The number of a card.</summary>
internal sealed record NumberRecord(string Card, string? Msisdn, string? Before);

/// <summary>A subscription that moves.</summary>
internal sealed record SwapOrder(string Msisdn, string NewCard);

/// <summary>Which services of a swap are meant.</summary>
internal sealed record SwapServiceOrder(string? Service, string? Reason);

/// <summary>A swap with where its services stand.</summary>
internal sealed record SwapRecord
{
    public string Id { get; init; } = "";

    public string Msisdn { get; init; } = "";

    public string OldCard { get; init; } = "";

    public string NewCard { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? MovedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public IReadOnlyList<SwapServiceRecord> Services { get; init => field = value ?? []; } = [];
}

/// <summary>A service of a swap.</summary>
internal sealed record SwapServiceRecord
{
    public string Service { get; init; } = "";

    public string Provider { get; init; } = "";

    public string Rule { get; init; } = "";

    public string State { get; init; } = "";

    public bool IsOrphaned { get; init; }

    public string? Job { get; init; }

    public Problem? Problem { get; init; }

    public string? Reason { get; init; }
}

/// <summary>How the records of policies, numbers and swaps are read and written; generated at build.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyOrder))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(Page<PolicyRecord>))]
[JsonSerializable(typeof(PolicyTrialOrder))]
[JsonSerializable(typeof(PolicyTrialAnswer))]
[JsonSerializable(typeof(Page<PolicyActionRecord>))]
[JsonSerializable(typeof(PolicyActivationOrder))]
[JsonSerializable(typeof(OverruleOrder))]
[JsonSerializable(typeof(OverruleRecord))]
[JsonSerializable(typeof(Page<OverruleRecord>))]
[JsonSerializable(typeof(UsageOrder))]
[JsonSerializable(typeof(UsageAdded))]
[JsonSerializable(typeof(Page<UsageRecordEntry>))]
[JsonSerializable(typeof(ReputationRecord))]
[JsonSerializable(typeof(NumberOrder))]
[JsonSerializable(typeof(NumberRecord))]
[JsonSerializable(typeof(SwapOrder))]
[JsonSerializable(typeof(SwapServiceOrder))]
[JsonSerializable(typeof(SwapRecord))]
[JsonSerializable(typeof(Page<SwapRecord>))]
internal sealed partial class PolicyJson : JsonSerializerContext;
