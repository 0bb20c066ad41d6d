using Tsm.Benchmarks.Hosts;
using Tsm.Benchmarks.Limits;
using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks;

/// <summary>What every load works with.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="report">Where figures go.</param>
/// <param name="limits">What the machine can do.</param>
/// <param name="log">Where it is told what is being done.</param>
internal sealed class Bench(BenchmarkOptions options, Report report, MachineLimits limits, TextWriter log) : IDisposable
{
    public BenchmarkOptions Options { get; } = options;

    public Report Report { get; } = report;

    public MachineLimits Limits { get; } = limits;

    /// <summary>Opens a host on a new, empty database.</summary>
    public Task<IHostKind> OpenAsync(string host) => HostKinds.OpenAsync(host, Limits.Postgres);

    public void Say(string sentence) => log.WriteLine(sentence);

    /// <summary>Notes a limit with the figures, once.</summary>
    public Limit Note(Limit limit)
    {
        if (!Report.Limits.Contains(limit))
        {
            Report.Add(limit);
            Say($"limit: {limit.What}: {TableForm.Number(limit.Value)}/s");
        }

        return limit;
    }

    /// <summary>Notes a figure.</summary>
    public void Add(Figure figure)
    {
        Report.Add(figure);
        Say($"{figure.What}, {figure.Host}: {TableForm.Number(figure.Value)} {figure.Unit} {TableForm.Percent(figure.Ratio)}");
    }

    /// <summary>The best of the runs that were asked for.</summary>
    public async Task<double> BestAsync(Func<Task<double>> run)
    {
        double best = 0;
        for (int i = 0; i < Options.Runs; i++)
        {
            best = Math.Max(best, await run());
        }

        return best;
    }

    public void Dispose() => Limits.Dispose();
}
