using Microsoft.Extensions.Hosting;

namespace Tsm.Orleans;

/// <summary>What stands here when the program was built without Orleans.</summary>
public static class OrleansHosting
{
    /// <summary>Why grains cannot live on Orleans here, and what to do; null when they can.</summary>
    public static string? WhyNot =>
        "This program was built without Orleans. Build it with 'dotnet build -p:EnableOrleans=true', or leave --host orleans out.";

    /// <summary>Never adds anything: this build has no Orleans.</summary>
    /// <exception cref="NotSupportedException">Always; its message is <see cref="WhyNot"/>.</exception>
    public static void AddTsmOrleansHost(this IHostApplicationBuilder builder) => throw new NotSupportedException(WhyNot);
}
