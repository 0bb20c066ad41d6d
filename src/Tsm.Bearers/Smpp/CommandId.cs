namespace Tsm.Bearers.Smpp;

/// <summary>command_id: which operation a PDU is. Unknown values survive a round trip.</summary>
/// <param name="Value">The four octets of the wire; bit 31 marks a response.</param>
/// <remarks>SMPP 3.4 §5.1.2.1.</remarks>
public readonly record struct CommandId(uint Value)
{
    /// <summary>generic_nack.</summary>
    public static readonly CommandId GenericNack = new(0x80000000);

    /// <summary>bind_receiver.</summary>
    public static readonly CommandId BindReceiver = new(0x00000001);

    /// <summary>bind_transmitter.</summary>
    public static readonly CommandId BindTransmitter = new(0x00000002);

    /// <summary>query_sm.</summary>
    public static readonly CommandId QuerySm = new(0x00000003);

    /// <summary>submit_sm.</summary>
    public static readonly CommandId SubmitSm = new(0x00000004);

    /// <summary>deliver_sm.</summary>
    public static readonly CommandId DeliverSm = new(0x00000005);

    /// <summary>unbind.</summary>
    public static readonly CommandId Unbind = new(0x00000006);

    /// <summary>replace_sm.</summary>
    public static readonly CommandId ReplaceSm = new(0x00000007);

    /// <summary>cancel_sm.</summary>
    public static readonly CommandId CancelSm = new(0x00000008);

    /// <summary>bind_transceiver.</summary>
    public static readonly CommandId BindTransceiver = new(0x00000009);

    /// <summary>outbind.</summary>
    public static readonly CommandId Outbind = new(0x0000000B);

    /// <summary>enquire_link.</summary>
    public static readonly CommandId EnquireLink = new(0x00000015);

    /// <summary>submit_multi.</summary>
    public static readonly CommandId SubmitMulti = new(0x00000021);

    /// <summary>alert_notification.</summary>
    public static readonly CommandId AlertNotification = new(0x00000102);

    /// <summary>data_sm.</summary>
    public static readonly CommandId DataSm = new(0x00000103);

    private const uint ResponseBit = 0x80000000;

    /// <summary>Whether the PDU answers another one; generic_nack does.</summary>
    public bool IsResponse => (Value & ResponseBit) != 0;

    /// <summary>The command_id of the answer.</summary>
    public CommandId Response => new(Value | ResponseBit);

    /// <summary>Whether the operation is one of bind_receiver, bind_transmitter and bind_transceiver.</summary>
    public bool IsBind => this == BindReceiver || this == BindTransmitter || this == BindTransceiver;

    /// <summary>Whether SMPP 3.4 defines the operation as a request that is answered.</summary>
    public bool IsKnownRequest => !IsResponse && this != Outbind && this != AlertNotification && RequestName is not null;

    /// <summary>Whether SMPP 3.4 defines the operation and leaves it without an answer.</summary>
    public bool IsUnanswered => this == Outbind || this == AlertNotification;

    /// <summary>The name of the standard, or hexadecimal.</summary>
    public string Name => this == GenericNack
        ? "generic_nack"
        : new CommandId(Value & ~ResponseBit).RequestName is { } name
            ? IsResponse ? name + "_resp" : name
            : $"{Value:X8}";

    private string? RequestName => Value switch
    {
        0x00000001 => "bind_receiver",
        0x00000002 => "bind_transmitter",
        0x00000003 => "query_sm",
        0x00000004 => "submit_sm",
        0x00000005 => "deliver_sm",
        0x00000006 => "unbind",
        0x00000007 => "replace_sm",
        0x00000008 => "cancel_sm",
        0x00000009 => "bind_transceiver",
        0x0000000B => "outbind",
        0x00000015 => "enquire_link",
        0x00000021 => "submit_multi",
        0x00000102 => "alert_notification",
        0x00000103 => "data_sm",
        _ => null,
    };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
