using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>ENVELOPE (SMS-PP DOWNLOAD): the data by which the handset hands an SMS-DELIVER to the card.</summary>
/// <param name="ServiceCentre">Where the message came from; may be absent.</param>
/// <param name="Tpdu">The SMS-DELIVER.</param>
/// <param name="Flagged">Which of the objects carry the comprehension-required flag.</param>
/// <remarks>
/// TS 31.111 §7.1.1.2. This is the data of the command; its header is <c>80 C2 00 00 Lc</c>, for a 2G SIM <c>A0 C2</c>.
/// </remarks>
public readonly record struct EnvelopeSmsPpDownload(
    SmsAddress? ServiceCentre,
    Octets Tpdu,
    EnvelopeObjects Flagged = EnvelopeObjects.All) : IPacket<EnvelopeSmsPpDownload>
{
    private const byte DownloadTag = 0xD1;
    private const byte DeviceIdentitiesTag = 0x02;
    private const byte AddressTag = 0x06;
    private const byte TpduTag = 0x0B;
    private const byte ComprehensionRequired = 0x80;

    /// <inheritdoc/>
    public int Length => 1 + ComprehensionTlv.LengthSize(ContentLength) + ContentLength;

    private int ContentLength => 1 + NetworkToUicc.Length
        + (ServiceCentre is { } centre ? 2 + UncountedLength(centre) : 0)
        + 1 + ComprehensionTlv.LengthSize(Tpdu.Length) + Tpdu.Length;

    private static ReadOnlySpan<byte> NetworkToUicc => [0x02, 0x83, 0x81];

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  D1 len { 82 02 83 81 | [86 len TON/NPI digits] | 8B len SMS-DELIVER }
        var writer = new OctetWriter(destination);
        writer.WriteByte(DownloadTag);
        BerTlv.WriteLength(ref writer, ContentLength);
        writer.WriteByte(Tag(DeviceIdentitiesTag, EnvelopeObjects.DeviceIdentities));
        writer.Write(NetworkToUicc);
        if (ServiceCentre is { } centre)
        {
            writer.WriteByte(Tag(AddressTag, EnvelopeObjects.Address));
            writer.WriteByte(checked((byte)UncountedLength(centre)));
            writer.WriteByte(centre.TypeOfAddress);
            writer.Write(centre.Value.Span);
        }

        writer.WriteByte(Tag(TpduTag, EnvelopeObjects.Tpdu));
        BerTlv.WriteLength(ref writer, Tpdu.Length);
        writer.Write(Tpdu.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out EnvelopeSmsPpDownload packet, out PacketError error)
    {
        var outer = new OctetReader(source);
        if (outer.ReadByte() != DownloadTag)
        {
            outer.Fail(PacketFault.UnexpectedValue, 0);
        }

        OctetReader reader = outer.ReadSub(ComprehensionTlv.ReadLength(ref outer));

        EnvelopeObjects flagged = EnvelopeObjects.None;
        ReadTag(ref reader, reader.ReadByte(), DeviceIdentitiesTag, EnvelopeObjects.DeviceIdentities, ref flagged);
        reader.Expect(NetworkToUicc);

        SmsAddress? centre = null;
        byte tag = reader.ReadByte();
        if ((tag & ~ComprehensionRequired) == AddressTag)
        {
            ReadTag(ref reader, tag, AddressTag, EnvelopeObjects.Address, ref flagged);
            OctetReader address = reader.ReadSub(ComprehensionTlv.ReadLength(ref reader));
            centre = SmsAddress.ReadUncounted(ref address);
            reader.Adopt(address.Error);
            tag = reader.ReadByte();
        }

        ReadTag(ref reader, tag, TpduTag, EnvelopeObjects.Tpdu, ref flagged);
        Octets tpdu = reader.ReadOctets(ComprehensionTlv.ReadLength(ref reader));

        _ = reader.TryEnd(out PacketError inner);
        if (inner.Fault != PacketFault.None)
        {
            outer.Adopt(inner);
        }

        bool parsed = outer.TryEnd(out error);
        packet = parsed ? new(centre, tpdu, flagged) : default;
        return parsed;
    }

    private static int UncountedLength(SmsAddress address) => 1 + address.Value.Length;

    private static void ReadTag(
        ref OctetReader reader, byte found, byte expected, EnvelopeObjects which, ref EnvelopeObjects flagged)
    {
        if ((found & ~ComprehensionRequired) != expected)
        {
            reader.Fail(PacketFault.UnexpectedValue, Math.Max(0, reader.Offset - 1));
        }

        flagged |= (found & ComprehensionRequired) != 0 ? which : EnvelopeObjects.None;
    }

    private byte Tag(byte tag, EnvelopeObjects which) =>
        (byte)(Flagged.HasFlag(which) ? tag | ComprehensionRequired : tag);
}

/// <summary>The objects inside an SMS-PP download.</summary>
[Flags]
public enum EnvelopeObjects
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Device identities, tag 02 or 82.</summary>
    DeviceIdentities = 1,

    /// <summary>Address of the service centre, tag 06 or 86.</summary>
    Address = 2,

    /// <summary>SMS TPDU, tag 0B or 8B.</summary>
    Tpdu = 4,

    /// <summary>All of them, as handsets send it.</summary>
    All = DeviceIdentities | Address | Tpdu,
}
