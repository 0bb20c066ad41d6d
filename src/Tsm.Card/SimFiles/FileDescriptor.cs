using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>The file descriptor of an FCP: what kind of file it is, and how its records are counted.</summary>
/// <remarks>TS 102 221 §11.1.1.4.3. Codings without a name here survive a round trip.</remarks>
/// <param name="Coding">The file descriptor octet: shareable, type and structure.</param>
/// <param name="DataCoding">The data coding octet, always <c>21</c> on a UICC.</param>
/// <param name="RecordLength">The length of a record, 1 to 65535 octets; null without records.</param>
/// <param name="Records">The number of records, 0 to 255; null without records.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileDescriptor(byte Coding, byte DataCoding, int? RecordLength, int? Records)
    : IPacket<FileDescriptor>
{
    private const byte UiccDataCoding = 0x21;
    private const byte ShareableBit = 0x40;
    private const byte KindMask = 0x3F;
    private const int ShortSize = 2;
    private const int LongSize = 5;

    /// <summary>A shareable directory or ADF.</summary>
    public static FileDescriptor Directory { get; } = Plain(FileKind.Directory);

    /// <summary>A shareable transparent file.</summary>
    public static FileDescriptor Transparent { get; } = Plain(FileKind.Transparent);

    /// <summary>A shareable file of BER-TLV objects.</summary>
    public static FileDescriptor BerTlvObjects { get; } = Plain(FileKind.BerTlv);

    /// <inheritdoc/>
    public int Length => HasRecords ? LongSize : ShortSize;

    /// <summary>What kind of file it is.</summary>
    public FileKind Kind => (FileKind)(Coding & KindMask);

    /// <summary>Whether two logical channels may select it at once.</summary>
    public bool IsShareable => (Coding & ShareableBit) != 0;

    private bool HasRecords => RecordLength is not null;

    /// <summary>A shareable file of records of one length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 65535 octets, or not 1 to 254 records.</exception>
    public static FileDescriptor LinearFixed(int recordLength, int records) => OfRecords(FileKind.LinearFixed, recordLength, records);

    /// <summary>A shareable ring of records of one length.</summary>
    /// <inheritdoc cref="LinearFixed" path="/exception"/>
    public static FileDescriptor Cyclic(int recordLength, int records) => OfRecords(FileKind.Cyclic, recordLength, records);

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  descriptor 1 | data coding 1 | [record length 2 | records 1]
        var writer = new OctetWriter(destination);
        writer.WriteByte(Coding);
        writer.WriteByte(DataCoding);
        if (HasRecords)
        {
            writer.WriteUInt16(checked((ushort)RecordLength!.Value));
            writer.WriteByte(checked((byte)(Records ?? 0)));
        }

        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out FileDescriptor packet, out PacketError error)
    {
        var reader = new OctetReader(source);
        packet = new(
            reader.ReadByte(),
            reader.ReadByte(),
            source.Length > ShortSize ? reader.ReadUInt16() : null,
            source.Length > ShortSize ? reader.ReadByte() : null);
        bool complete = reader.TryEnd(out error);
        packet = complete ? packet : default;
        return complete;
    }

    private static FileDescriptor Plain(FileKind kind) => new((byte)(ShareableBit | (byte)kind), UiccDataCoding, null, null);

    private static FileDescriptor OfRecords(FileKind kind, int recordLength, int records)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recordLength, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(records, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records, 0xFE);
        return Plain(kind) with { RecordLength = recordLength, Records = records };
    }
}

/// <summary>The kinds of files, as type and structure stand in a file descriptor.</summary>
public enum FileKind : byte
{
    /// <summary>A transparent working EF.</summary>
    Transparent = 0x01,

    /// <summary>A working EF of records of one length.</summary>
    LinearFixed = 0x02,

    /// <summary>A working EF whose records form a ring.</summary>
    Cyclic = 0x06,

    /// <summary>A DF or an ADF.</summary>
    Directory = 0x38,

    /// <summary>An EF of BER-TLV objects.</summary>
    BerTlv = 0x39,
}
