namespace Tsm.Benchmarks;

/// <summary>What is measured, and how.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>The loads in the order in which they are run.</summary>
    public required IReadOnlyList<string> Loads { get; init; }

    /// <summary>The hosts that are measured.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Cards in the database; null for what each load takes by itself.</summary>
    public int? Cards { get; init; }

    /// <summary>How long each figure is measured, after a warm-up.</summary>
    public required TimeSpan Span { get; init; }

    /// <summary>How often; the best is shown.</summary>
    public required int Runs { get; init; }

    /// <summary>SMPP window of the server and of the bare echo.</summary>
    public required int Window { get; init; }

    /// <summary>Where figures go.</summary>
    public required OutputForm Form { get; init; }
}

/// <summary>How figures are printed.</summary>
internal enum OutputForm
{
    /// <summary>A table for people.</summary>
    Text,

    /// <summary>The table of the README.</summary>
    Markdown,

    /// <summary>For programs.</summary>
    Json,
}
