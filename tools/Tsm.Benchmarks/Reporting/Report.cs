namespace Tsm.Benchmarks.Reporting;

/// <summary>The figures of a run and the machine they were measured on.</summary>
/// <param name="machine">As it was before.</param>
internal sealed class Report(MachineFacts machine)
{
    private readonly List<Figure> _figures = [];
    private readonly List<Limit> _limits = [];
    private readonly List<string> _findings = [];

    public MachineFacts Machine { get; private set; } = machine;

    public IReadOnlyList<Figure> Figures => _figures;

    public IReadOnlyList<Limit> Limits => _limits;

    /// <summary>Sentences about what must not have happened: something not proven, done twice, or lost.</summary>
    public IReadOnlyList<string> Findings => _findings;

    public void Add(Figure figure) => _figures.Add(figure);

    public void Add(Limit limit) => _limits.Add(limit);

    public void AddFinding(string sentence) => _findings.Add(sentence);

    public void End(string loadAverage) => Machine = Machine with { LoadAfter = loadAverage };
}
