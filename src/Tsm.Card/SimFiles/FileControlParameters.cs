using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.SimFiles;

/// <summary>FCP, the file control parameters: what a UICC says of a selected file, and what CREATE FILE says of a new one.</summary>
/// <remarks>
/// TS 102 221 §11.1.1.3, TS 102 222 §6.3. Kept as it is on the wire, so that objects which are not known survive; two are equal
/// when their octets are.
/// </remarks>
public readonly record struct FileControlParameters : IPacket<FileControlParameters>
{
    private const uint TemplateTag = 0x62;
    private const uint SizeTag = 0x80;
    private const uint TotalSizeTag = 0x81;
    private const uint DescriptorTag = 0x82;
    private const uint IdTag = 0x83;
    private const uint DfNameTag = 0x84;
    private const uint ShortIdTag = 0x88;
    private const uint LifeCycleTag = 0x8A;
    private const uint ReferencedSecurityTag = 0x8B;
    private const uint CompactSecurityTag = 0x8C;
    private const uint ExpandedSecurityTag = 0xAB;
    private const uint ProprietaryTag = 0xA5;
    private const uint PinStatusTag = 0xC6;

    private readonly Octets _wire;

    private FileControlParameters(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>What kind of file it is; null where that is not said, or not readable.</summary>
    public FileDescriptor? Descriptor =>
        TryFind(DescriptorTag, out Octets value) && FileDescriptor.TryParse(value.Span, out FileDescriptor found, out _) ? found : null;

    /// <summary>The file identifier; null where that is not said.</summary>
    public ushort? FileId => Number(IdTag) is { } id and <= ushort.MaxValue ? (ushort)id : null;

    /// <summary>The AID of an ADF.</summary>
    public Aid? DfName => TryFind(DfNameTag, out Octets value) && Aid.TryFrom(value.Span, out Aid aid) ? aid : null;

    /// <summary>The octets of an EF without structural information; null where that is not said.</summary>
    public int? FileSize => Number(SizeTag);

    /// <summary>The octets of a file with structural information, or reserved for a DF; null where that is not said.</summary>
    public int? TotalFileSize => Number(TotalSizeTag);

    /// <summary>The short file identifier, 1 to 30; 0 if the file has none; null where the card does not say.</summary>
    /// <remarks>Where the object is absent, the short identifier is the five low bits of the file identifier.</remarks>
    public int? ShortFileId => TryFind(ShortIdTag, out Octets value) ? value.IsEmpty ? 0 : value[0] >> 3 : null;

    /// <summary>The life cycle; null where that is not said.</summary>
    public FileLifeCycle? LifeCycle => Number(LifeCycleTag) is { } state and <= byte.MaxValue ? (FileLifeCycle)state : null;

    /// <summary>EF.ARR and its record (or pairs of environment and record) with the access rules; empty if there are none.</summary>
    public Octets ReferencedSecurity => Raw(ReferencedSecurityTag);

    /// <summary>The access rules in compact coding; empty if there are none.</summary>
    public Octets CompactSecurity => Raw(CompactSecurityTag);

    /// <summary>The access rules in expanded coding; empty if there are none.</summary>
    public Octets ExpandedSecurity => Raw(ExpandedSecurityTag);

    /// <summary>Proprietary information, as it is on the wire.</summary>
    public Octets Proprietary => Raw(ProprietaryTag);

    /// <summary>The PIN status template of a DF, as it is on the wire.</summary>
    public Octets PinStatus => Raw(PinStatusTag);

    /// <summary>Parameters for CREATE FILE.</summary>
    /// <param name="file">What is to be said of the file.</param>
    public static FileControlParameters Of(NewFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        bool isDirectory = file.Descriptor.Kind == FileKind.Directory;
        byte[] descriptor = new byte[file.Descriptor.Length];
        file.Descriptor.Write(descriptor);

        // TS 102 222 §6.3.2.2: in this order.
        List<Octets> objects = [BerTlv.Encode(DescriptorTag, descriptor), BerTlv.Encode(IdTag, UInt16(file.Id))];
        if (file.DfName is { } name)
        {
            objects.Add(BerTlv.Encode(DfNameTag, name.Span));
        }

        objects.Add(BerTlv.Encode(LifeCycleTag, [(byte)file.LifeCycle]));
        objects.Add(BerTlv.Encode(file.SecurityTag, file.Security.Span));
        objects.Add(BerTlv.Encode(isDirectory ? TotalSizeTag : SizeTag, UInt16(file.Size)));
        if (isDirectory)
        {
            objects.Add(BerTlv.Encode(PinStatusTag, file.PinStatus.Span));
        }
        else if (file.ShortFileId is { } shortId)
        {
            objects.Add(BerTlv.Encode(ShortIdTag, shortId == 0 ? [] : [checked((byte)(shortId << 3))]));
        }

        if (!file.Proprietary.IsEmpty)
        {
            objects.Add(BerTlv.Encode(ProprietaryTag, file.Proprietary.Span));
        }

        return new(BerTlv.Encode(TemplateTag, Octets.Concat([.. objects]).Span));
    }

    /// <summary>The parameters of RESIZE FILE.</summary>
    internal static FileControlParameters OfResize(ushort id, int size) => new(BerTlv.Encode(
        TemplateTag, Octets.Concat(BerTlv.Encode(IdTag, UInt16(id)), BerTlv.Encode(SizeTag, UInt16(size))).Span));

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  62 L { 82 descriptor | 83 identifier | 84 DF name | A5 | 8A life cycle | 8B, 8C or AB | C6 | 80 or 81 size | 88 }
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out FileControlParameters packet, out PacketError error)
    {
        packet = default;
        var reader = new OctetReader(source);
        if (reader.ReadByte() != TemplateTag)
        {
            reader.Fail(PacketFault.UnexpectedValue, 0);
        }

        int length = BerTlv.ReadLength(ref reader);
        int start = reader.Offset;
        var objects = new BerTlvReader(reader.ReadSpan(length), start);
        while (objects.TryRead(out _, out _))
        {
        }

        reader.Adopt(objects.Error);
        bool parsed = reader.TryEnd(out error);
        packet = parsed ? new(Octets.Copy(source)) : default;
        return parsed;
    }

    /// <summary>Finds the value of an object by its tag.</summary>
    public bool TryFind(uint tag, out Octets value)
    {
        value = default;
        var template = new BerTlvReader(_wire.Span);
        if (!template.TryRead(out _, out ReadOnlySpan<byte> content) || !BerTlv.TryFind(content, tag, out ReadOnlySpan<byte> found))
        {
            return false;
        }

        value = Octets.Copy(found);
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private Octets Raw(uint tag) => TryFind(tag, out Octets value) ? value : default;

    private int? Number(uint tag) => TryFind(tag, out Octets value) && value.Length is > 0 and < 4
        ? value.ToArray().Aggregate(0, (number, octet) => number << 8 | octet)
        : null;

    private static ReadOnlySpan<byte> UInt16(int value) => new byte[] { checked((byte)(value >> 8)), (byte)(value & 0xFF) };
}

/// <summary>A file that CREATE FILE is to make.</summary>
/// <param name="Id">The file identifier.</param>
/// <param name="Descriptor">What kind of file.</param>
/// <param name="Size">Its octets; of a directory those reserved for it; 0 to 65535.</param>
public sealed record NewFile(ushort Id, FileDescriptor Descriptor, int Size)
{
    /// <summary>The AID, if the file is an ADF.</summary>
    public Aid? DfName { get; init; }

    /// <summary>The life cycle after creation. Default: activated.</summary>
    public FileLifeCycle LifeCycle { get; init; } = FileLifeCycle.Activated;

    /// <summary>The access rules, usually EF.ARR and its record: <c>2F0601</c>. Without, nothing is said.</summary>
    public Octets Security { get; init; }

    /// <summary>How the access rules are coded: <c>8B</c> by reference, <c>8C</c> compact or <c>AB</c> expanded. Default 8B.</summary>
    public uint SecurityTag { get; init; } = 0x8B;

    /// <summary>The short file identifier, 1 to 30; 0 for none; null to leave it to the card.</summary>
    public int? ShortFileId { get; init; }

    /// <summary>The PIN status template of a directory.</summary>
    public Octets PinStatus { get; init; }

    /// <summary>Proprietary information; usually none.</summary>
    public Octets Proprietary { get; init; }
}

/// <summary>The life cycle of a file. Values without a name survive a round trip.</summary>
/// <remarks>TS 102 221 §11.1.1.4.9.</remarks>
public enum FileLifeCycle : byte
{
    /// <summary>Nothing is said.</summary>
    Unknown = 0x00,

    /// <summary>Being created.</summary>
    Creation = 0x01,

    /// <summary>Being initialised.</summary>
    Initialisation = 0x03,

    /// <summary>Deactivated.</summary>
    Deactivated = 0x04,

    /// <summary>Activated.</summary>
    Activated = 0x05,

    /// <summary>Terminated.</summary>
    Terminated = 0x0C,
}
