using System.Runtime.InteropServices;

namespace Tsm.Card.Encoding;

/// <summary>Walks over a sequence of BER-TLV objects without copying.</summary>
/// <remarks>
/// Tags of one to three octets, definite lengths with one to three octets after the first. <see cref="TryRead"/> is
/// false at the end and at a fault; <see cref="Error"/> tells the two apart.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct BerTlvReader
{
    private OctetReader _reader;

    /// <summary>Starts at the first octet of <paramref name="source"/>.</summary>
    /// <param name="source">The objects, one after another.</param>
    /// <param name="origin">Where <paramref name="source"/> starts in the whole packet, added to offsets.</param>
    public BerTlvReader(ReadOnlySpan<byte> source, int origin = 0)
    {
        _reader = new(source);
        Origin = origin;
    }

    /// <summary>Where the source starts in the whole packet.</summary>
    public int Origin { get; }

    /// <summary>Where the next object starts in the whole packet.</summary>
    public readonly int Offset => _reader.Offset + Origin;

    /// <summary>Where the value read last starts in the whole packet.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>The fault that ended the walk; no fault at the end of the objects.</summary>
    public readonly PacketError Error =>
        _reader.Error.Fault == PacketFault.None ? default : _reader.Error.Within(Origin);

    /// <summary>Reads the next object.</summary>
    public bool TryRead(out uint tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        tag = 0;
        if (_reader.Remaining == 0)
        {
            return false;
        }

        tag = ReadTag();
        int length = BerTlv.ReadLength(ref _reader);
        ValueOffset = Offset;
        value = _reader.ReadSpan(length);
        return !_reader.Failed;
    }

    private uint ReadTag()
    {
        int start = _reader.Offset;
        uint tag = _reader.ReadByte();
        if ((tag & 0x1F) != 0x1F)
        {
            return tag;
        }

        // b8 of every further octet says whether another follows.
        uint next = _reader.ReadByte();
        tag = tag << 8 | next;
        if ((next & 0x80) != 0)
        {
            next = _reader.ReadByte();
            tag = tag << 8 | next;
            if ((next & 0x80) != 0)
            {
                _reader.Fail(PacketFault.LimitExceeded, start);
            }
        }

        return tag;
    }
}
