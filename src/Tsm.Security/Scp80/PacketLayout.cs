using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Security.Scp80;

/// <summary>Where the fields of a packet stand: a prefix of the dialect, then fields that all dialects share.</summary>
/// <remarks>TS 102 225 §5.1 and §5.2. CHI and RHI are null in all dialects.</remarks>
/// <param name="Prefix">The length of all before SPI (in a response: before TAR), in octets.</param>
/// <param name="IsResponse">Whether the packet is a card's.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PacketLayout(int Prefix, bool IsResponse)
{
    //  command    prefix | SPI 2 | KIc 1 | KID 1 | TAR 3 | CNTR 5 | PCNTR 1 |            RC/CC m | data and padding
    //  response   prefix |                         TAR 3 | CNTR 5 | PCNTR 1 | status 1 | RC/CC m | data and padding
    //
    //  RC and CC cover all of it, the prefix included. Over SMS-PP they begin with 16 octets: the prefix of a command is CPL 2 and
    //  CHL 1 then, that of a response 02 71 00, RPL 2 and RHL 1 (TS 31.115 §4.2 and §4.4).

    /// <summary>The length of TAR.</summary>
    public const int TarLength = 3;

    /// <summary>What CHL counts besides RC or CC: SPI to PCNTR.</summary>
    public const int CommandHeaderLength = 13;

    /// <summary>What RHL counts besides RC or CC: TAR to the status.</summary>
    public const int ResponseHeaderLength = 10;

    /// <summary>The most padding a cipher can ask for: one octet less than the longest block.</summary>
    public const int LongestPadding = 15;

    /// <summary>CPL (or RPL) and CHL (or RHL) over SMS-PP and SMS-CB.</summary>
    public const int ShortMessageLengths = 3;

    /// <summary>The user data header of a response: one element 71 of length zero.</summary>
    public static ReadOnlySpan<byte> ResponseUdh => [0x02, 0x71, 0x00];

    /// <summary>Where the ciphered part begins: at CNTR.</summary>
    public int Secured => Prefix + (IsResponse ? 3 : 7);

    /// <summary>Where PCNTR stands.</summary>
    public int PaddingCounter => Secured + 5;

    /// <summary>Where the status of a response stands.</summary>
    public int Status => Secured + 6;

    /// <summary>Where RC or CC stands.</summary>
    public int Check => Secured + (IsResponse ? 7 : 6);

    /// <summary>What CHL or RHL counts besides RC or CC.</summary>
    public int HeaderLength => IsResponse ? ResponseHeaderLength : CommandHeaderLength;

    /// <summary>The layout of a packet that has so much after CHL or RHL.</summary>
    /// <param name="dialect">How its prefix is written.</param>
    /// <param name="isResponse">Whether it is a card's.</param>
    /// <param name="content">Header, RC or CC, data and padding, in octets.</param>
    /// <exception cref="ArgumentException">There are no responses to cell broadcast.</exception>
    public static PacketLayout For(PacketDialect dialect, bool isResponse, int content) => dialect switch
    {
        PacketDialect.SmsPp when isResponse => new(ResponseUdh.Length + ShortMessageLengths, IsResponse: true),
        PacketDialect.SmsPp or PacketDialect.SmsCb when !isResponse => new(ShortMessageLengths, IsResponse: false),
        PacketDialect.SmsCb => throw new ArgumentException("No response packet is defined for cell broadcast (TS 31.115 §5).", nameof(dialect)),
        _ => new(2 + BerTlv.LengthSize(1 + content), isResponse),
    };

    /// <summary>Writes the prefix.</summary>
    /// <param name="writer">At the start of the packet.</param>
    /// <param name="dialect">As for <see cref="For"/>.</param>
    /// <param name="checkLength">The length of RC or CC.</param>
    /// <param name="length">The length of the whole packet.</param>
    public void WritePrefix(ref OctetWriter writer, PacketDialect dialect, int checkLength, int length)
    {
        int counted = length - Prefix + 1;
        if (dialect is PacketDialect.SmsPp or PacketDialect.SmsCb)
        {
            if (IsResponse)
            {
                writer.Write(ResponseUdh);
            }

            writer.WriteUInt16((ushort)counted);
        }
        else
        {
            writer.WriteByte(Identifier(dialect, IsResponse));
            BerTlv.WriteLength(ref writer, counted);
        }

        writer.WriteByte((byte)(HeaderLength + checkLength));
    }

    /// <summary>Reads a prefix, and checks the lengths in it against each other.</summary>
    /// <param name="reader">At the start of the packet; afterwards behind the prefix.</param>
    /// <param name="dialect">How the prefix is written. Over SMS-PP 02 71 00 is not read: <paramref name="reader"/> is behind it.</param>
    /// <param name="isResponse">Whether the packet is a card's.</param>
    /// <param name="tolerant">Whether octets may follow what is counted, as some cards have it.</param>
    /// <param name="checkLength">The length of RC or CC that CHL or RHL states.</param>
    /// <returns>What is counted by CPL or RPL after CHL or RHL, in octets.</returns>
    public static int ReadPrefix(ref OctetReader reader, PacketDialect dialect, bool isResponse, bool tolerant, out int checkLength)
    {
        bool isShortMessage = dialect is PacketDialect.SmsPp or PacketDialect.SmsCb;
        if (!isShortMessage)
        {
            int identifierAt = reader.Offset;
            if (reader.ReadByte() != Identifier(dialect, isResponse))
            {
                reader.Fail(PacketFault.UnexpectedValue, identifierAt);
            }
        }

        int countedAt = reader.Offset;
        int counted = isShortMessage ? reader.ReadUInt16() : BerTlv.ReadLength(ref reader);
        if (counted > reader.Remaining || (counted < reader.Remaining && !tolerant))
        {
            reader.Fail(PacketFault.LengthMismatch, countedAt);
        }

        int headerAt = reader.Offset, header = isResponse ? ResponseHeaderLength : CommandHeaderLength;
        checkLength = reader.ReadByte() - header;
        if (checkLength < 0 || counted < 1 + header + checkLength)
        {
            reader.Fail(PacketFault.LengthMismatch, headerAt);
        }

        return counted - 1;
    }

    private static byte Identifier(PacketDialect dialect, bool isResponse) =>
        (byte)((dialect == PacketDialect.Ussd ? 0x03 : 0x01) + (isResponse ? 1 : 0));
}
