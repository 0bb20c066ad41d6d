using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>AD, administrative data: EF_AD.</summary>
/// <remarks>TS 31.102 §4.2.18. Old SIMs end before the length of the MNC, which a USIM must have.</remarks>
/// <param name="OperationMode">The operation mode: <c>00</c> is normal, <c>80</c> type approval, and others.</param>
/// <param name="AdditionalInformation">Additional information, two octets; b1 of the second asks for a ciphering indicator.</param>
/// <param name="MncLength">The digits of the MNC in the IMSI, 2 or 3; null where the file ends before.</param>
/// <param name="Rest">What follows, for later releases.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AdministrativeData(
    byte OperationMode, ushort AdditionalInformation, int? MncLength, Octets Rest = default) : IPacket<AdministrativeData>
{
    /// <summary>The length that a USIM has, in octets.</summary>
    public const int UsualSize = 4;

    private const int ShortSize = 3;

    /// <inheritdoc/>
    public int Length => ShortSize + (MncLength is null ? 0 : 1 + Rest.Length);

    /// <summary>Normal operation with an MNC of this many digits.</summary>
    public static AdministrativeData Normal(int mncLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mncLength, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mncLength, 3);
        return new(0, 0, mncLength);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  operation mode 1 | additional information 2 | [length of MNC 1 | rest]
        var writer = new OctetWriter(destination);
        writer.WriteByte(OperationMode);
        writer.WriteUInt16(AdditionalInformation);
        if (MncLength is { } length)
        {
            writer.WriteByte(checked((byte)length));
            writer.Write(Rest.Span);
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out AdministrativeData packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(
            reader.ReadByte(),
            reader.ReadUInt16(),
            source.Length > ShortSize ? reader.ReadByte() : null,
            Octets.Copy(reader.ReadRest()));
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }
}
