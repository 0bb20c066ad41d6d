namespace Tsm.Security.Scp80;

/// <summary>How a road writes the identifier and the lengths before the fields that all secured packets share.</summary>
/// <remarks>TS 102 225 §5.1 and §5.2; TS 31.115 §4 (SMS-PP), §5 (SMS-CB) and §6 (USSD).</remarks>
public enum PacketDialect
{
    /// <summary>Short messages: the identifier is an element of the user data header, CPL has two octets, CHL one.</summary>
    SmsPp = 0,

    /// <summary>Cell broadcast: as short messages, but the message identifier names the packet. It has no responses.</summary>
    SmsCb = 1,

    /// <summary>CAT_TP: CPI 01 or RPI 02 as an octet of the packet, lengths in BER.</summary>
    CatTp = 2,

    /// <summary>TCP/IP and HTTPS: as CAT_TP.</summary>
    TcpIp = 3,

    /// <summary>USSD: CPI 03 or RPI 04 as an octet of the packet, lengths in BER.</summary>
    Ussd = 4,
}
