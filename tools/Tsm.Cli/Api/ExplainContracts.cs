using Tsm.Cli.Explaining;

namespace Tsm.Cli.Api;

/// <summary>Asks a server to explain octets with the keys of a card.</summary>
internal sealed record ExplainOrder(string Octets, string Card, string? Asked, string? After);

/// <summary>Why a job came out as it did.</summary>
internal sealed record JobExplanation
{
    public required Job Job { get; init; }

    public required VerdictReport Verdict { get; init; }

    public IReadOnlyList<ExplainedStep> Steps { get; init => field = value ?? []; } = [];
}

/// <summary>Something that happened, with its octets explained where it had any.</summary>
internal sealed record ExplainedStep(DateTimeOffset At, string Kind, string Text, ExplanationReport? Explanation);
