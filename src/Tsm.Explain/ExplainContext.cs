using System.Collections.Immutable;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Explain;

/// <summary>What is known beside the octets.</summary>
public sealed record ExplainContext
{
    /// <summary>Nothing.</summary>
    public static ExplainContext None { get; } = new();

    /// <summary>Keys to try.</summary>
    public ImmutableArray<NamedKeys> Keys { get; init; } = [];

    /// <summary>SPI, KIc and KID of the command that a response answers; null when they are not known.</summary>
    public CommandHeader? Asked { get; init; }

    /// <summary>Whether the data of STORE DATA and the content of C9 in INSTALL are kept back: who asks does not hold the keys, so the data are somebody else's secret.</summary>
    public bool HidesData { get; init; }

    /// <summary>INS of the command that a status word answers; null when it is not known.</summary>
    public byte? After { get; init; }
}

/// <summary>Keys to try, with the name under which they are reported; they are never shown.</summary>
/// <param name="Name">Such as "key version 1".</param>
/// <param name="Keys">The keys, which stay their owner's.</param>
public sealed record NamedKeys(string Name, KeySet Keys);
