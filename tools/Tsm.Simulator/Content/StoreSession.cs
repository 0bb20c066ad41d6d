using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Simulator.Content;

/// <summary>A row of STORE DATA between its first block and its last.</summary>
/// <remarks>GPCS 2.3.1 §11.11: one round for each INSTALL [for personalization], gone with the packet.</remarks>
/// <param name="receiver">The domain that takes the commands.</param>
/// <param name="target">The application, or the domain below, for which they are; null for the receiver itself.</param>
internal sealed class StoreSession(Aid receiver, Aid? target)
{
    private readonly List<Octets> _blocks = [];
    private StoreDataStructure? _structure;

    public Aid Receiver => receiver;

    public Aid? Target => target;

    /// <summary>What was received so far.</summary>
    public Octets Data => Octets.Concat([.. _blocks]);

    /// <summary>Takes a block; false when it is not the next one, or built in another way than those before.</summary>
    public bool TryTake(StoreDataRequest block)
    {
        if (block.Number != _blocks.Count || (_structure ??= block.Structure) != block.Structure)
        {
            return false;
        }

        _blocks.Add(block.Block);
        return true;
    }
}
