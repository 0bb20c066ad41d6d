using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>DAP block: a security domain's signature over the hash of a load file data block.</summary>
/// <remarks>GPCS 2.3.1 §11.6.2, tag E2. The blocks stand before the data block, one for each domain that verifies.</remarks>
/// <param name="SecurityDomain">The domain that verifies it.</param>
/// <param name="Signature">The signature.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DapBlock(Aid SecurityDomain, Octets Signature)
{
    private const uint AidTag = 0x4F;
    private const uint SignatureTag = 0xC3;
    private const int MaxBlocks = 16;

    /// <summary>The block with its tag.</summary>
    public Octets ToOctets() => BerTlv.Encode(
        LoadFileTags.Signature,
        Octets.Concat(BerTlv.Encode(AidTag, SecurityDomain.Span), BerTlv.Encode(SignatureTag, Signature.Span)).Span);

    /// <summary>Reads the blocks at the front of a load file, possibly none.</summary>
    /// <param name="loadFile">The load file with its tags.</param>
    /// <param name="blocks">The blocks in their order.</param>
    /// <param name="error">Why they are refused, with the offset in the load file.</param>
    public static bool TryReadAll(ReadOnlySpan<byte> loadFile, out ImmutableArray<DapBlock> blocks, out PacketError error)
    {
        blocks = [];
        var found = ImmutableArray.CreateBuilder<DapBlock>();
        var reader = new BerTlvReader(loadFile);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value) && tag == LoadFileTags.Signature)
        {
            if (found.Count == MaxBlocks
                || !BerTlv.TryFind(value, AidTag, out ReadOnlySpan<byte> name)
                || !Aid.TryFrom(name, out Aid domain)
                || !BerTlv.TryFind(value, SignatureTag, out ReadOnlySpan<byte> signature))
            {
                error = new(found.Count == MaxBlocks ? PacketFault.LimitExceeded : PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            found.Add(new(domain, Octets.Copy(signature)));
        }

        error = reader.Error;
        blocks = error.Fault == PacketFault.None ? found.ToImmutable() : [];
        return error.Fault == PacketFault.None;
    }
}
