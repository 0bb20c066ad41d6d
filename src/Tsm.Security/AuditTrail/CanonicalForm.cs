using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Tsm.Security.AuditTrail;

/// <summary>Octets that say the same thing in one way only: what is hashed and signed.</summary>
/// <remarks>
/// A number is 8 octets, big-endian. A text is its length in 4 octets and its UTF-8; a text that is absent has the length
/// FFFFFFFF. So no two lists of values read the same.
/// </remarks>
internal sealed class CanonicalForm
{
    private const uint Absent = 0xFFFF_FFFF;

    private readonly ArrayBufferWriter<byte> _octets = new();

    public ReadOnlySpan<byte> Span => _octets.WrittenSpan;

    public CanonicalForm Add(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(_octets.GetSpan(sizeof(long)), number);
        _octets.Advance(sizeof(long));
        return this;
    }

    public CanonicalForm Add(string? text)
    {
        Span<byte> length = _octets.GetSpan(sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(length, text is null ? Absent : (uint)Encoding.UTF8.GetByteCount(text));
        _octets.Advance(sizeof(uint));
        if (text is not null)
        {
            Encoding.UTF8.GetBytes(text, _octets);
        }

        return this;
    }

    public CanonicalForm Add(ReadOnlySpan<byte> octets)
    {
        _octets.Write(octets);
        return this;
    }
}
