namespace Tsm.Benchmarks.Reporting;

/// <summary>Something measured.</summary>
/// <param name="Load">The load it belongs to.</param>
/// <param name="What">What was counted.</param>
/// <param name="Host">On which host, and how many nodes of it.</param>
/// <param name="Cards">Cards in the database; null where there is none.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit: <c>/s</c>, <c>s</c> or <c>MiB</c>.</param>
/// <param name="Offered">What was asked of it: how many at once, or how much.</param>
internal sealed record Figure(string Load, string What, string Host, int? Cards, double Value, string Unit, string Offered)
{
    /// <summary>What the machine can do of this kind at most.</summary>
    public Limit? Limit { get; init; }

    /// <summary>What was asked for: at least so much of a rate, at most so much of anything else.</summary>
    public double? Wanted { get; init; }

    /// <summary>The part of the limit, 0..1; null without a limit.</summary>
    public double? Ratio => Limit is { Value: > 0 } limit ? Value / limit.Value : null;

    /// <summary>Whether it is as wanted; null when nothing in particular was.</summary>
    public bool? IsReached => Wanted is { } wanted ? Unit == PerSecond ? Value >= wanted : Value <= wanted : null;

    /// <summary>The unit of rates.</summary>
    public const string PerSecond = "/s";
}

/// <summary>What the machine can do at most, measured in the same run.</summary>
/// <param name="What">What was counted.</param>
/// <param name="Value">Of it, per second.</param>
internal sealed record Limit(string What, double Value);
