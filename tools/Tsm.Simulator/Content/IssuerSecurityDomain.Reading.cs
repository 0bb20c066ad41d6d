using System.Buffers.Binary;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Simulator.Content;

/// <summary>GET STATUS and GET DATA (GPCS 2.3.1 §11.4, §11.3, TS 102 226 §8.2.1.7).</summary>
public sealed partial class IssuerSecurityDomain
{
    // What cards list when no tag list is given (§11.4.3).
    private static readonly byte[] ApplicationTags = [0x4F, 0x9F, 0x70, 0xC5];
    private static readonly byte[] LoadFileTags = [0x4F, 0x9F, 0x70];
    private static readonly byte[] ModuleTags = [0x4F, 0x9F, 0x70, 0x84];

    // All that an issuer's domain may do: SD, card lock, terminate and reset, CVM; trusted path, AM, token
    // verification, global delete, lock, registry and service; receipt generation.
    private static readonly Privileges IssuerPrivileges = new(0x9E_FD80);

    private StatusPosition? _position;

    private ResponseApdu GetStatus(CommandApdu command)
    {
        StatusPosition? position = _position;
        _position = null;
        if (!GetStatusCommand.TryParse(command, out GetStatusCommand request, out PacketError error))
        {
            // P1, P2 or the old format without TLVs; else the data.
            return new(error.Fault == PacketFault.UnexpectedValue
                ? StatusWord.IncorrectParameters
                : StatusWord.IncorrectData);
        }

        if (!request.Tags.IsEmpty && !profile.StatusTagList)
        {
            return new(StatusWord.IncorrectData);
        }

        int start = 0;
        if (request.Next)
        {
            // There is only one issuer's domain, so nothing comes next.
            if (request.Scope == RegistryScope.IssuerSecurityDomain)
            {
                return new(StatusWord.IncorrectParameters);
            }

            // The position lives in the card and is lost when another command came between.
            if (position is null)
            {
                return new(StatusWord.ConditionsNotSatisfied);
            }

            // The criteria of the first page hold for all pages.
            if (position.Scope != command.P1 || position.Criteria != command.Data)
            {
                return new(StatusWord.IncorrectData);
            }

            start = position.Next;
        }

        return Page(command, request, start);
    }

    private ResponseApdu Page(CommandApdu command, GetStatusCommand request, int start)
    {
        RegistryEntry[] entries = [.. Entries(request.Scope)
            .Where(e => request.Scope == RegistryScope.IssuerSecurityDomain || e.Aid.StartsWith(request.Search.Span))];
        if (start >= entries.Length)
        {
            // Nothing (more) that matches.
            return new(StatusWord.ReferencedDataNotFound);
        }

        ReadOnlySpan<byte> tags = request.Tags.IsEmpty ? DefaultTags(request.Scope) : request.Tags.Span;
        var page = new List<Octets>();
        int length = 0;
        int at = start;
        for (; at < entries.Length; at++)
        {
            // A page ends between two entries, and has one at least.
            Octets entry = entries[at].ToOctets(tags);
            if (page.Count > 0 && length + entry.Length > profile.StatusPage)
            {
                break;
            }

            page.Add(entry);
            length += entry.Length;
        }

        bool more = at < entries.Length;
        _position = more ? new(command.P1, command.Data, at) : null;
        return new(Octets.Concat([.. page]), more ? StatusWord.MoreData : StatusWord.Success);
    }

    private IEnumerable<RegistryEntry> Entries(RegistryScope scope) => scope switch
    {
        RegistryScope.IssuerSecurityDomain =>
        [
            new(content.IssuerSecurityDomain, LifeCycle.Secured)
            {
                Privileges = IssuerPrivileges,
                SecurityDomain = content.IssuerSecurityDomain,
            },
        ],
        RegistryScope.Applications => content.Instances.Select(i => new RegistryEntry(i.Aid, i.State)
        {
            Privileges = i.Privileges,
            LoadFile = i.LoadFile,
            SecurityDomain = content.IssuerSecurityDomain,
        }),
        _ => content.LoadFiles.Select(f => new RegistryEntry(f.Aid, LifeCycle.Loaded)
        {
            Version = f.Version,
            Modules = scope == RegistryScope.LoadFilesAndModules ? f.Modules : [],
            SecurityDomain = content.IssuerSecurityDomain,
        }),
    };

    private static byte[] DefaultTags(RegistryScope scope) => scope switch
    {
        RegistryScope.LoadFiles => LoadFileTags,
        RegistryScope.LoadFilesAndModules => ModuleTags,
        _ => ApplicationTags,
    };

    private ResponseApdu GetData(CommandApdu command) => (command.P1 << 8 | command.P2) switch
    {
        0x00E0 => new(keyInformation(), StatusWord.Success),
        0xFF21 => new(Resources(), StatusWord.Success),

        // Not stored on this card.
        _ => new(StatusWord.ReferencedDataNotFound),
    };

    //  FF21 L | 81 L applications | 82 L free non-volatile memory | 83 L free volatile memory
    private Octets Resources()
    {
        const int FreeVolatile = 2048;
        Octets value = Octets.Concat(
            BerTlv.Encode(0x81, Number(content.Instances.Count, 1)),
            BerTlv.Encode(0x82, Number(content.Free, 2)),
            BerTlv.Encode(0x83, Number(FreeVolatile, 2)));
        return BerTlv.Encode(0xFF21, value.Span);
    }

    // As few octets as the number needs, and no fewer than cards are known to send.
    private static byte[] Number(int value, int minOctets)
    {
        byte[] octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, value);
        int zeros = octets.TakeWhile(o => o == 0).Count();
        return octets[Math.Min(zeros, 4 - minOctets)..];
    }

    private sealed record StatusPosition(byte Scope, Octets Criteria, int Next);
}
