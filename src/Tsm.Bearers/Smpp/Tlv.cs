using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>An optional parameter.</summary>
/// <param name="Tag">Which one; see <see cref="TlvTag"/>.</param>
/// <param name="Value">Its content, 0 to 65535 octets.</param>
/// <remarks>SMPP 3.4 §3.2.4.</remarks>
public readonly record struct Tlv(ushort Tag, Octets Value) : IPacket<Tlv>
{
    /// <inheritdoc/>
    public int Length => 4 + Value.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  tag 2 | length 2 | value n
        var writer = new OctetWriter(destination);
        writer.WriteUInt16(Tag);
        writer.WriteUInt16(checked((ushort)Value.Length));
        writer.Write(Value.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out Tlv packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        Tlv tlv = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? tlv : default;
        return parsed;
    }

    internal static Tlv Read(ref OctetReader reader)
    {
        ushort tag = reader.ReadUInt16();
        return new(tag, reader.ReadOctets(reader.ReadUInt16()));
    }
}

/// <summary>The optional parameters at the end of a PDU, in their order; unknown ones survive a round trip.</summary>
/// <remarks>SMPP 3.4 §5.3.</remarks>
public readonly record struct TlvList : IPacket<TlvList>
{
    /// <summary>The most parameters read from one PDU; the limit is ours.</summary>
    public const int MaxCount = 64;

    // As on the wire and known to be well-formed: equality is equality of content.
    private readonly Octets _wire;

    private TlvList(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>The parameters in their order.</summary>
    public ImmutableArray<Tlv> Items
    {
        get
        {
            var reader = new OctetReader(_wire.Span);
            ImmutableArray<Tlv>.Builder items = ImmutableArray.CreateBuilder<Tlv>();
            while (reader.Remaining > 0)
            {
                items.Add(Tlv.Read(ref reader));
            }

            return items.DrainToImmutable();
        }
    }

    /// <summary>A list of these parameters.</summary>
    public static TlvList Of(params ReadOnlySpan<Tlv> items)
    {
        int length = 0;
        foreach (Tlv item in items)
        {
            length += item.Length;
        }

        byte[] wire = new byte[length];
        var writer = new OctetWriter(wire);
        foreach (Tlv item in items)
        {
            writer.Write(item);
        }

        return new(Octets.Own(wire));
    }

    /// <summary>Finds the first parameter with a tag.</summary>
    public bool TryGet(ushort tag, out Octets value)
    {
        var reader = new OctetReader(_wire.Span);
        while (reader.Remaining > 0)
        {
            Tlv tlv = Tlv.Read(ref reader);
            if (tlv.Tag == tag)
            {
                value = tlv.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out TlvList packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        TlvList list = Read(ref reader);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? list : default;
        return parsed;
    }

    internal static TlvList Read(ref OctetReader reader)
    {
        OctetReader items = reader;
        for (int count = 0; reader.Remaining > 0; count++)
        {
            if (count == MaxCount)
            {
                reader.Fail(PacketFault.LimitExceeded);
            }

            _ = Tlv.Read(ref reader);
        }

        return reader.Failed ? default : new(Octets.Copy(items.ReadRest()));
    }

    /// <summary>The tags; values may hold a message.</summary>
    public override string ToString() => string.Join(' ', Items.Select(i => $"{i.Tag:X4}"));
}

/// <summary>Tags of the optional parameters that matter here.</summary>
/// <remarks>SMPP 3.4 §5.3.2; congestion_state is of SMPP 5.0.</remarks>
public static class TlvTag
{
    /// <summary>dest_addr_subunit: 03 is the SIM.</summary>
    public const ushort DestinationSubunit = 0x0005;

    /// <summary>additional_status_info_text.</summary>
    public const ushort AdditionalStatusInfo = 0x001D;

    /// <summary>receipted_message_id.</summary>
    public const ushort ReceiptedMessageId = 0x001E;

    /// <summary>sc_interface_version: 34 is SMPP 3.4.</summary>
    public const ushort InterfaceVersion = 0x0210;

    /// <summary>network_error_code: network type, then two octets of its code.</summary>
    public const ushort NetworkErrorCode = 0x0423;

    /// <summary>message_payload: the message, if short_message is empty.</summary>
    public const ushort MessagePayload = 0x0424;

    /// <summary>more_messages_to_send.</summary>
    public const ushort MoreMessagesToSend = 0x0426;

    /// <summary>message_state.</summary>
    public const ushort MessageState = 0x0427;

    /// <summary>congestion_state, 0 to 100.</summary>
    public const ushort CongestionState = 0x0428;
}
