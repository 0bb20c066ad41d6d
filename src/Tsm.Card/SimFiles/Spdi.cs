using System.Collections.Immutable;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>SPDI, service provider display information: the networks that count as home when the provider's name is shown.</summary>
/// <remarks>TS 31.102 §4.2.66: <c>A3 { 80 { PLMN ... } }</c>, filled up with <c>FF</c>.</remarks>
public static class Spdi
{
    private const uint TemplateTag = 0xA3;
    private const uint ListTag = 0x80;

    /// <summary>The content of EF_SPDI.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="fileSize">The size of the file, in octets.</param>
    /// <exception cref="ArgumentException">There are more than fit.</exception>
    public static Octets Encode(IReadOnlyList<Plmn> networks, int fileSize)
    {
        ArgumentNullException.ThrowIfNull(networks);
        Octets list = PlmnLists.Encode(networks, networks.Count * Plmn.Size);
        return FileContent.Fill(BerTlv.Encode(TemplateTag, BerTlv.Encode(ListTag, list.Span).Span), fileSize);
    }

    /// <summary>Reads EF_SPDI; a blank file holds no networks.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> content, out ImmutableArray<Plmn> networks, out PacketError error)
    {
        networks = [];
        error = default;
        if (FileContent.IsBlank(content))
        {
            return true;
        }

        var reader = new BerTlvReader(content);
        if (!reader.TryRead(out uint tag, out ReadOnlySpan<byte> template))
        {
            error = reader.Error;
            return false;
        }

        if (tag != TemplateTag)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        if (!BerTlv.TryFind(template, ListTag, out ReadOnlySpan<byte> list) || list.Length % Plmn.Size != 0)
        {
            error = new(PacketFault.LengthMismatch, reader.ValueOffset);
            return false;
        }

        networks = PlmnLists.Decode(list);
        return true;
    }
}
