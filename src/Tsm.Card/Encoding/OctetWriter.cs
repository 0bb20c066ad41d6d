using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tsm.Card.Encoding;

/// <summary>Writes octets into memory of the caller, with length fields filled in when their scope closes.</summary>
/// <exception cref="ArgumentException">Every write: the destination is too short.</exception>
[StructLayout(LayoutKind.Auto)]
public ref struct OctetWriter
{
    private readonly Span<byte> _destination;
    private int _position;

    /// <summary>Starts at the first octet of <paramref name="destination"/>.</summary>
    public OctetWriter(Span<byte> destination) => _destination = destination;

    /// <summary>The number of octets written so far.</summary>
    public readonly int Position => _position;

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[.._position];

    /// <summary>Writes one octet.</summary>
    public void WriteByte(byte value) => Claim(1)[0] = value;

    /// <summary>Writes two octets, most significant first.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Claim(2), value);

    /// <summary>Writes four octets, most significant first.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Claim(4), value);

    /// <summary>Writes <paramref name="octets"/> as they are.</summary>
    public void Write(ReadOnlySpan<byte> octets) => octets.CopyTo(Claim(octets.Length));

    /// <summary>Writes a packet.</summary>
    public void Write<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket> => packet.Write(Claim(packet.Length));

    /// <summary>Writes the length of <paramref name="octets"/> in one octet, then the octets (LV).</summary>
    public void WriteLengthValue(ReadOnlySpan<byte> octets)
    {
        WriteByte(checked((byte)octets.Length));
        Write(octets);
    }

    /// <summary>Reserves a length field of <paramref name="size"/> octets (1 or 2) and returns the scope to close.</summary>
    public int OpenLength(int size)
    {
        Claim(size).Clear();
        return _position;
    }

    /// <summary>Fills in the length field that <see cref="OpenLength"/> reserved with what was written since.</summary>
    public readonly void CloseLength(int scope, int size)
    {
        int length = _position - scope;
        if (size == 1)
        {
            _destination[scope - 1] = checked((byte)length);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(_destination[(scope - 2)..], checked((ushort)length));
        }
    }

    private Span<byte> Claim(int length)
    {
        if (length > _destination.Length - _position)
        {
            throw new ArgumentException("The destination is shorter than the packet.", nameof(length));
        }

        Span<byte> claimed = _destination.Slice(_position, length);
        _position += length;
        return claimed;
    }
}
