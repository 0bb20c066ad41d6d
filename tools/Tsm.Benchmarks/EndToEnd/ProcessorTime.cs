using System.Globalization;

namespace Tsm.Benchmarks.EndToEnd;

/// <summary>Processor time of processes as Linux counts it: what work costs, however busy the machine is besides.</summary>
internal static class ProcessorTime
{
    /// <summary>Clock ticks of /proc, which are hundredths of a second on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Of one process with all its threads, in seconds.</summary>
    public static double Of(int process) => Read(process) is { } stat ? Own(stat) : 0;

    /// <summary>Of a process and its children: those that run, and those it has waited for. So is a PostgreSQL made.</summary>
    public static double OfFamily(int parent)
    {
        double sum = Read(parent) is { } stat ? Own(stat) + Ended(stat) : 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && Read(process) is { } child && child[Parent] == parent.ToString(CultureInfo.InvariantCulture))
            {
                sum += Own(child);
            }
        }

        return sum;
    }

    // The fields of /proc/PID/stat after the name, which may hold anything.
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int SystemTime = 12;

    private static double Own(string[] stat) => Seconds(stat[UserTime]) + Seconds(stat[SystemTime]);

    private static double Ended(string[] stat) => Seconds(stat[UserTime + 2]) + Seconds(stat[SystemTime + 2]);

    private static double Seconds(string ticks) => double.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond;

    private static string[]? Read(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }
}
