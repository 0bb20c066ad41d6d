using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.Apdu;

/// <summary>R-APDU, a card's answer: data, then the status word.</summary>
/// <remarks>ISO/IEC 7816-3 §12.1.</remarks>
/// <param name="Data">The response data, possibly none.</param>
/// <param name="Status">SW1 SW2.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ResponseApdu(Octets Data, StatusWord Status) : IPacket<ResponseApdu>
{
    /// <summary>An answer without data.</summary>
    public ResponseApdu(StatusWord status) : this(default, status)
    {
    }

    /// <inheritdoc/>
    public int Length => Data.Length + StatusWord.Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(Data.Span);
        writer.WriteUInt16(Status.Value);
        return writer.Position;
    }

    /// <summary>The wire form: data, then the status word.</summary>
    public Octets ToOctets()
    {
        byte[] octets = new byte[Length];
        Write(octets);
        return Octets.Own(octets);
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out ResponseApdu packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        Octets data = reader.ReadOctets(Math.Max(source.Length - StatusWord.Size, 0));
        var status = new StatusWord(reader.ReadUInt16());
        if (!reader.TryEnd(out error))
        {
            return false;
        }

        packet = new(data, status);
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => ToOctets().ToString();
}
