using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tsm.Application.Hosting;

namespace Tsm.Orleans.Grains;

/// <summary>All that is remembered of a grain, in one row that is written atomically with its version.</summary>
internal sealed record GrainRecord
{
    /// <summary>The schema of <see cref="State"/>.</summary>
    public int Schema { get; init; }

    /// <summary>The machine's state, UTF-8 JSON.</summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public ReadOnlyMemory<byte> State { get; init; }

    /// <summary>When the grain wants to be woken.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The epoch of the database in which it was written; in a later one it may be a state that others had overtaken.</summary>
    public int Epoch { get; init; }

    /// <summary>The number of the last turn that had something to project.</summary>
    public long Sequence { get; init; }

    /// <summary>What that turn has caused. It stays until the next turn, which begins with its projection, if that is still open.</summary>
    public UnsentTurn? Unsent { get; init; }

    /// <summary>The last commands that changed something, with their replies, the oldest first: a command whose answer was lost comes again.</summary>
    public ImmutableArray<DoneCommand> Done { get; init; } = [];

    /// <summary>Why the row could not be read; such a grain takes no turn, and its row stays as it is.</summary>
    [JsonIgnore]
    public string? Unreadable { get; init; }
}

/// <summary>Effects that are not known to have been written yet.</summary>
internal sealed record UnsentTurn(ImmutableArray<Effect> Effects, bool IsDueMoved);

/// <summary>A command that was done and how it was answered.</summary>
internal sealed record DoneCommand(Guid Id, IReply Reply);
