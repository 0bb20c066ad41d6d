namespace Tsm.Bearers.Smpp;

/// <summary>command_status: what became of a request. Unknown and vendor values survive a round trip.</summary>
/// <param name="Value">The four octets of the wire; zero in requests.</param>
/// <remarks>SMPP 3.4 §5.1.3; values from 0100 on are of SMPP 5.0.</remarks>
public readonly partial record struct CommandStatus(uint Value)
{
    private const uint FirstBroadcastValue = 0x0107;
    private const uint LastDefinedValue = 0x0112;
    private const uint FirstVendorValue = 0x0400;
    private const uint LastVendorValue = 0x04FF;

    /// <summary>Whether the request was granted.</summary>
    public bool IsOk => Value == 0;

    /// <summary>The name of the standard (<c>ESME_RTHROTTLED</c>), or hexadecimal.</summary>
    public string Name => Known(Value)?.Name ?? $"{Value:X8}";

    /// <summary>What it means, as part of a sentence.</summary>
    public string Meaning => Known(Value)?.Meaning ?? Value switch
    {
        >= FirstBroadcastValue and <= LastDefinedValue => "a broadcast operation was refused",
        >= FirstVendorValue and <= LastVendorValue => "a reason of this SMSC's vendor",
        _ => "a reason the standard does not define",
    };

    /// <summary>What a sender does about it. Vendor and undefined values are worth a few attempts.</summary>
    public StatusDisposition Disposition => Known(Value)?.Disposition ?? Value switch
    {
        >= FirstBroadcastValue and <= LastDefinedValue => StatusDisposition.Permanent,
        _ => StatusDisposition.RetryLimited,
    };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What a sender does about a <see cref="CommandStatus"/>.</summary>
public enum StatusDisposition
{
    /// <summary>Nothing: the request was granted.</summary>
    Success,

    /// <summary>The same request succeeds later; wait with growing pauses.</summary>
    RetryLater,

    /// <summary>The same request may succeed; try a few times.</summary>
    RetryLimited,

    /// <summary>The same request never succeeds.</summary>
    Permanent,

    /// <summary>The session is out of step: bind again.</summary>
    Rebind,

    /// <summary>A person has to look: do not hammer the peer, and raise an alarm.</summary>
    StopAndAlarm,
}
