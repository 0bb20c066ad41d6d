using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>A data group of STORE DATA: its identifier (DGI) and its data.</summary>
/// <remarks>GPCS 2.3.1 §11.11.2.3, EMV CPS. BER-TLV objects travel in the group 0070.</remarks>
/// <param name="Identifier">DGI, such as 0070 or 8113.</param>
/// <param name="Data">0 to 65,535 octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DataGroup(ushort Identifier, Octets Data) : IPacket<DataGroup>
{
    /// <summary>The group that holds BER-TLV objects.</summary>
    public const ushort BerTlvObjects = 0x0070;

    private const byte LongLength = 0xFF;
    private const int MaxGroups = 256;

    /// <inheritdoc/>
    public int Length => 2 + (Data.Length < LongLength ? 1 : 3) + Data.Length;

    /// <inheritdoc/>
    /// <exception cref="OverflowException">There are more than 65,535 octets of data.</exception>
    public int Write(Span<byte> destination)
    {
        //  DGI 2 | length 1, or FF and length 2 | data
        var writer = new OctetWriter(destination);
        writer.WriteUInt16(Identifier);
        if (Data.Length < LongLength)
        {
            writer.WriteByte((byte)Data.Length);
        }
        else
        {
            writer.WriteByte(LongLength);
            writer.WriteUInt16((ushort)Data.Length);
        }

        writer.Write(Data.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out DataGroup packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = Read(ref reader);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    /// <summary>Reads all groups of some data.</summary>
    public static bool TryParseAll(ReadOnlySpan<byte> source, out ImmutableArray<DataGroup> groups, out PacketError error)
    {
        var found = ImmutableArray.CreateBuilder<DataGroup>();
        var reader = new OctetReader(source);
        while (reader.Remaining > 0)
        {
            if (found.Count == MaxGroups)
            {
                reader.Fail(PacketFault.LimitExceeded);
                break;
            }

            found.Add(Read(ref reader));
        }

        bool complete = reader.TryEnd(out error);
        groups = complete ? found.ToImmutable() : [];
        return complete;
    }

    /// <summary>The groups one after another, for <see cref="StoreDataCommand.Blocks"/>.</summary>
    public static Octets Join(params ReadOnlySpan<DataGroup> groups)
    {
        int length = 0;
        foreach (DataGroup group in groups)
        {
            length += group.Length;
        }

        byte[] joined = new byte[length];
        var writer = new OctetWriter(joined);
        foreach (DataGroup group in groups)
        {
            writer.Write(group);
        }

        return Octets.Own(joined);
    }

    private static DataGroup Read(ref OctetReader reader)
    {
        ushort identifier = reader.ReadUInt16();
        int start = reader.Offset;
        int length = reader.ReadByte();
        if (length == LongLength)
        {
            length = reader.ReadUInt16();

            // The long form is for what the short one cannot say.
            if (!reader.Failed && length < LongLength)
            {
                reader.Fail(PacketFault.ReservedValue, start);
            }
        }

        return new(identifier, reader.ReadOctets(length));
    }
}
