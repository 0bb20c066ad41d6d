using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.SimFiles;

/// <summary>A record of EF_DIR: an application of the card by AID and name.</summary>
/// <remarks>
/// TS 102 221 §13.1: <c>61 { 4F AID, 50 label, ... }</c>, filled up with <c>FF</c>. Kept as it is on the wire; two are equal when
/// their octets are.
/// </remarks>
public readonly record struct DirectoryRecord : IPacket<DirectoryRecord>
{
    private const uint TemplateTag = 0x61;
    private const uint AidTag = 0x4F;
    private const uint LabelTag = 0x50;

    private readonly Octets _wire;

    private DirectoryRecord(Octets wire) => _wire = wire;

    /// <inheritdoc/>
    public int Length => _wire.Length;

    /// <summary>Whether the record names no application.</summary>
    public bool IsUnused => FileContent.IsBlank(_wire.Span);

    /// <summary>The application; null if the record is not used.</summary>
    public Aid? Application => TryFind(AidTag, out Octets value) && Aid.TryFrom(value.Span, out Aid aid) ? aid : null;

    /// <summary>Its name; empty if there is none.</summary>
    public string Label => TryFind(LabelTag, out Octets value) ? AlphaText.Decode(value.Span) : "";

    /// <summary>A record.</summary>
    /// <param name="application">The application.</param>
    /// <param name="label">Its name; empty for none.</param>
    /// <param name="recordLength">The length of the records of the file.</param>
    /// <exception cref="ArgumentException">AID and name do not fit.</exception>
    public static DirectoryRecord Of(Aid application, string label, int recordLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(application.ToString(), nameof(application));
        Octets name = string.IsNullOrEmpty(label)
            ? Octets.Empty
            : BerTlv.Encode(LabelTag, FileContent.Trim(AlphaText.Encode(label, recordLength)).Span);
        Octets content = Octets.Concat(BerTlv.Encode(AidTag, application.Span), name);
        return new(FileContent.Fill(BerTlv.Encode(TemplateTag, content.Span), recordLength));
    }

    /// <summary>The wire form.</summary>
    public Octets ToOctets() => _wire;

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        //  61 L { 4F AID | [50 label] | [73 discretionary] } | FF ...
        var writer = new OctetWriter(destination);
        writer.Write(_wire.Span);
        return writer.Position;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<byte> source, out DirectoryRecord packet, out PacketError error)
    {
        packet = default;
        error = default;
        if (!FileContent.IsBlank(source))
        {
            var reader = new BerTlvReader(source);
            bool read = reader.TryRead(out uint tag, out ReadOnlySpan<byte> content);
            var objects = new BerTlvReader(content, reader.ValueOffset);
            while (objects.TryRead(out _, out _))
            {
            }

            error = !read ? reader.Error : tag != TemplateTag ? new(PacketFault.UnexpectedValue, 0) : objects.Error;
            if (error.Fault != PacketFault.None)
            {
                return false;
            }
        }

        packet = new(Octets.Copy(source));
        return true;
    }

    /// <summary>The wire form in hexadecimal.</summary>
    public override string ToString() => _wire.ToString();

    private bool TryFind(uint tag, out Octets value)
    {
        value = default;
        if (IsUnused || !BerTlv.TryFind(_wire.Span, TemplateTag, out ReadOnlySpan<byte> content)
            || !BerTlv.TryFind(content, tag, out ReadOnlySpan<byte> found))
        {
            return false;
        }

        value = Octets.Copy(found);
        return true;
    }
}
