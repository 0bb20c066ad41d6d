using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Simulator.Content;

/// <summary>
/// A load between INSTALL [for load] and its last block: in working memory, gone when the card is reset.
/// </summary>
/// <param name="loadFile">The AID that was announced.</param>
/// <param name="hash">The hash of the load file data block that was announced, or nothing.</param>
/// <param name="owner">The domain that will be associated with the load file.</param>
/// <param name="executor">The domain that executes the load.</param>
public sealed class LoadSession(Aid loadFile, Octets hash, Aid owner, Aid executor)
{
    private const byte DataBlockTag = 0xC4;

    private readonly List<byte> _octets = [];
    private int _headerLength;

    /// <summary>The AID that was announced.</summary>
    public Aid LoadFile => loadFile;

    /// <summary>The hash that was announced, or nothing.</summary>
    public Octets Hash => hash;

    /// <summary>The domain that will be associated with the load file.</summary>
    public Aid Owner => owner;

    /// <summary>The domain that executes the load.</summary>
    public Aid Executor => executor;

    /// <summary>The number the next block must have.</summary>
    public int NextBlock { get; private set; }

    /// <summary>Octets received, the header included.</summary>
    public int Received => _octets.Count;

    /// <summary>The length of the load file data block; null until its header was received.</summary>
    public int? DataLength { get; private set; }

    /// <summary>Memory of the card that is reserved for the load, in octets.</summary>
    public int Reserved { get; set; }

    /// <summary>Whether more was received than the header announces.</summary>
    public bool IsTooLong => DataLength is { } length && Received > _headerLength + length;

    /// <summary>Whether all that the header announces was received.</summary>
    public bool IsComplete => DataLength is { } length && Received == _headerLength + length;

    /// <summary>What was received, with the header.</summary>
    public byte[] ToArray() => [.. _octets];

    /// <summary>Appends a block; false when the load file does not begin with C4 and a length.</summary>
    public bool TryAppend(ReadOnlySpan<byte> block)
    {
        _octets.AddRange(block);
        NextBlock++;
        return DataLength is not null || TryReadHeader();
    }

    // A DAP block (E2) or a ciphered load file (D4) needs a domain with that privilege: this card has none.
    private bool TryReadHeader()
    {
        if (_octets[0] != DataBlockTag)
        {
            return false;
        }

        // A header may be cut anywhere, though nobody does it: C4 and at most four octets of length.
        byte[] head = [.. _octets.Take(5)];
        var reader = new OctetReader(head.AsSpan(1));
        int length = BerTlv.ReadLength(ref reader);
        if (reader.Failed)
        {
            return reader.Error.Fault == PacketFault.Truncated;
        }

        _headerLength = 1 + reader.Offset;
        DataLength = length;
        return true;
    }
}
