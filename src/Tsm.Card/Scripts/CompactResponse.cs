using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>The answer to a compact command string: how far the card came, and what the last command returned.</summary>
/// <remarks>
/// TS 102 226 §5.1.2. The status word stands before the data, unlike in an R-APDU. Whether GET RESPONSE counts as a
/// command differs between cards, so failure is judged by the status word and never by the count.
/// </remarks>
/// <param name="Executed">The number of commands executed, the failing one included, 0 to 255.</param>
/// <param name="Status">The status word of the last command executed.</param>
/// <param name="Data">The data of the last command executed, possibly none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CompactResponse(int Executed, StatusWord Status, Octets Data = default) : IPacket<CompactResponse>
{
    /// <summary>The least octets of an answer; less is data of the application.</summary>
    public const int MinLength = 3;

    /// <inheritdoc/>
    public int Length => MinLength + Data.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  commands executed 1 | SW1 SW2 2 | response data n
        var writer = new OctetWriter(destination);
        writer.WriteByte(checked((byte)Executed));
        writer.WriteUInt16(Status.Value);
        writer.Write(Data.Span);
        return writer.Position;
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets()
    {
        byte[] octets = new byte[Length];
        Write(octets);
        return Octets.Own(octets);
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out CompactResponse packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(reader.ReadByte(), new(reader.ReadUInt16()), Octets.Copy(reader.ReadRest()));
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}
