namespace Tsm.Security.Scp80;

/// <summary>Where the fields of packets over SMS-PP stand.</summary>
/// <remarks>TS 102 225 §5.1 and §5.2 with TS 31.115 §4: CPL and RPL have two octets, CHL and RHL one, CHI and RHI none.</remarks>
internal static class PacketLayout
{
    //  command    CPL 2 | CHL 1 | SPI 2 | KIc 1 | KID 1 | TAR 3 | CNTR 5 | PCNTR 1 | RC/CC m | data and padding
    //  response   02 71 00 | RPL 2 | RHL 1 | TAR 3 | CNTR 5 | PCNTR 1 | status 1 | RC/CC m | data and padding
    //
    //  Both are 16 octets up to RC/CC, the UDH of a response included: that is what RC/CC begin with.

    /// <summary>The length of CPL and of RPL.</summary>
    public const int PacketLengthSize = 2;

    /// <summary>The length of TAR.</summary>
    public const int TarLength = 3;

    /// <summary>Where RC or CC stands in a command packet, and in a response packet with its UDH.</summary>
    public const int CheckOffset = 16;

    /// <summary>Where the ciphered part of a command packet begins: at CNTR.</summary>
    public const int CommandSecured = 10;

    /// <summary>Where PCNTR stands in a command packet.</summary>
    public const int CommandPaddingCounter = 15;

    /// <summary>What CHL counts besides RC or CC: SPI to PCNTR.</summary>
    public const int CommandHeaderLength = 13;

    /// <summary>Where the ciphered part of a response packet with its UDH begins: at CNTR.</summary>
    public const int ResponseSecured = 9;

    /// <summary>Where PCNTR stands in a response packet with its UDH.</summary>
    public const int ResponsePaddingCounter = 14;

    /// <summary>Where the status stands in a response packet with its UDH.</summary>
    public const int ResponseStatusOffset = 15;

    /// <summary>What RHL counts besides RC or CC: TAR to the status.</summary>
    public const int ResponseHeaderLength = 10;

    /// <summary>The most padding a cipher can ask for: one octet less than the longest block.</summary>
    public const int LongestPadding = 15;

    /// <summary>The user data header of a response: one element 71 of length zero.</summary>
    public static ReadOnlySpan<byte> ResponseUdh => [0x02, 0x71, 0x00];
}
