using System.Globalization;

namespace Tsm.Benchmarks.Reporting;

/// <summary>What figures depend on.</summary>
/// <param name="Date">The day of the run, in UTC.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="Model">The processor's name.</param>
/// <param name="MemoryGiB">Main memory.</param>
/// <param name="LoadBefore">The load averages of 1, 5 and 15 minutes before the run.</param>
/// <param name="LoadAfter">Likewise after it, the run itself included.</param>
internal sealed record MachineFacts(string Date, int Cores, string Model, double MemoryGiB, string LoadBefore, string LoadAfter)
{
    /// <summary>Looks at the machine.</summary>
    public static MachineFacts Read(TimeProvider time) => new(
        time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Environment.ProcessorCount,
        Find("/proc/cpuinfo", "model name") ?? "unknown processor",
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        LoadAverage.Read(),
        "");

    /// <summary>One sentence.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Date}, {Cores} cores of {Model}, {MemoryGiB} GiB, load average {LoadBefore} before and {LoadAfter} after");

    private static string? Find(string file, string name) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}

/// <summary>The load averages of the machine.</summary>
internal static class LoadAverage
{
    /// <summary>Of 1, 5 and 15 minutes; "unknown" where the system does not tell.</summary>
    public static string Read() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";
}
