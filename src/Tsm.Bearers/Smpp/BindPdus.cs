using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The body of bind_receiver, bind_transmitter and bind_transceiver.</summary>
/// <remarks>SMPP 3.4 §4.1. <see cref="ToString"/> leaves the password out.</remarks>
public readonly record struct BindRequest : IPacket<BindRequest>
{
    /// <summary>interface_version of SMPP 3.4.</summary>
    public const byte Version34 = 0x34;

    private const int MaxSystemId = 16;
    private const int MaxPassword = 9;
    private const int MaxSystemType = 13;
    private const int MaxAddressRange = 41;

    /// <summary>A bind of SMPP 3.4 with empty fields.</summary>
    public BindRequest()
    {
    }

    /// <summary>system_id: the account, up to 15 characters.</summary>
    public string SystemId { get => field ?? ""; init; } = "";

    /// <summary>password, up to 8 characters.</summary>
    public string Password { get => field ?? ""; init; } = "";

    /// <summary>system_type, up to 12 characters; often empty.</summary>
    public string SystemType { get => field ?? ""; init; } = "";

    /// <summary>interface_version.</summary>
    public byte InterfaceVersion { get; init; } = Version34;

    /// <summary>addr_ton.</summary>
    public TypeOfNumber AddressTon { get; init; }

    /// <summary>addr_npi.</summary>
    public NumberingPlan AddressNpi { get; init; }

    /// <summary>address_range: the addresses served, up to 40 characters; often empty.</summary>
    public string AddressRange { get => field ?? ""; init; } = "";

    /// <inheritdoc/>
    public int Length => SmppFields.CStringLength(SystemId) + SmppFields.CStringLength(Password)
        + SmppFields.CStringLength(SystemType) + 3 + SmppFields.CStringLength(AddressRange);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  system_id | password | system_type | interface_version 1 | addr_ton 1 | addr_npi 1 | address_range
        var writer = new OctetWriter(destination);
        SmppFields.WriteCString(ref writer, SystemId, MaxSystemId);
        SmppFields.WriteCString(ref writer, Password, MaxPassword);
        SmppFields.WriteCString(ref writer, SystemType, MaxSystemType);
        writer.WriteByte(InterfaceVersion);
        writer.WriteByte((byte)AddressTon);
        writer.WriteByte((byte)AddressNpi);
        SmppFields.WriteCString(ref writer, AddressRange, MaxAddressRange);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out BindRequest packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        var bind = new BindRequest
        {
            SystemId = SmppFields.ReadCString(ref reader, MaxSystemId),
            Password = SmppFields.ReadCString(ref reader, MaxPassword),
            SystemType = SmppFields.ReadCString(ref reader, MaxSystemType),
            InterfaceVersion = reader.ReadByte(),
            AddressTon = (TypeOfNumber)reader.ReadByte(),
            AddressNpi = (NumberingPlan)reader.ReadByte(),
            AddressRange = SmppFields.ReadCString(ref reader, MaxAddressRange),
        };
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? bind : default;
        return parsed;
    }

    /// <summary>The account, without its password.</summary>
    public override string ToString() => $"bind of {SystemId}";
}

/// <summary>The body of the responses to a bind.</summary>
/// <remarks>SMPP 3.4 §4.1. Absent when command_status is not zero.</remarks>
public readonly record struct BindResponse : IPacket<BindResponse>
{
    private const int MaxSystemId = 16;

    /// <summary>A response with an empty system_id.</summary>
    public BindResponse()
    {
    }

    /// <summary>system_id of the SMSC, up to 15 characters.</summary>
    public string SystemId { get => field ?? ""; init; } = "";

    /// <summary>sc_interface_version among others; if it is absent, the peer speaks SMPP 3.3.</summary>
    public TlvList Tlvs { get; init; }

    /// <inheritdoc/>
    public int Length => SmppFields.CStringLength(SystemId) + Tlvs.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  system_id | TLVs
        var writer = new OctetWriter(destination);
        SmppFields.WriteCString(ref writer, SystemId, MaxSystemId);
        writer.Write(Tlvs);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out BindResponse packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        var response = new BindResponse
        {
            SystemId = SmppFields.ReadCString(ref reader, MaxSystemId),
            Tlvs = TlvList.Read(ref reader),
        };
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? response : default;
        return parsed;
    }
}

/// <summary>Which directions a session is bound for.</summary>
public enum BindType
{
    /// <summary>Both.</summary>
    Transceiver,

    /// <summary>Towards the SMSC only.</summary>
    Transmitter,

    /// <summary>From the SMSC only.</summary>
    Receiver,
}
