using System.Collections.Immutable;

namespace Tsm.Application.Hosting;

/// <summary>
/// Effects and due times for a host that keeps its states elsewhere, each atomically with its version: what a turn has caused is
/// in its state, and is written here after it, once, in the order of the turns.
/// </summary>
/// <remarks>
/// A turn says first that it intends to write its state (<see cref="IntendAsync"/>), writes it, and has its effects projected
/// (<see cref="ProjectAsync"/>), which takes the intent away. Who dies between leaves an intent, and whoever finds it
/// (<see cref="IntendedAsync"/>) has the grain project what its state holds.
/// </remarks>
public interface IProjectionStore
{
    /// <summary>Notes that grains are about to write their states. The note is durable before any state written after it.</summary>
    Task IntendAsync(IReadOnlyList<TurnNumber> turns, CancellationToken cancellationToken);

    /// <summary>Makes sure that every effect can be written, before the state that causes it is.</summary>
    /// <exception cref="NotSupportedException">An effect is of a type this store does not know.</exception>
    void Check(GrainKey key, ImmutableArray<Effect> effects);

    /// <summary>Writes the effects of turns in one transaction and takes their intents away. A turn that was projected before is left out.</summary>
    Task ProjectAsync(IReadOnlyList<Projection> projections, CancellationToken cancellationToken);

    /// <summary>Takes an intent away whose turn came to nothing and never will come to anything; one that replaced it stays.</summary>
    Task ForgetAsync(Intent intent, CancellationToken cancellationToken);

    /// <summary>Intents in a bucket that are older than <paramref name="age"/>, by the clock of the database, the oldest first.</summary>
    Task<IReadOnlyList<Intent>> IntendedAsync(Bucket bucket, TimeSpan age, int limit, CancellationToken cancellationToken);

    /// <summary>Grains of a bucket whose due time has come, the earliest first; they are leased to this node for a while.</summary>
    Task<IReadOnlyList<GrainKey>> DueAsync(Bucket bucket, DateTimeOffset now, int limit, CancellationToken cancellationToken);
}

/// <summary>One of several parts of all grains, by a hash of their keys.</summary>
/// <param name="Number">0 .. <paramref name="Of"/> - 1.</param>
/// <param name="Of">How many there are.</param>
public sealed record Bucket(int Number, int Of);

/// <summary>A turn of a grain.</summary>
/// <param name="Sequence">Rises by one with every turn of the grain that has something to project; 1 for the first.</param>
public sealed record TurnNumber(GrainKey Key, long Sequence);

/// <summary>What is left of a turn that said it would write a state.</summary>
/// <param name="Number">Of the intent; a later one has a larger number.</param>
public sealed record Intent(GrainKey Key, long Number);

/// <summary>What a turn has caused.</summary>
/// <param name="IsDueMoved">Whether <paramref name="Due"/> differs from what was written before.</param>
/// <param name="Due">When the grain wants to be woken.</param>
public sealed record Projection(
    GrainKey Key, long Sequence, ImmutableArray<Effect> Effects, bool IsDueMoved, DateTimeOffset? Due);
