using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>SMS-DELIVER-REPORT: the handset's answer to an SMS-DELIVER, with what the card returned.</summary>
/// <param name="HasHeader">TP-UDHI. May be false though the user data starts with <c>02 71 00</c>.</param>
/// <param name="FailureCause">TP-FCS, <c>80</c> to <c>FF</c>, in the report of an error (RP-ERROR); null in RP-ACK.</param>
/// <param name="ProtocolId">TP-PID, if it is there.</param>
/// <param name="DataCoding">TP-DCS, if it is there.</param>
/// <param name="UserData">TP-UD of up to 159 octets, if it is there.</param>
/// <remarks>
/// TS 23.040 §9.2.2.1a. Both forms have one message type and only the layer below tells them apart; but TP-FCS starts at
/// <c>80</c>, and a TP-PI that does has its extension bit set, which nothing uses.
/// </remarks>
public readonly record struct SmsDeliverReport(
    bool HasHeader,
    byte? FailureCause,
    byte? ProtocolId,
    byte? DataCoding,
    Octets? UserData) : IPacket<SmsDeliverReport>
{
    /// <summary>The most octets TP-UD has in a report.</summary>
    public const int MaxUserDataLength = 159;

    /// <summary>TP-FCS: the toolkit of the card is busy.</summary>
    public const byte ToolkitBusy = 0xD4;

    /// <summary>TP-FCS: the card answered a data download with an error.</summary>
    public const byte DataDownloadError = 0xD5;

    private const byte HeaderBit = 0x40;
    private const byte FirstFailureCause = 0x80;
    private const byte ProtocolIdPresent = 0x01;
    private const byte DataCodingPresent = 0x02;
    private const byte UserDataPresent = 0x04;

    /// <inheritdoc/>
    public int Length => 2
        + (FailureCause is null ? 0 : 1)
        + (ProtocolId is null ? 0 : 1)
        + (DataCoding is null ? 0 : 1)
        + (UserData is { } data ? 1 + data.Length : 0);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  UDHI and MTI 1 | [TP-FCS 1] | TP-PI 1 | [TP-PID 1] | [TP-DCS 1] | [TP-UDL 1 | TP-UD n]
        var writer = new OctetWriter(destination);
        writer.WriteByte(HasHeader ? HeaderBit : (byte)0);
        if (FailureCause is { } cause)
        {
            writer.WriteByte(cause);
        }

        writer.WriteByte((byte)((ProtocolId is null ? 0 : ProtocolIdPresent)
            | (DataCoding is null ? 0 : DataCodingPresent)
            | (UserData is null ? 0 : UserDataPresent)));
        if (ProtocolId is { } protocolId)
        {
            writer.WriteByte(protocolId);
        }

        if (DataCoding is { } dataCoding)
        {
            writer.WriteByte(dataCoding);
        }

        if (UserData is { } userData)
        {
            writer.WriteLengthValue(userData.Span);
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmsDeliverReport packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        byte first = reader.ReadByte();
        if ((first & ~HeaderBit) != 0)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        byte present = reader.ReadByte();
        byte? cause = null;
        if (present >= FirstFailureCause)
        {
            cause = present;
            present = reader.ReadByte();
        }

        if ((present & ~(ProtocolIdPresent | DataCodingPresent | UserDataPresent)) != 0)
        {
            reader.Fail(PacketFault.ReservedValue, reader.Offset - 1);
        }

        var report = new SmsDeliverReport(
            first == HeaderBit,
            cause,
            (present & ProtocolIdPresent) != 0 ? reader.ReadByte() : null,
            (present & DataCodingPresent) != 0 ? reader.ReadByte() : null,
            (present & UserDataPresent) != 0 ? TpduFields.ReadUserData(ref reader, MaxUserDataLength) : null);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? report : default;
        return parsed;
    }
}
