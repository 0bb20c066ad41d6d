using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>SMS-SUBMIT: a message from the handset to the service centre; a card sends its PoR by it.</summary>
/// <param name="Flags">The bits of the first octet besides TP-MTI and TP-VPF.</param>
/// <param name="MessageReference">TP-MR: <c>00</c> lets the handset count.</param>
/// <param name="Destination">TP-DA.</param>
/// <param name="ProtocolId">TP-PID: cards use <c>00</c> and <c>7F</c>.</param>
/// <param name="DataCoding">TP-DCS.</param>
/// <param name="ValidityFormat">TP-VPF: decides the length of <paramref name="ValidityPeriod"/>.</param>
/// <param name="ValidityPeriod">TP-VP as on the wire: 0, 1 or 7 octets.</param>
/// <param name="UserData">TP-UD with its header, 0 to 140 octets.</param>
/// <remarks>TS 23.040 §9.2.2.2. TP-UDL is taken as a count of octets whatever TP-DCS says: no text travels here.</remarks>
public readonly record struct SmsSubmit(
    SubmitBits Flags,
    byte MessageReference,
    SmsAddress Destination,
    byte ProtocolId,
    byte DataCoding,
    ValidityPeriodFormat ValidityFormat,
    Octets ValidityPeriod,
    Octets UserData) : IPacket<SmsSubmit>
{
    private const byte FlagsMask = 0xE4;

    /// <inheritdoc/>
    public int Length => 2 + Destination.Length + 2 + ValidityPeriod.Length + 1 + UserData.Length;

    /// <summary>Whether <see cref="UserData"/> says that it starts with a header.</summary>
    public bool HasHeader => Flags.HasFlag(SubmitBits.UserDataHeader);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException"><see cref="ValidityPeriod"/> has not the length of its format.</exception>
    public int Write(Span<byte> destination)
    {
        if (ValidityPeriod.Length != ValidityLength(ValidityFormat))
        {
            throw new InvalidOperationException($"TP-VP of {ValidityPeriod.Length} octets is not {ValidityFormat}.");
        }

        //  flags, VPF and MTI 1 | TP-MR 1 | TP-DA 2-12 | TP-PID 1 | TP-DCS 1 | TP-VP 0, 1 or 7 | TP-UDL 1 | TP-UD n
        var writer = new OctetWriter(destination);
        writer.WriteByte((byte)((byte)Flags | (byte)ValidityFormat << 3 | TpduFields.Submit));
        writer.WriteByte(MessageReference);
        writer.Write(Destination);
        writer.WriteByte(ProtocolId);
        writer.WriteByte(DataCoding);
        writer.Write(ValidityPeriod.Span);
        writer.WriteLengthValue(UserData.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SmsSubmit packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        byte first = reader.ReadByte();
        if ((first & TpduFields.MessageTypeMask) != TpduFields.Submit)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        var format = (ValidityPeriodFormat)(first >> 3 & 0x03);
        var submit = new SmsSubmit(
            (SubmitBits)(first & FlagsMask),
            reader.ReadByte(),
            SmsAddress.Read(ref reader),
            reader.ReadByte(),
            reader.ReadByte(),
            format,
            reader.ReadOctets(ValidityLength(format)),
            TpduFields.ReadUserData(ref reader, Sms.UserData.MaxLength));
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? submit : default;
        return parsed;
    }

    private static int ValidityLength(ValidityPeriodFormat format) => format switch
    {
        ValidityPeriodFormat.None => 0,
        ValidityPeriodFormat.Relative => 1,
        _ => 7,
    };
}

/// <summary>The bits of the first octet of an SMS-SUBMIT.</summary>
/// <remarks>TS 23.040 §9.2.2.2.</remarks>
[Flags]
public enum SubmitBits : byte
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>TP-RD: the service centre refuses a duplicate.</summary>
    RejectDuplicates = 0x04,

    /// <summary>TP-SRR: a status report is asked for.</summary>
    StatusReport = 0x20,

    /// <summary>TP-UDHI: the user data starts with a header.</summary>
    UserDataHeader = 0x40,

    /// <summary>TP-RP: a reply path is asked for.</summary>
    ReplyPath = 0x80,
}

/// <summary>TP-VPF: how TP-VP is written.</summary>
/// <remarks>TS 23.040 §9.2.3.3.</remarks>
public enum ValidityPeriodFormat : byte
{
    /// <summary>No TP-VP.</summary>
    None = 0,

    /// <summary>Seven octets, enhanced.</summary>
    Enhanced = 1,

    /// <summary>One octet, relative.</summary>
    Relative = 2,

    /// <summary>Seven octets, absolute.</summary>
    Absolute = 3,
}
