using System.Buffers.Binary;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>A whole PDU: header and undecoded body.</summary>
/// <param name="Id">command_id.</param>
/// <param name="Status">command_status: zero in requests.</param>
/// <param name="Sequence">sequence_number, 1 to 7FFFFFFF; a response copies that of its request.</param>
/// <param name="Body">What follows the header.</param>
/// <remarks>SMPP 3.4 §3.2.</remarks>
public readonly record struct SmppPdu(CommandId Id, CommandStatus Status, uint Sequence, Octets Body) : IPacket<SmppPdu>
{
    /// <summary>The length of the header in octets.</summary>
    public const int HeaderLength = 16;

    /// <inheritdoc/>
    public int Length => HeaderLength + Body.Length;

    /// <summary>A request without a body, or with an encoded one.</summary>
    public static SmppPdu Request(CommandId id, uint sequence, Octets body = default) =>
        new(id, CommandStatus.Ok, sequence, body);

    /// <summary>A PDU whose body is <paramref name="body"/>.</summary>
    public static SmppPdu Of<TBody>(CommandId id, CommandStatus status, uint sequence, TBody body)
        where TBody : struct, IPacket<TBody> => new(id, status, sequence, SmppFields.ToOctets(body));

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  command_length 4 | command_id 4 | command_status 4 | sequence_number 4 | body n
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Id.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Status.Value);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Sequence);
        Body.Span.CopyTo(destination[HeaderLength..]);
        return Length;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmppPdu packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        uint length = reader.ReadUInt32();
        if (length < HeaderLength || (source.Length >= HeaderLength && length != source.Length))
        {
            reader.Fail(PacketFault.LengthMismatch, 0);
        }

        var pdu = new SmppPdu(
            new(reader.ReadUInt32()),
            new(reader.ReadUInt32()),
            reader.ReadUInt32(),
            Octets.Copy(reader.ReadRest()));
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? pdu : default;
        return parsed;
    }

    /// <summary>The header in words; the body may hold a password or a message, and is left out.</summary>
    public override string ToString() => $"{Id} {Sequence} {Status} ({Body.Length} octets)";
}
