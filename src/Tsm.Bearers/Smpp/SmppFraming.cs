using System.Buffers;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>Cuts a stream of octets into PDUs.</summary>
/// <remarks>SMPP 3.4 §3.2. A command_length below 16 or above the limit cannot be skipped: the stream is lost.</remarks>
internal static class SmppFraming
{
    /// <summary>What was found at the start of a buffer.</summary>
    public enum Result
    {
        /// <summary>Not yet a whole PDU.</summary>
        Incomplete,

        /// <summary>A PDU, which the buffer now starts after.</summary>
        Pdu,

        /// <summary>A header whose length is impossible; its sequence_number is returned if it was read.</summary>
        Malformed,
    }

    public static Result TryRead(ref ReadOnlySequence<byte> buffer, int maxLength, out SmppPdu pdu)
    {
        pdu = default;
        if (buffer.Length < sizeof(uint))
        {
            return Result.Incomplete;
        }

        Span<byte> octets = stackalloc byte[SmppPdu.HeaderLength];
        int available = (int)Math.Min(buffer.Length, SmppPdu.HeaderLength);
        buffer.Slice(0, available).CopyTo(octets);
        var header = new OctetReader(octets[..available]);
        uint length = header.ReadUInt32();
        if (length < SmppPdu.HeaderLength || length > maxLength)
        {
            var id = new CommandId(header.ReadUInt32());
            var status = new CommandStatus(header.ReadUInt32());
            pdu = new(id, status, length < SmppPdu.HeaderLength ? 0 : header.ReadUInt32(), Octets.Empty);
            return length >= SmppPdu.HeaderLength && available < SmppPdu.HeaderLength ? Result.Incomplete : Result.Malformed;
        }

        if (buffer.Length < length)
        {
            return Result.Incomplete;
        }

        byte[] wire = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        return SmppPdu.TryParse(wire, out pdu, out _) ? Result.Pdu : Result.Malformed;
    }
}
