using System.Collections.Immutable;
using Tsm.Security.Crypto;

namespace Tsm.Server.Hosting;

/// <summary>Tells at the start what this machine's cryptography lacks.</summary>
internal static class CryptoAtStart
{
    /// <summary>Writes what is wrong, or everything; false when something is missing without which no card can be served.</summary>
    /// <param name="findings">Of <see cref="CryptoCheck"/>.</param>
    /// <param name="everything">Whether what works is listed too.</param>
    public static async Task<bool> ReportAsync(ImmutableArray<CryptoFinding> findings, TextWriter output, bool everything)
    {
        foreach (CryptoFinding finding in findings.Where(f => everything || !f.Works))
        {
            await output.WriteLineAsync(finding.Works || finding.IsNeeded ? finding.ToString() : $"Warning: {finding}");
        }

        return findings.All(f => f.Works || !f.IsNeeded);
    }
}
