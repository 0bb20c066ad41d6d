using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>SMS-DELIVER: a message from the service centre to the handset, as the card sees it in an ENVELOPE.</summary>
/// <param name="Flags">The bits of the first octet besides TP-MTI.</param>
/// <param name="Originator">TP-OA: becomes the destination of a PoR sent by SMS-SUBMIT.</param>
/// <param name="ProtocolId">TP-PID: <c>7F</c> is (U)SIM data download.</param>
/// <param name="DataCoding">TP-DCS: <c>F6</c> or <c>16</c> are 8-bit and class 2.</param>
/// <param name="Timestamp">TP-SCTS.</param>
/// <param name="UserData">TP-UD with its header, 0 to 140 octets.</param>
/// <remarks>TS 23.040 §9.2.2.1. TP-UDL is taken as a count of octets whatever TP-DCS says: no text travels here.</remarks>
public readonly record struct SmsDeliver(
    DeliverBits Flags,
    SmsAddress Originator,
    byte ProtocolId,
    byte DataCoding,
    ServiceCentreTimestamp Timestamp,
    Octets UserData) : IPacket<SmsDeliver>
{
    /// <summary>TP-PID of (U)SIM data download (TS 23.040 §9.2.3.9).</summary>
    public const byte DataDownloadProtocolId = 0x7F;

    /// <summary>TP-DCS of 8-bit data of class 2, the usual coding of it (TS 23.038 §4).</summary>
    public const byte Class2DataCoding = 0xF6;

    /// <inheritdoc/>
    public int Length => 1 + Originator.Length + 2 + Timestamp.Length + 1 + UserData.Length;

    /// <summary>Whether <see cref="UserData"/> starts with a header.</summary>
    public bool HasHeader => Flags.HasFlag(DeliverBits.UserDataHeader);

    /// <summary>Whether the handset passes the message to the card instead of storing it.</summary>
    /// <remarks>TS 31.111 §7.1.1: TP-PID is data download and TP-DCS means class 2 (TS 23.038 §4).</remarks>
    public bool IsDataDownload => ProtocolId == DataDownloadProtocolId && IsClass2(DataCoding);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  flags and MTI 1 | TP-OA 2-12 | TP-PID 1 | TP-DCS 1 | TP-SCTS 7 | TP-UDL 1 | TP-UD n
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)Flags);
        writer.Write(Originator);
        writer.WriteByte(ProtocolId);
        writer.WriteByte(DataCoding);
        writer.Write(Timestamp);
        writer.WriteLengthValue(UserData.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmsDeliver packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        byte first = reader.ReadByte();
        if ((first & TpduFields.MessageTypeMask) != TpduFields.Deliver)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        var deliver = new SmsDeliver(
            (DeliverBits)first,
            SmsAddress.Read(ref reader),
            reader.ReadByte(),
            reader.ReadByte(),
            ServiceCentreTimestamp.Read(ref reader),
            TpduFields.ReadUserData(ref reader, Sms.UserData.MaxLength));
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? deliver : default;
        return parsed;
    }

    private static bool IsClass2(byte coding) =>
        (coding & 0xF0) == 0xF0 ? (coding & 0x03) == 2 : (coding & 0xD0) == 0x10 && (coding & 0x03) == 2;
}

/// <summary>The bits of the first octet of an SMS-DELIVER.</summary>
/// <remarks>TS 23.040 §9.2.2.1.</remarks>
[Flags]
public enum DeliverBits : byte
{
    /// <summary>More messages wait, and none of the others.</summary>
    None = 0,

    /// <summary>TP-MMS: no more messages wait in the service centre.</summary>
    NoMoreMessages = 0x04,

    /// <summary>TP-LP: not to be forwarded.</summary>
    LoopPrevention = 0x08,

    /// <summary>TP-SRI: a status report is returned to the sender.</summary>
    StatusReport = 0x20,

    /// <summary>TP-UDHI: the user data starts with a header.</summary>
    UserDataHeader = 0x40,

    /// <summary>TP-RP: a reply path exists.</summary>
    ReplyPath = 0x80,
}

internal static class TpduFields
{
    public const byte MessageTypeMask = 0x03;
    public const byte Deliver = 0x00;
    public const byte Submit = 0x01;

    public static Octets ReadUserData(ref OctetReader reader, int maxLength)
    {
        int length = reader.ReadByte();
        if (length > maxLength)
        {
            reader.Fail(PacketFault.LimitExceeded, reader.Offset - 1);
        }

        return reader.ReadOctets(length);
    }
}
