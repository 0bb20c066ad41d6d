using System.Buffers;
using System.Globalization;

namespace Tsm.Server.Options;

/// <summary>Durations as people write them: <c>250ms</c>, <c>1.5s</c>, <c>5m</c>, <c>2h</c>, <c>3d</c>, or <c>00:05:00</c>.</summary>
public static class Duration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false when it is none or beyond what a <see cref="TimeSpan"/> holds.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        int digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (digits > 0
            && Unit(text[digits..]) is double seconds
            && double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count * seconds <= TimeSpan.MaxValue.TotalSeconds / 2)
        {
            duration = TimeSpan.FromSeconds(count * seconds);
            return true;
        }

        duration = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
    }

    private static double? Unit(string unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => null,
    };
}
