using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>A page of a cell broadcast message, as the network sends it and the card sees it.</summary>
/// <remarks>TS 23.041 §9.4.1.2. Always 88 octets.</remarks>
/// <param name="SerialNumber">The serial number: scope, message code and update number.</param>
/// <param name="MessageId">The message identifier: what the message is about.</param>
/// <param name="DataCoding">The data coding scheme.</param>
/// <param name="PageParameter">The number of the page in the high nibble, how many there are in the low one.</param>
/// <param name="Content">The content, 82 octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CellBroadcastPage(
    ushort SerialNumber, ushort MessageId, byte DataCoding, byte PageParameter, Octets Content) : IPacket<CellBroadcastPage>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 88;

    /// <summary>The octets of content of a page.</summary>
    public const int ContentSize = 82;

    private const ushort FirstSecured = 0x1080;
    private const ushort LastSecured = 0x10FF;

    /// <inheritdoc/>
    public int Length => Size - ContentSize + Content.Length;

    /// <summary>The number of the page, from 1 on; a parameter with a zero in it means a single page.</summary>
    public int Number => IsSingle ? 1 : PageParameter >> 4;

    /// <summary>How many pages the message has, 1 to 15.</summary>
    public int Total => IsSingle ? 1 : PageParameter & 0x0F;

    /// <summary>Whether the message is a secured packet for the card (TS 31.115 §5).</summary>
    public bool IsSecured => MessageId is >= FirstSecured and <= LastSecured;

    private bool IsSingle => PageParameter >> 4 == 0 || (PageParameter & 0x0F) == 0;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  serial number 2 | message identifier 2 | data coding 1 | page parameter 1 | content 82
        var writer = new OctetWriter(destination);
        writer.WriteUInt16(SerialNumber);
        writer.WriteUInt16(MessageId);
        writer.WriteByte(DataCoding);
        writer.WriteByte(PageParameter);
        writer.Write(Content.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out CellBroadcastPage packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(
            reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte(), reader.ReadOctets(ContentSize));
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}

/// <summary>Cuts secured packets into the pages of a cell broadcast message, and joins them.</summary>
/// <remarks>
/// TS 31.115 §5. The packet begins with its length at the start of the first page, without a header; what is left of the last
/// page is zeros. No response packet is defined, so a card must not be asked for one.
/// </remarks>
public static class CellBroadcastPackets
{
    /// <summary>The most pages of a message.</summary>
    public const int MaxPages = 15;

    /// <summary>The longest packet, in octets.</summary>
    public const int MaxLength = MaxPages * CellBroadcastPage.ContentSize;

    private const int PacketLengthSize = 2;

    /// <summary>Cuts a command packet.</summary>
    /// <param name="packet">The protected packet, from CPL on.</param>
    /// <param name="serialNumber">The serial number; the same in all pages.</param>
    /// <param name="messageId">The message identifier, 1080 to 10FF.</param>
    /// <param name="dataCoding">The data coding; the default is 8-bit data of class 2.</param>
    /// <exception cref="ArgumentException">The packet has no length or is too long, or the message identifier is another one.</exception>
    public static ImmutableArray<CellBroadcastPage> Split(
        Octets packet, ushort serialNumber, ushort messageId, byte dataCoding = SmsDeliver.Class2DataCoding)
    {
        int total = (packet.Length + CellBroadcastPage.ContentSize - 1) / CellBroadcastPage.ContentSize;
        if (packet.Length < PacketLengthSize || total > MaxPages)
        {
            throw new ArgumentException($"A packet of {packet.Length} octets does not fit 1 to {MaxPages} pages.", nameof(packet));
        }

        if (!new CellBroadcastPage(serialNumber, messageId, dataCoding, 0, default).IsSecured)
        {
            throw new ArgumentException($"Message identifier {messageId:X4} is not of secured packets.", nameof(messageId));
        }

        var pages = ImmutableArray.CreateBuilder<CellBroadcastPage>(total);
        for (int i = 0; i < total; i++)
        {
            byte[] content = new byte[CellBroadcastPage.ContentSize];
            int start = i * CellBroadcastPage.ContentSize;
            packet.Span[start..Math.Min(start + CellBroadcastPage.ContentSize, packet.Length)].CopyTo(content);
            pages.Add(new(serialNumber, messageId, dataCoding, (byte)(i + 1 << 4 | total), Octets.Own(content)));
        }

        return pages.MoveToImmutable();
    }

    /// <summary>Joins pages, in any order and perhaps repeated, of one message.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="packet">The packet as long as its CPL says, or nothing.</param>
    /// <returns>False if a page is missing or of another message, or the packet is longer than its pages.</returns>
    public static bool TryJoin(IEnumerable<CellBroadcastPage> pages, out Octets packet)
    {
        ArgumentNullException.ThrowIfNull(pages);
        packet = default;
        List<CellBroadcastPage> ordered = [.. pages.DistinctBy(p => p.Number).OrderBy(p => p.Number)];
        if (ordered.Count == 0 || ordered.Count != ordered[0].Total || ordered[^1].Number != ordered.Count
            || ordered.Exists(p => (p.SerialNumber, p.MessageId, p.Total) != (ordered[0].SerialNumber, ordered[0].MessageId, ordered[0].Total)))
        {
            return false;
        }

        Octets joined = Octets.Concat([.. ordered.Select(p => p.Content)]);
        int length = PacketLengthSize + (joined[0] << 8 | joined[1]);
        if (length > joined.Length)
        {
            return false;
        }

        packet = joined.Slice(0, length);
        return true;
    }
}
