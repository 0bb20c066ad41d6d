using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>LOCI, where the phone registered last: EF_LOCI.</summary>
/// <remarks>TS 31.102 §4.2.17. A phone writes it; it is blanked when a card gets another IMSI.</remarks>
/// <param name="Tmsi">TMSI.</param>
/// <param name="Network">The network of LAI.</param>
/// <param name="LocationAreaCode">LAC, the rest of LAI.</param>
/// <param name="Reserved">An octet for future use; the TMSI time of a SIM.</param>
/// <param name="Status">How the location update ended.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LocationInformation(
    uint Tmsi, Plmn Network, ushort LocationAreaCode, byte Reserved, LocationStatus Status) : IPacket<LocationInformation>
{
    /// <summary>The length on the wire, in octets.</summary>
    public const int Size = 11;

    /// <summary>No location: what is on a card that was not used yet.</summary>
    public static LocationInformation Blank { get; } = new(0xFFFF_FFFF, Plmn.Unused, 0x0000, 0xFF, LocationStatus.NotUpdated);

    /// <inheritdoc/>
    public int Length => Size;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  TMSI 4 | PLMN 3 | LAC 2 | reserved 1 | status 1
        var writer = new OctetWriter(destination);
        writer.WriteUInt32(Tmsi);
        writer.Write(Network);
        writer.WriteUInt16(LocationAreaCode);
        writer.WriteByte(Reserved);
        writer.WriteByte((byte)Status);
        return Size;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out LocationInformation packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(
            reader.ReadUInt32(), Plmn.Read(ref reader), reader.ReadUInt16(), reader.ReadByte(), (LocationStatus)reader.ReadByte());
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}

/// <summary>The status of a location update. Values without a name survive a round trip.</summary>
public enum LocationStatus : byte
{
    /// <summary>Updated.</summary>
    Updated = 0,

    /// <summary>Not updated.</summary>
    NotUpdated = 1,

    /// <summary>The network is not allowed.</summary>
    PlmnNotAllowed = 2,

    /// <summary>The location area is not allowed.</summary>
    AreaNotAllowed = 3,
}
