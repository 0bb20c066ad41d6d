using System.Globalization;
using System.Security.Cryptography;

namespace Tsm.Application.Cards;

/// <summary>
/// Internal ids for cards that come together. They ascend, so that rows of an import are written side by side, which makes a
/// large import several times faster than ids by chance.
/// </summary>
/// <remarks>Twenty hexadecimal digits: seconds since 1970, three random octets, and a number that counts up.</remarks>
/// <param name="at">When they come.</param>
public sealed class CardIds(DateTimeOffset at)
{
    /// <summary>The most ids of one series.</summary>
    public const int Max = 1 << 24;

    private readonly string _prefix =
        ((uint)at.ToUnixTimeSeconds()).ToString("x8", CultureInfo.InvariantCulture) + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    private int _count;

    /// <summary>The next id.</summary>
    /// <exception cref="InvalidOperationException">The series is used up.</exception>
    public string Next() => _count < Max
        ? _prefix + (_count++).ToString("x6", CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"A series has {Max} ids.");
}
