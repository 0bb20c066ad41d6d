using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The body of submit_sm_resp, deliver_sm_resp and data_sm_resp.</summary>
/// <remarks>SMPP 3.4 §4.4.2, §4.6.2. Absent when command_status is not zero.</remarks>
public readonly record struct MessageResponse : IPacket<MessageResponse>
{
    private const int MaxMessageId = 65;

    /// <summary>A response with an empty message_id, as deliver_sm_resp has it.</summary>
    public MessageResponse()
    {
    }

    /// <summary>message_id: how the SMSC calls the message, up to 64 characters. Not unique everywhere.</summary>
    public string MessageId { get => field ?? ""; init; } = "";

    /// <summary>Optional parameters, for instance congestion_state.</summary>
    public TlvList Tlvs { get; init; }

    /// <inheritdoc/>
    public int Length => SmppFields.CStringLength(MessageId) + Tlvs.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  message_id | TLVs
        var writer = new OctetWriter(destination);
        SmppFields.WriteCString(ref writer, MessageId, MaxMessageId);
        writer.Write(Tlvs);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out MessageResponse packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        var response = new MessageResponse
        {
            MessageId = SmppFields.ReadCString(ref reader, MaxMessageId),
            Tlvs = TlvList.Read(ref reader),
        };
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? response : default;
        return parsed;
    }

    /// <summary>Makes the best of a body that may be absent, lack its zero or end in nonsense: the message was taken.</summary>
    internal static string ReadMessageId(ReadOnlySpan<byte> body)
    {
        int end = body.IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? body : body[..end];
        return System.Text.Encoding.Latin1.GetString(text[..Math.Min(text.Length, MaxMessageId - 1)]);
    }
}
