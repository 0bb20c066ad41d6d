using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The fields that submit_sm and deliver_sm share, octet for octet.</summary>
/// <remarks>SMPP 3.4 §4.4.1 and §4.6.1.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MessageFields(
    string ServiceType,
    SmppAddress Source,
    SmppAddress Destination,
    byte EsmClass,
    byte ProtocolId,
    byte Priority,
    string ScheduledDelivery,
    string ValidityPeriod,
    byte RegisteredDelivery,
    byte ReplaceIfPresent,
    byte DataCoding,
    byte DefaultMessageId,
    Octets ShortMessage,
    TlvList Tlvs)
{
    public const int MaxShortMessage = 254;

    private const int MaxServiceType = 6;
    private const int MaxTime = 17;

    public int Length => SmppFields.CStringLength(ServiceType) + Source.Length + Destination.Length + 3
        + SmppFields.CStringLength(ScheduledDelivery) + SmppFields.CStringLength(ValidityPeriod) + 4
        + 1 + ShortMessage.Length + Tlvs.Length;

    public int Write(Span<byte> destination)
    {
        if (ShortMessage.Length > MaxShortMessage)
        {
            throw new ArgumentException($"short_message holds up to {MaxShortMessage} octets.", nameof(destination));
        }

        //  service_type | source ton 1 npi 1 addr | destination ton 1 npi 1 addr | esm_class 1 | protocol_id 1
        //  | priority_flag 1 | schedule_delivery_time | validity_period | registered_delivery 1
        //  | replace_if_present_flag 1 | data_coding 1 | sm_default_msg_id 1 | sm_length 1 | short_message n | TLVs
        var writer = new OctetWriter(destination);
        SmppFields.WriteCString(ref writer, ServiceType, MaxServiceType);
        Source.Write(ref writer);
        Destination.Write(ref writer);
        writer.WriteByte(EsmClass);
        writer.WriteByte(ProtocolId);
        writer.WriteByte(Priority);
        SmppFields.WriteCString(ref writer, ScheduledDelivery, MaxTime);
        SmppFields.WriteCString(ref writer, ValidityPeriod, MaxTime);
        writer.WriteByte(RegisteredDelivery);
        writer.WriteByte(ReplaceIfPresent);
        writer.WriteByte(DataCoding);
        writer.WriteByte(DefaultMessageId);
        writer.WriteLengthValue(ShortMessage.Span);
        writer.Write(Tlvs);
        return writer.Position;
    }

    public static bool TryParse(ReadOnlySpan<byte> source, out MessageFields fields, out PacketError error)
    {
        var reader = new OctetReader(source);
        var read = new MessageFields(
            ServiceType: SmppFields.ReadCString(ref reader, MaxServiceType),
            Source: SmppAddress.Read(ref reader),
            Destination: SmppAddress.Read(ref reader),
            EsmClass: reader.ReadByte(),
            ProtocolId: reader.ReadByte(),
            Priority: reader.ReadByte(),
            ScheduledDelivery: SmppFields.ReadCString(ref reader, MaxTime),
            ValidityPeriod: SmppFields.ReadCString(ref reader, MaxTime),
            RegisteredDelivery: reader.ReadByte(),
            ReplaceIfPresent: reader.ReadByte(),
            DataCoding: reader.ReadByte(),
            DefaultMessageId: reader.ReadByte(),
            ShortMessage: ReadShortMessage(ref reader),
            Tlvs: TlvList.Read(ref reader));
        bool parsed = reader.TryEnd(out error);
        fields = parsed ? read : default;
        return parsed;
    }

    private static Octets ReadShortMessage(ref OctetReader reader)
    {
        int length = reader.ReadByte();
        if (length > MaxShortMessage)
        {
            reader.Fail(PacketFault.LimitExceeded, reader.Offset - 1);
        }

        return reader.ReadOctets(length);
    }
}
