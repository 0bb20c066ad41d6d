using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tsm.Card.Encoding;

/// <summary>A cursor over octets that remembers the first fault instead of throwing.</summary>
/// <remarks>
/// Read field after field in the standard's order, then ask <see cref="TryEnd"/>. After a fault every read yields zero or
/// nothing, so the reads need no checks of their own; a field whose value decides what follows is checked with
/// <see cref="Failed"/>. A sub-reader is bounded by the length it was given and reports offsets of the whole packet.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct OctetReader
{
    private readonly ReadOnlySpan<byte> _source;
    private readonly int _origin;
    private int _position;
    private PacketError _error;

    /// <summary>Starts at the first octet of <paramref name="source"/>.</summary>
    public OctetReader(ReadOnlySpan<byte> source) : this(source, 0)
    {
    }

    private OctetReader(ReadOnlySpan<byte> source, int origin)
    {
        _source = source;
        _origin = origin;
    }

    /// <summary>The octet that is read next, counted from the start of the whole packet.</summary>
    public readonly int Offset => _origin + _position;

    /// <summary>The number of octets not yet read; zero after a fault.</summary>
    public readonly int Remaining => Failed ? 0 : _source.Length - _position;

    /// <summary>Whether a fault was met.</summary>
    public readonly bool Failed => _error.Fault != PacketFault.None;

    /// <summary>The first fault that was met.</summary>
    public readonly PacketError Error => _error;

    /// <summary>Reads one octet.</summary>
    public byte ReadByte() => Take(1) is [byte value] ? value : (byte)0;

    /// <summary>Reads two octets, most significant first.</summary>
    public ushort ReadUInt16() => Take(2) is { Length: 2 } octets ? BinaryPrimitives.ReadUInt16BigEndian(octets) : (ushort)0;

    /// <summary>Reads four octets, most significant first.</summary>
    public uint ReadUInt32() => Take(4) is { Length: 4 } octets ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;

    /// <summary>Reads <paramref name="length"/> octets without copying.</summary>
    public ReadOnlySpan<byte> ReadSpan(int length) => Take(length);

    /// <summary>Reads <paramref name="length"/> octets into a byte string.</summary>
    public Octets ReadOctets(int length) => Octets.Copy(Take(length));

    /// <summary>Reads all that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => Take(Remaining);

    /// <summary>Demands that the next octets are exactly <paramref name="expected"/>.</summary>
    public void Expect(ReadOnlySpan<byte> expected)
    {
        int start = Offset;
        ReadOnlySpan<byte> found = Take(expected.Length);
        if (!Failed && !found.SequenceEqual(expected))
        {
            Fail(PacketFault.UnexpectedValue, start);
        }
    }

    /// <summary>A reader bounded to the next <paramref name="length"/> octets, which this reader skips.</summary>
    public OctetReader ReadSub(int length)
    {
        int start = Offset;
        ReadOnlySpan<byte> octets = Take(length);
        return new(octets, start) { _error = _error };
    }

    /// <summary>Notes a fault at the octet that is read next; the first fault stands.</summary>
    public void Fail(PacketFault fault) => Fail(fault, Offset);

    /// <summary>Notes a fault at <paramref name="offset"/> of the whole packet; the first fault stands.</summary>
    public void Fail(PacketFault fault, int offset)
    {
        if (!Failed)
        {
            _error = new(fault, offset);
        }
    }

    /// <summary>Takes over the fault of a sub-reader, if it met one.</summary>
    public void Adopt(PacketError error)
    {
        if (!Failed)
        {
            _error = error;
        }
    }

    /// <summary>Demands that nothing is left; true when no fault was met at all.</summary>
    public bool TryEnd(out PacketError error)
    {
        if (!Failed && _position != _source.Length)
        {
            Fail(PacketFault.TrailingOctets);
        }

        error = _error;
        return !Failed;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (Failed)
        {
            return default;
        }

        if (length < 0 || length > _source.Length - _position)
        {
            // The end of the octets is where the packet breaks off.
            Fail(PacketFault.Truncated, _origin + _source.Length);
            return default;
        }

        ReadOnlySpan<byte> taken = _source.Slice(_position, length);
        _position += length;
        return taken;
    }
}
