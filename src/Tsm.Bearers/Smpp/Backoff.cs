using System.Security.Cryptography;

namespace Tsm.Bearers.Smpp;

/// <summary>Growing pauses that many senders do not take in step.</summary>
internal static class Backoff
{
    /// <summary>Twice the pause, or the longest.</summary>
    public static TimeSpan Double(TimeSpan pause, TimeSpan longest) => pause * 2 < longest ? pause * 2 : longest;

    /// <summary>The pause, shortened by up to a quarter.</summary>
    public static TimeSpan Jitter(TimeSpan pause) => pause * (RandomNumberGenerator.GetInt32(750, 1001) / 1000.0);
}
