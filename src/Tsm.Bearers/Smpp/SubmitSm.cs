using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The body of submit_sm: a message from the ESME to a handset.</summary>
/// <remarks>SMPP 3.4 §4.4.1. <see cref="ToString"/> leaves the message out.</remarks>
public readonly record struct SubmitSm : IPacket<SubmitSm>
{
    /// <summary>An empty message.</summary>
    public SubmitSm()
    {
    }

    /// <summary>service_type, up to 5 characters.</summary>
    public string ServiceType { get => field ?? ""; init; } = "";

    /// <summary>source_addr with its TON and NPI.</summary>
    public SmppAddress Source { get; init; }

    /// <summary>destination_addr with its TON and NPI.</summary>
    public SmppAddress Destination { get; init; }

    /// <summary>esm_class; see <see cref="Smpp.EsmClass"/>.</summary>
    public byte EsmClass { get; init; }

    /// <summary>protocol_id, the TP-PID.</summary>
    public byte ProtocolId { get; init; }

    /// <summary>priority_flag: 0 is not urgent, 1 to 3 are delivered even to a handset believed absent.</summary>
    public byte Priority { get; init; }

    /// <summary>schedule_delivery_time: empty, or 16 characters.</summary>
    public string ScheduledDelivery { get => field ?? ""; init; } = "";

    /// <summary>validity_period: empty, or 16 characters (SMPP 3.4 §7.1.1).</summary>
    public string ValidityPeriod { get => field ?? ""; init; } = "";

    /// <summary>registered_delivery: 0 no receipt, 1 a receipt of the outcome, 2 of failure only.</summary>
    public byte RegisteredDelivery { get; init; }

    /// <summary>replace_if_present_flag.</summary>
    public byte ReplaceIfPresent { get; init; }

    /// <summary>data_coding, the TP-DCS of most SMSCs.</summary>
    public byte DataCoding { get; init; }

    /// <summary>sm_default_msg_id.</summary>
    public byte DefaultMessageId { get; init; }

    /// <summary>short_message, 0 to 254 octets: TP-UD with its header.</summary>
    public Octets ShortMessage { get; init; }

    /// <summary>The optional parameters.</summary>
    public TlvList Tlvs { get; init; }

    /// <summary>What the message carries: short_message, or message_payload if that is empty.</summary>
    public Octets UserData =>
        ShortMessage.IsEmpty && Tlvs.TryGet(TlvTag.MessagePayload, out Octets payload) ? payload : ShortMessage;

    /// <summary>Whether esm_class says that <see cref="UserData"/> starts with a header.</summary>
    public bool HasHeader => (EsmClass & Smpp.EsmClass.UserDataHeader) != 0;

    /// <inheritdoc/>
    public int Length => Fields.Length;

    private MessageFields Fields => new(
        ServiceType, Source, Destination, EsmClass, ProtocolId, Priority, ScheduledDelivery, ValidityPeriod,
        RegisteredDelivery, ReplaceIfPresent, DataCoding, DefaultMessageId, ShortMessage, Tlvs);

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => Fields.Write(destination);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out SubmitSm packet, out PacketError error)
    {
        bool parsed = MessageFields.TryParse(source, out MessageFields fields, out error);
        packet = !parsed ? default : new()
        {
            ServiceType = fields.ServiceType,
            Source = fields.Source,
            Destination = fields.Destination,
            EsmClass = fields.EsmClass,
            ProtocolId = fields.ProtocolId,
            Priority = fields.Priority,
            ScheduledDelivery = fields.ScheduledDelivery,
            ValidityPeriod = fields.ValidityPeriod,
            RegisteredDelivery = fields.RegisteredDelivery,
            ReplaceIfPresent = fields.ReplaceIfPresent,
            DataCoding = fields.DataCoding,
            DefaultMessageId = fields.DefaultMessageId,
            ShortMessage = fields.ShortMessage,
            Tlvs = fields.Tlvs,
        };
        return parsed;
    }

    /// <summary>Where from and where to; the message is left out.</summary>
    public override string ToString() => $"submit_sm from {Source} to {Destination}, {UserData.Length} octets";
}
