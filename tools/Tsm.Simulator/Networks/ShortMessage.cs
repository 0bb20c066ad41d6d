using Tsm.Card.Encoding;

namespace Tsm.Simulator.Networks;

/// <summary>A short message as it travels between SMSC and card.</summary>
/// <param name="Source">The digits of the sender's number.</param>
/// <param name="Destination">The digits of the receiver's number.</param>
/// <param name="ProtocolId">TP-PID; 7F for a data download to the card.</param>
/// <param name="DataCoding">TP-DCS; F6 for 8-bit data of class 2.</param>
/// <param name="HasHeader">TP-UDHI: whether the user data begin with a header.</param>
/// <param name="UserData">TP-UD with its header, at most 140 octets.</param>
public sealed record ShortMessage(string Source, string Destination, byte ProtocolId, byte DataCoding, bool HasHeader,
    Octets UserData)
{
    /// <summary>
    /// Whether a phone hands the message to the card: TP-PID 7F, class 2 and a header (TS 31.111 §7.1.1, TS 31.115 §4).
    /// </summary>
    public bool IsDataDownload => ProtocolId == 0x7F && HasHeader && DataCoding switch
    {
        // TS 23.038 §4, 8-bit data of class 2: 1111 x110, or 00x1 0110 in the general group.
        >= 0xF0 => (DataCoding & 0b0111) == 0b0110,
        < 0x40 => (DataCoding & 0b0001_1111) == 0b0001_0110,
        _ => false,
    };
}

/// <summary>What became of a short message on its way to the card.</summary>
public enum DeliveryState
{
    /// <summary>The phone took it.</summary>
    Delivered,

    /// <summary>Its validity ended before the card could be reached.</summary>
    Expired,

    /// <summary>No card has the number.</summary>
    Undeliverable,
}
