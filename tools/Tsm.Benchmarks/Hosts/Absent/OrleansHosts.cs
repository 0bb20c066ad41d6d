namespace Tsm.Benchmarks.Hosts;

/// <summary>What stands here when the load program was built without Orleans.</summary>
internal static class OrleansHosts
{
    /// <summary>Why it cannot be measured, with what to do.</summary>
    public static string? WhyNot => $"{Tsm.Orleans.OrleansHosting.WhyNot} Or measure sqlite and postgres.";

    /// <exception cref="NotSupportedException">Always; its message is <see cref="WhyNot"/>.</exception>
    public static IHostKind Open(string connectionString, DatabaseServer server) => throw new NotSupportedException(WhyNot);
}
