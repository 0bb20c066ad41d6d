using Xunit.Abstractions;

namespace Tsm.SystemTests.Peers;

/// <summary>What was compared with a peer, and what differed.</summary>
public sealed class PeerTally
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _unexplained = [];

    public int this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what) => _counts[what] = this[what] + 1;

    /// <summary>Counts what agrees, and what differs with the reason; keeps what nothing explains.</summary>
    /// <param name="agrees">Whether both programs say the same.</param>
    /// <param name="what">What they were asked.</param>
    /// <param name="known">Why this peer is known to differ here; null where it has to agree.</param>
    /// <param name="detail">The case.</param>
    public void Judge(bool agrees, string what, string? known, string detail)
    {
        if (agrees)
        {
            Count(what);
        }
        else if (known is not null)
        {
            Count($"{what}: not, {known}");
        }
        else
        {
            _unexplained.Add($"{what}: {detail}");
        }
    }

    /// <summary>Prints the counts, and fails where a difference has no explanation.</summary>
    public void Report(ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(output);
        foreach ((string what, int count) in _counts)
        {
            output.WriteLine($"{count,6}  {what}");
        }

        Assert.True(_unexplained.Count == 0, $"{_unexplained.Count} differences without an explanation:\n" + string.Join("\n", _unexplained.Where((_, i) => i % (1 + _unexplained.Count / 40) == 0)));
    }
}
