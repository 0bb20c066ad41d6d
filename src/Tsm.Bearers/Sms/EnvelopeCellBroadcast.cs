using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Sms;

/// <summary>ENVELOPE (CELL BROADCAST DOWNLOAD): the data by which the handset hands a page to the card.</summary>
/// <remarks>
/// TS 31.111 §7.1.2. This is the data of the command; its header is <c>80 C2 00 00 Lc</c>, for a 2G SIM <c>A0 C2</c>. The card
/// answers nothing.
/// </remarks>
/// <param name="Page">The page.</param>
/// <param name="IdentitiesFlagged">Whether the device identities carry the comprehension-required flag.</param>
/// <param name="PageFlagged">Whether the page carries the comprehension-required flag.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EnvelopeCellBroadcast(
    CellBroadcastPage Page, bool IdentitiesFlagged = true, bool PageFlagged = true) : IPacket<EnvelopeCellBroadcast>
{
    private const byte DownloadTag = 0xD2;
    private const int PageTag = 0x0C;

    /// <inheritdoc/>
    public int Length => 2 + ContentLength;

    private int ContentLength => ToolkitObjects.Identities(ToolkitObjects.NetworkToUicc, IdentitiesFlagged).Length + 2 + Page.Length;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  D2 len { 82 02 83 81 | 8C 58 page 88 }
        var writer = new OctetWriter(destination);
        byte[] page = new byte[Page.Length];
        Page.Write(page);
        writer.WriteByte(DownloadTag);
        BerTlv.WriteLength(ref writer, ContentLength);
        writer.Write(ToolkitObjects.Identities(ToolkitObjects.NetworkToUicc, IdentitiesFlagged));
        writer.Write(new ComprehensionTlv(PageTag, PageFlagged, Octets.Own(page)));
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out EnvelopeCellBroadcast packet, out PacketError error)
    {
        packet = default;
        var outer = new OctetReader(source);
        OctetReader reader = ToolkitObjects.Open(ref outer, DownloadTag);
        bool identities = ToolkitObjects.ReadIdentities(ref reader, ToolkitObjects.NetworkToUicc);
        ComprehensionTlv page = ToolkitObjects.Read(ref reader, PageTag);
        int start = reader.Offset - page.Value.Length;
        if (!CellBroadcastPage.TryParse(page.Value.Span, out CellBroadcastPage found, out PacketError within))
        {
            reader.Fail(within.Fault, within.Offset + start);
        }

        _ = reader.TryEnd(out PacketError inner);
        outer.Adopt(inner);
        if (!outer.TryEnd(out error))
        {
            return false;
        }

        packet = new(found, identities, page.IsRequired);
        return true;
    }
}
