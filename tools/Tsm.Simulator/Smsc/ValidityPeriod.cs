using System.Globalization;

namespace Tsm.Simulator.Smsc;

/// <summary>The validity_period of submit_sm (SMPP 3.4 §7.1.1): <c>YYMMDDhhmmsstnnp</c>.</summary>
internal static class ValidityPeriod
{
    private const int TextLength = 16;

    /// <summary>How long the message may wait; null when nothing is said or the text is not understood.</summary>
    public static TimeSpan? Parse(string text, DateTimeOffset now)
    {
        if (text.Length != TextLength || text.AsSpan(0, TextLength - 1).ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        int Two(int at) => int.Parse(text.AsSpan(at, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        if (text[^1] == 'R')
        {
            // A month counts as 30 days here: nobody lets an OTA message wait that long.
            return new TimeSpan((Two(0) * 365) + (Two(2) * 30) + Two(4), Two(6), Two(8), Two(10));
        }

        if (!DateTime.TryParseExact(text.AsSpan(0, 12), "yyMMddHHmmss", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out DateTime local))
        {
            return null;
        }

        // nn counts quarters of an hour by which local time is ahead of (+) or behind (-) UTC.
        TimeSpan offset = TimeSpan.FromMinutes(15 * Two(13)) * (text[^1] == '-' ? -1 : 1);
        TimeSpan left = DateTime.SpecifyKind(local, DateTimeKind.Utc) - offset - now.UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
