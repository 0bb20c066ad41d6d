namespace Tsm.Orleans.Messages;

/// <summary>A command on its way to a grain.</summary>
/// <param name="Id">The same however often it is sent: a grain that has done it answers as it did.</param>
/// <param name="Body">As <see cref="GrainMessages"/> writes it.</param>
[GenerateSerializer, Immutable, Alias("tsm.command")]
public sealed record CommandEnvelope([property: Id(0)] Guid Id, [property: Id(1)] byte[] Body);

/// <summary>What became of a command.</summary>
/// <param name="Body">The reply as <see cref="GrainMessages"/> writes it; otherwise why not, in UTF-8, or empty.</param>
/// <param name="Roads">The roads on which it has queued packets: whoever sends from where the command came from may look at once.</param>
[GenerateSerializer, Immutable, Alias("tsm.reply")]
public sealed record ReplyEnvelope(
    [property: Id(0)] TurnOutcome Outcome, [property: Id(1)] byte[] Body, [property: Id(2)] string[] Roads);

/// <summary>How a turn ended.</summary>
[GenerateSerializer, Alias("tsm.outcome")]
public enum TurnOutcome
{
    /// <summary>It is durable, and this is the reply.</summary>
    Answered,

    /// <summary>Another writer was first; nothing was done.</summary>
    Lost,

    /// <summary>The store failed. The turn may be durable or not: the same command again will tell.</summary>
    Unavailable,
}
