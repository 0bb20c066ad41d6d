using System.Collections.Immutable;

namespace Tsm.Application.Hosting;

/// <summary>What one command did to one grain: all of it is made durable together, or none of it.</summary>
/// <param name="State">The state after the command; the same reference when nothing changed.</param>
/// <param name="Reply">What the caller is told once everything is durable.</param>
/// <param name="Effects">Rows to write with the state, in this order.</param>
/// <param name="Due">When the grain wants to be woken by <see cref="DeadlinePassed"/>; null for never.</param>
public sealed record Turn(object? State, IReply Reply, ImmutableArray<Effect> Effects, DateTimeOffset? Due);

/// <summary>A command to a grain. It may come twice.</summary>
public interface IGrainCommand;

/// <summary>What a grain answers.</summary>
public interface IReply;

/// <summary>The command was taken; there is nothing more to say.</summary>
public sealed record Acknowledged : IReply
{
    /// <summary>The only instance that is needed.</summary>
    public static Acknowledged Instance { get; } = new();
}

/// <summary>The grain does not exist.</summary>
public sealed record UnknownGrain(GrainKey Key) : IReply;

/// <summary>The turn threw; nothing was changed. A defect of ours, logged with its exception.</summary>
public sealed record TurnFailed(string Problem) : IReply;

/// <summary>Time has come for what the grain asked to be woken for.</summary>
public sealed record DeadlinePassed : IGrainCommand
{
    /// <summary>The only instance that is needed.</summary>
    public static DeadlinePassed Instance { get; } = new();
}

/// <summary>Something that must be written in the same transaction as the state.</summary>
public abstract record Effect;
