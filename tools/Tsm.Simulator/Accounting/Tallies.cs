namespace Tsm.Simulator.Accounting;

/// <summary>One number for each <see cref="Tally"/>; safe to add to from any thread.</summary>
public sealed class Tallies
{
    private static readonly Tally[] All = Enum.GetValues<Tally>();
    private readonly int[] _counts = new int[All.Length];

    /// <summary>The number counted so far.</summary>
    public int this[Tally tally] => Volatile.Read(ref _counts[(int)tally]);

    /// <summary>Adds one.</summary>
    public void Add(Tally tally) => Interlocked.Increment(ref _counts[(int)tally]);

    /// <summary>All numbers, by the name of the tally.</summary>
    public IReadOnlyDictionary<Tally, int> ToDictionary() => All.ToDictionary(t => t, t => this[t]);
}
