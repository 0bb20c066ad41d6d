using System.Globalization;

namespace Tsm.Bearers.Smpp;

/// <summary>Times in the format of validity_period and schedule_delivery_time.</summary>
/// <remarks>SMPP 3.4 §7.1.1.</remarks>
public static class SmppTime
{
    private const int MaxDays = 99;

    /// <summary>A span from now on: <c>YYMMDDhhmmss000R</c>, cut to seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or 100 days and more.</exception>
    public static string Relative(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(span, TimeSpan.FromDays(MaxDays + 1));

        // Months and years vary in length: days alone say what is meant.
        return string.Create(
            CultureInfo.InvariantCulture, $"0000{span.Days:00}{span.Hours:00}{span.Minutes:00}{span.Seconds:00}000R");
    }
}
