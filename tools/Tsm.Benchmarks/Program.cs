using Tsm.Benchmarks.Hosts;
using Tsm.Benchmarks.Limits;
using Tsm.Benchmarks.Loads;
using Tsm.Benchmarks.Reporting;

namespace Tsm.Benchmarks;

/// <summary>The load program: <c>turns</c>, <c>smpp</c>, <c>endtoend</c>, <c>import</c>, <c>packets</c> or <c>all</c>.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => CommandLine.Build(RunAsync).Parse(args).InvokeAsync();

    /// <returns>0; 2 when a host is not in this build or cannot be had here, 1 when something was measured that must not be.</returns>
    private static async Task<int> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        TextWriter log = options.Form == OutputForm.Text ? Console.Out : Console.Error;
        if (options.Hosts.Select(HostKinds.WhyNot).OfType<string>().FirstOrDefault() is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 2;
        }

        var report = new Report(MachineFacts.Read(TimeProvider.System));
        using var bench = new Bench(options, report, new MachineLimits(options.Span), log);
        foreach (string load in options.Loads)
        {
            await (load switch
            {
                "turns" => TurnsLoad.RunAsync(bench, cancellationToken),
                "smpp" => SmppLoad.RunAsync(bench, cancellationToken),
                "endtoend" => EndToEndLoad.RunAsync(bench, cancellationToken),
                "import" => ImportLoad.RunAsync(bench, cancellationToken),
                _ => PacketsLoad.RunAsync(bench, cancellationToken),
            });
        }

        report.End(LoadAverage.Read());
        await Console.Out.WriteLineAsync(options.Form switch
        {
            OutputForm.Json => JsonForm.Write(report),
            OutputForm.Markdown => TableForm.Markdown(report),
            _ => TableForm.Text(report),
        });
        return report.Findings.Count == 0 ? 0 : 1;
    }
}
