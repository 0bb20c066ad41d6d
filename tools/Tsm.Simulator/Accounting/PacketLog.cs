using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tsm.Simulator.Accounting;

/// <summary>Which counters a card has seen, with what octets, and whether the packet was executed.</summary>
/// <remarks>
/// A sorted array of 24 octets a packet: counters rise, so an entry is nearly always added at the end, and a network of
/// hundreds of thousands of cards stays small. Kept for the life of the card: a counter must not be used again, ever.
/// </remarks>
internal sealed class PacketLog
{
    private readonly List<Entry> _entries = [];

    public enum Sight
    {
        /// <summary>The counter is new.</summary>
        New,

        /// <summary>The same octets were seen before.</summary>
        SameOctets,

        /// <summary>Other octets used this counter before.</summary>
        OtherOctets,
    }

    /// <summary>Notes a packet and says what was known of its counter.</summary>
    public Sight See(uint keySet, ulong counter, ReadOnlySpan<byte> octets)
    {
        ulong hash = Hash(octets);
        int at = Find(keySet, counter);
        if (at < 0)
        {
            _entries.Insert(~at, new(keySet, counter, hash, Executed: false));
            return Sight.New;
        }

        return _entries[at].Hash == hash ? Sight.SameOctets : Sight.OtherOctets;
    }

    /// <summary>Notes that the packet is executed; false when these octets had been before.</summary>
    public bool TryExecute(uint keySet, ulong counter, ReadOnlySpan<byte> octets)
    {
        int at = Find(keySet, counter);
        if (at < 0 || _entries[at].Hash != Hash(octets))
        {
            return true;
        }

        bool first = !_entries[at].Executed;
        _entries[at] = _entries[at] with { Executed = true };
        return first;
    }

    private static ulong Hash(ReadOnlySpan<byte> octets)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    private int Find(uint keySet, ulong counter)
    {
        int low = 0;
        int high = _entries.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = (_entries[middle].KeySet, _entries[middle].Counter).CompareTo((keySet, counter));
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(uint KeySet, ulong Counter, ulong Hash, bool Executed);
}
