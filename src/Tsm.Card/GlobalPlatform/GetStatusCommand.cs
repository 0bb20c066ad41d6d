using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>GET STATUS in TLV format: asks for a page of a card's registry.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.4. The first page is asked with P2 02, the next with P2 03 and the same data, as long as 6310 comes
/// back. A card that refuses tag lists with 6A80 is asked again with <c>Tags = default</c>.
/// </remarks>
/// <param name="Scope">What is listed.</param>
/// <param name="Search">The AID, or its beginning, that entries must have; nothing for all. 0 to 16 octets.</param>
/// <param name="Next">Whether this asks for the page after the last one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct GetStatusCommand(RegistryScope Scope, Octets Search = default, bool Next = false)
{
    private const uint SearchTag = 0x4F;
    private const uint ListTag = 0x5C;
    private const byte Tlv = 0x02;
    private const byte NextBit = 0x01;

    /// <summary>The tags asked for (<c>5C</c>), as they stand on the wire; nothing for the card's default.</summary>
    public Octets Tags { get; init; } = DefaultTags(Scope);

    /// <summary>The command.</summary>
    public CommandApdu ToApdu()
    {
        Octets search = BerTlv.Encode(SearchTag, Search.Span);
        Octets tags = Tags.IsEmpty ? default : BerTlv.Encode(ListTag, Tags.Span);
        byte p2 = (byte)(Tlv | (Next ? NextBit : 0));
        return new(CommandField.Class, Instruction.GetStatus, (byte)Scope, p2, Octets.Concat(search, tags), Le: 0);
    }

    /// <summary>The tags that tell all we want to know; without a list a card gives AID, state and privileges only.</summary>
    public static Octets DefaultTags(RegistryScope scope) => scope switch
    {
        // AID, state, privileges, load file, security domain.
        RegistryScope.IssuerSecurityDomain or RegistryScope.Applications =>
            Octets.Copy([0x4F, 0x9F, 0x70, 0xC5, 0xC4, 0xCC]),

        // AID, state, version, modules, security domain.
        RegistryScope.LoadFilesAndModules => Octets.Copy([0x4F, 0x9F, 0x70, 0xCE, 0x84, 0xCC]),
        _ => Octets.Copy([0x4F, 0x9F, 0x70, 0xCE, 0xCC]),
    };

    /// <summary>Reads a GET STATUS command as the card does; the deprecated format (P2 b2 = 0) is refused.</summary>
    public static bool TryParse(CommandApdu command, out GetStatusCommand request, out PacketError error)
    {
        request = default;
        var scope = (RegistryScope)command.P1;
        if (command.Ins != Instruction.GetStatus || !Enum.IsDefined(scope) || (command.P2 & ~NextBit) != Tlv)
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        var parsed = new GetStatusCommand(scope, Next: (command.P2 & NextBit) != 0) { Tags = default };
        var reader = new BerTlvReader(command.Data.Span);
        bool searched = false;
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            // Unknown search criteria are ignored (§11.4.2.3).
            searched |= tag == SearchTag;
            parsed = tag switch
            {
                SearchTag => parsed with { Search = Octets.Copy(value) },
                ListTag => parsed with { Tags = Octets.Copy(value) },
                _ => parsed,
            };
        }

        error = reader.Error.Fault == PacketFault.None && !searched
            ? new(PacketFault.Truncated, command.Data.Length)
            : reader.Error;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        request = parsed;
        return true;
    }
}

/// <summary>P1 of GET STATUS: what is listed.</summary>
public enum RegistryScope
{
    /// <summary>The issuer security domain; only itself, or a holder of Global Registry, answers.</summary>
    IssuerSecurityDomain = 0x80,

    /// <summary>Applications and supplementary security domains.</summary>
    Applications = 0x40,

    /// <summary>Executable load files.</summary>
    LoadFiles = 0x20,

    /// <summary>Executable load files and the modules in them.</summary>
    LoadFilesAndModules = 0x10,
}
