using System.Collections.Immutable;
using Tsm.Application.Ports;

namespace Tsm.Application.Hosting;

/// <summary>The pure transitions of one kind of grain: no await, no clock, no I/O.</summary>
public interface IMachine
{
    /// <summary>The kind of grain, as in <see cref="GrainKey.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>The schema of the states this machine writes. A state with a newer schema is left alone.</summary>
    int Schema { get; }

    /// <summary>Reads a state as <see cref="Serialize"/> wrote it, of this schema or an older one.</summary>
    object Deserialize(ReadOnlySpan<byte> state);

    /// <summary>Writes a state as UTF-8 JSON, at most 32 KiB.</summary>
    byte[] Serialize(object state);

    /// <summary>The applications whose content the turn may need; the host has them at hand before it runs.</summary>
    IEnumerable<string> Needs(object state, IGrainCommand command);

    /// <summary>Decides what <paramref name="command"/> does.</summary>
    Turn Handle(object state, IGrainCommand command, TurnContext context);
}

/// <summary>What a machine is given besides state and command.</summary>
/// <param name="Key">The grain.</param>
/// <param name="Now">The time of the turn.</param>
/// <param name="Keys">The key sets of the card, opened only while a packet is protected or verified.</param>
/// <param name="Catalogue">Card models, applications and roads, all at hand.</param>
/// <param name="WentBack">Whether the database has gone back in time since the state was written: what happened after it is forgotten.</param>
public sealed record TurnContext(GrainKey Key, DateTimeOffset Now, ICardKeys Keys, ICatalogue Catalogue, bool WentBack = false);

/// <summary>Hosts grains: loads a state, runs the machine, makes the turn durable, and only then answers.</summary>
public interface IGrainHost
{
    /// <summary>Gives a command to a grain and answers after the turn is durable.</summary>
    /// <exception cref="HostBusyException">The queue is full; nothing was done.</exception>
    Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken);
}

/// <summary>The host has more waiting than it takes. Transient: try again.</summary>
public sealed class HostBusyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A grain as it was stored.</summary>
/// <param name="Version">Rises by one with every write; 1 after the first.</param>
/// <param name="Schema">Of the state.</param>
/// <param name="State">UTF-8 JSON.</param>
/// <param name="Keys">The card's wrapped key sets; empty for other kinds.</param>
/// <param name="Due">When the grain wants to be woken, as it was stored; null for never.</param>
/// <param name="Epoch">The epoch in which it was loaded: it rises when the database has gone back in time.</param>
/// <param name="WentBack">Whether it was written in an earlier epoch: a restored state, which others may have overtaken.</param>
public sealed record StoredGrain(
    GrainKey Key,
    long Version,
    int Schema,
    ReadOnlyMemory<byte> State,
    ImmutableArray<WrappedKeySet> Keys,
    DateTimeOffset? Due = null,
    int Epoch = 0,
    bool WentBack = false);

/// <summary>The outcome of one or more turns of a grain, to be written if its version still is <paramref name="Expected"/>.</summary>
/// <param name="Expected">The version that was loaded; 0 for a grain that is not there yet.</param>
/// <param name="State">UTF-8 JSON; null when the state did not change and only effects or the due time are written.</param>
/// <param name="Epoch">The epoch in which it was loaded; a write from before the database went back in time loses.</param>
public sealed record GrainWrite(
    GrainKey Key, long Expected, int Schema, byte[]? State, ImmutableArray<Effect> Effects, DateTimeOffset? Due, int Epoch = 0);

/// <summary>Where grains are remembered.</summary>
public interface IGrainStore
{
    /// <summary>Loads the grains that exist, with one statement.</summary>
    Task<IReadOnlyDictionary<GrainKey, StoredGrain>> LoadAsync(
        IReadOnlyCollection<GrainKey> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Writes states, due times and effects in one transaction and returns the keys that were written. A grain whose version
    /// is not the expected one, or that was loaded in another epoch, loses: nothing of it is written.
    /// </summary>
    Task<IReadOnlySet<GrainKey>> CommitAsync(IReadOnlyList<GrainWrite> writes, CancellationToken cancellationToken);

    /// <summary>Grains whose due time has come, the earliest first.</summary>
    Task<IReadOnlyList<GrainKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);
}
