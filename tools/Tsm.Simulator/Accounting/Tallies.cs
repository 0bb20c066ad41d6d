namespace Tsm.Simulator.Accounting;

/// <summary>One number for each <see cref="Tally"/>; safe to add to from any thread.</summary>
public sealed class Tallies
{
    private static readonly Tally[] All = Enum.GetValues<Tally>();

    // Made when something is counted: most of a million cards may never hear anything.
    private int[]? _counts;

    /// <summary>The number counted so far.</summary>
    public int this[Tally tally] =>
        Volatile.Read(ref _counts) is { } counts ? Volatile.Read(ref counts[(int)tally]) : 0;

    /// <summary>Adds one.</summary>
    public void Add(Tally tally)
    {
        int[] counts = Volatile.Read(ref _counts) ?? Interlocked.CompareExchange(ref _counts, new int[All.Length], null)
            ?? _counts!;
        Interlocked.Increment(ref counts[(int)tally]);
    }

    /// <summary>All numbers, by the name of the tally.</summary>
    public IReadOnlyDictionary<Tally, int> ToDictionary() => All.ToDictionary(t => t, t => this[t]);
}
