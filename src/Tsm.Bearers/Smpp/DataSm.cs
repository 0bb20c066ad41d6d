using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The body of data_sm. It has no protocol_id and cannot carry a command to a card; an SMSC may answer by it.</summary>
/// <remarks>SMPP 3.4 §4.7.1.</remarks>
public readonly record struct DataSm : IPacket<DataSm>
{
    private const int MaxServiceType = 6;

    /// <summary>An empty message.</summary>
    public DataSm()
    {
    }

    /// <summary>service_type, up to 5 characters.</summary>
    public string ServiceType { get => field ?? ""; init; } = "";

    /// <summary>source_addr with its TON and NPI, up to 64 characters.</summary>
    public SmppAddress Source { get; init; }

    /// <summary>destination_addr with its TON and NPI, up to 64 characters.</summary>
    public SmppAddress Destination { get; init; }

    /// <summary>esm_class; see <see cref="Smpp.EsmClass"/>.</summary>
    public byte EsmClass { get; init; }

    /// <summary>registered_delivery.</summary>
    public byte RegisteredDelivery { get; init; }

    /// <summary>data_coding.</summary>
    public byte DataCoding { get; init; }

    /// <summary>The optional parameters; message_payload is the message.</summary>
    public TlvList Tlvs { get; init; }

    /// <inheritdoc/>
    public int Length => SmppFields.CStringLength(ServiceType) + Source.Length + Destination.Length + 3 + Tlvs.Length;

    /// <summary>The same message as a deliver_sm, so that one handler serves both.</summary>
    public DeliverSm ToDeliverSm() => new()
    {
        ServiceType = ServiceType,
        Source = Source,
        Destination = Destination,
        EsmClass = EsmClass,
        RegisteredDelivery = RegisteredDelivery,
        DataCoding = DataCoding,
        Tlvs = Tlvs,
    };

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  service_type | source ton 1 npi 1 addr | destination ton 1 npi 1 addr
        //  | esm_class 1 | registered_delivery 1 | data_coding 1 | TLVs
        var writer = new OctetWriter(destination);
        SmppFields.WriteCString(ref writer, ServiceType, MaxServiceType);
        Source.Write(ref writer, SmppAddress.MaxDataSmOctets);
        Destination.Write(ref writer, SmppAddress.MaxDataSmOctets);
        writer.WriteByte(EsmClass);
        writer.WriteByte(RegisteredDelivery);
        writer.WriteByte(DataCoding);
        writer.Write(Tlvs);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out DataSm packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        var message = new DataSm
        {
            ServiceType = SmppFields.ReadCString(ref reader, MaxServiceType),
            Source = SmppAddress.Read(ref reader, SmppAddress.MaxDataSmOctets),
            Destination = SmppAddress.Read(ref reader, SmppAddress.MaxDataSmOctets),
            EsmClass = reader.ReadByte(),
            RegisteredDelivery = reader.ReadByte(),
            DataCoding = reader.ReadByte(),
            Tlvs = TlvList.Read(ref reader),
        };
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? message : default;
        return parsed;
    }

    /// <summary>Where from and where to; the message is left out.</summary>
    public override string ToString() => $"data_sm from {Source} to {Destination}";
}
