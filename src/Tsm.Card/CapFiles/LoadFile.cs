using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>The load file that LOAD carries in blocks.</summary>
/// <remarks>GPCS 2.3.1 §11.6.2: optional signatures (E2), then the load file data block (C4).</remarks>
public static class LoadFile
{
    /// <summary>Puts a data block into its tag; the result is what gets cut into blocks.</summary>
    public static Octets Wrap(Octets dataBlock) => BerTlv.Encode(LoadFileTags.DataBlock, dataBlock.Span);

    /// <summary>Puts a data block into its tag, behind the signatures over its hash.</summary>
    public static Octets Wrap(Octets dataBlock, params ReadOnlySpan<DapBlock> signatures) => Octets.Concat(Join(signatures), Wrap(dataBlock));

    /// <summary>Puts a ciphered data block into its tag, behind the signatures over the hash of the clear one.</summary>
    /// <param name="ciphered">The ciphered data block.</param>
    /// <param name="initialValue">The initial value, 8 or 16 octets; nothing for zeros.</param>
    /// <param name="signatures">The signatures, possibly none.</param>
    public static Octets WrapCiphered(Octets ciphered, Octets initialValue, params ReadOnlySpan<DapBlock> signatures) => Octets.Concat(
        Join(signatures),
        initialValue.IsEmpty ? default : BerTlv.Encode(LoadFileTags.InitialValue, initialValue.Span),
        BerTlv.Encode(LoadFileTags.CipheredDataBlock, ciphered.Span));

    private static Octets Join(ReadOnlySpan<DapBlock> signatures)
    {
        Octets joined = default;
        foreach (DapBlock signature in signatures)
        {
            joined = Octets.Concat(joined, signature.ToOctets());
        }

        return joined;
    }
}

/// <summary>The tags of a load file.</summary>
internal static class LoadFileTags
{
    public const uint DataBlock = 0xC4;
    public const uint Signature = 0xE2;
    public const uint InitialValue = 0xD3;
    public const uint CipheredDataBlock = 0xD4;
}

/// <summary>What a card finds in a load file.</summary>
/// <param name="PackageAid">The AID of the package.</param>
/// <param name="Version">Its version.</param>
/// <param name="Imports">The packages it needs.</param>
/// <param name="Applets">The AIDs of its applets, in their order.</param>
/// <param name="DataBlock">The value of C4, over which the hash is taken.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LoadFileContent(
    Aid PackageAid, PackageVersion Version, ImmutableArray<CapImport> Imports, ImmutableArray<Aid> Applets, Octets DataBlock)
{
    private const int MaxComponents = 32;

    /// <summary>The size of all components with their tags, in octets.</summary>
    public int CodeSize => DataBlock.Length;

    /// <summary>Reads a load file put together from its blocks; signatures are passed over, ciphered files refused.</summary>
    /// <param name="source">The load file with its tags.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="error">Why it is refused, with the offset in the load file.</param>
    public static bool TryParse(ReadOnlySpan<byte> source, out LoadFileContent content, out PacketError error)
    {
        content = default;
        var reader = new BerTlvReader(source);
        uint tag;
        ReadOnlySpan<byte> block;
        int start;
        do
        {
            start = reader.Offset;
            if (!reader.TryRead(out tag, out block))
            {
                error = reader.Error.Fault == PacketFault.None ? new(PacketFault.Truncated, source.Length) : reader.Error;
                return false;
            }
        }
        while (tag == LoadFileTags.Signature);

        if (tag != LoadFileTags.DataBlock)
        {
            error = new(PacketFault.UnexpectedValue, start);
            return false;
        }

        if (reader.Offset != source.Length)
        {
            error = new(PacketFault.TrailingOctets, reader.Offset);
            return false;
        }

        bool valid = TryParseComponents(block, out content, out error);
        error = valid ? default : error.Within(reader.ValueOffset);
        return valid;
    }

    private static bool TryParseComponents(ReadOnlySpan<byte> block, out LoadFileContent content, out PacketError error)
    {
        content = default;
        ComponentReader.Header header = default;
        ImmutableArray<CapImport> imports = [];
        ImmutableArray<CapApplet> applets = [];
        uint seen = 0;
        var reader = new OctetReader(block);
        while (reader.Remaining > 0)
        {
            int start = reader.Offset;
            var tag = (ComponentTag)block[start];
            int length = block.Length - start < ComponentReader.HeaderLength ? 0 : block[start + 1] << 8 | block[start + 2];
            OctetReader component = reader.ReadSub(ComponentReader.HeaderLength + length);

            // Each component once, the header first (JCVM 2.2.2 §6.3).
            if ((int)tag >= MaxComponents || (seen & 1u << (int)tag) != 0 || (seen == 0 && tag != ComponentTag.Header))
            {
                reader.Fail(PacketFault.UnexpectedValue, start);
                break;
            }

            seen |= 1u << (int)tag;
            switch (tag)
            {
                case ComponentTag.Header:
                    header = ComponentReader.ReadHeader(ref component);
                    break;
                case ComponentTag.Import:
                    imports = ComponentReader.ReadImports(ref component);
                    break;
                case ComponentTag.Applet:
                    applets = ComponentReader.ReadApplets(ref component);
                    break;
                default:
                    component.ReadRest();
                    break;
            }

            component.TryEnd(out PacketError inner);
            reader.Adopt(inner);
        }

        if (seen == 0 || (seen & 1u << (int)ComponentTag.Method) == 0)
        {
            reader.Fail(PacketFault.Truncated, block.Length);
        }

        if (!reader.TryEnd(out error))
        {
            return false;
        }

        content = new(header.Aid, header.Version, imports, [.. applets.Select(a => a.Aid)], Octets.Copy(block));
        return true;
    }
}
