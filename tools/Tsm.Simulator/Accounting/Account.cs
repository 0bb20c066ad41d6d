using System.Collections.Concurrent;

namespace Tsm.Simulator.Accounting;

/// <summary>A counter that was used for two different packets: the one thing a sender must never do.</summary>
/// <param name="Iccid">The card.</param>
/// <param name="Tar">The TAR the packet was for, six hexadecimal digits.</param>
/// <param name="KeyVersion">The key version number of the packet.</param>
/// <param name="Counter">CNTR, ten hexadecimal digits.</param>
public sealed record CounterReuse(string Iccid, string Tar, int KeyVersion, string Counter);

/// <summary>Something that is not idempotent and was executed again while its effect was in force.</summary>
/// <param name="Iccid">The card.</param>
/// <param name="Command">What was executed, in words, with the AID or the counter.</param>
public sealed record Repetition(string Iccid, string Command);

/// <summary>
/// What happened in the whole network: the numbers, and every finding that speaks against the sender.
/// </summary>
public sealed class Account
{
    /// <summary>Findings kept in full; more are only counted. The limit is ours.</summary>
    public const int MaxFindings = 10_000;

    private readonly ConcurrentQueue<CounterReuse> _counterReused = new();
    private readonly ConcurrentQueue<Repetition> _executedTwice = new();
    private readonly ConcurrentQueue<Repetition> _repeatedAfterSuccess = new();

    /// <summary>The numbers of all cards together.</summary>
    public Tallies Total { get; } = new();

    /// <summary>The counters used for two different packets, oldest first.</summary>
    public IReadOnlyCollection<CounterReuse> CounterReused => _counterReused;

    /// <summary>What was executed twice, oldest first.</summary>
    public IReadOnlyCollection<Repetition> ExecutedTwice => _executedTwice;

    /// <summary>What was asked for again after it had succeeded and was therefore refused, oldest first.</summary>
    public IReadOnlyCollection<Repetition> RepeatedAfterSuccess => _repeatedAfterSuccess;

    /// <summary>Opens the account of one card.</summary>
    public CardAccount Open(string iccid) => new(this, iccid);

    internal void Add(CounterReuse finding) => Keep(_counterReused, finding);

    internal void AddExecutedTwice(Repetition finding) => Keep(_executedTwice, finding);

    internal void AddRepeatedAfterSuccess(Repetition finding) => Keep(_repeatedAfterSuccess, finding);

    private static void Keep<TFinding>(ConcurrentQueue<TFinding> findings, TFinding finding)
    {
        if (findings.Count < MaxFindings)
        {
            findings.Enqueue(finding);
        }
    }
}
