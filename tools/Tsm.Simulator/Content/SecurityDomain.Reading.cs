using System.Buffers.Binary;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Simulator.Content;

/// <summary>GET STATUS and GET DATA (GPCS 2.3.1 §11.4, §11.3, TS 102 226 §8.2.1.7).</summary>
public sealed partial class SecurityDomain
{
    // What cards list when no tag list is given (§11.4.3).
    private static readonly byte[] ApplicationTags = [0x4F, 0x9F, 0x70, 0xC5];
    private static readonly byte[] LoadFileTags = [0x4F, 0x9F, 0x70];
    private static readonly byte[] ModuleTags = [0x4F, 0x9F, 0x70, 0x84];

    private ResponseApdu GetStatus(CommandApdu command)
    {
        StatusPosition? position = _environment.Position;
        _environment.Position = null;
        if (!GetStatusCommand.TryParse(command, out GetStatusCommand request, out PacketError error))
        {
            // P1, P2 or the old format without TLVs; else the data.
            return new(error.Fault == PacketFault.UnexpectedValue
                ? StatusWord.IncorrectParameters
                : StatusWord.IncorrectData);
        }

        if (!request.Tags.IsEmpty && !Profile.StatusTagList)
        {
            return new(StatusWord.IncorrectData);
        }

        // Only the issuer's domain and holders of Global Registry tell of it (§11.4.2.1).
        if (request.Scope == RegistryScope.IssuerSecurityDomain && !Privileges.Has(Privileges.GlobalRegistry))
        {
            return new(StatusWord.IncorrectParameters);
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
            if (position is null || position.Domain != Aid)
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
            if (page.Count > 0 && length + entry.Length > Profile.StatusPage)
            {
                break;
            }

            page.Add(entry);
            length += entry.Length;
        }

        bool more = at < entries.Length;
        _environment.Position = more ? new(Aid, command.P1, command.Data, at) : null;
        return new(Octets.Concat([.. page]), more ? StatusWord.MoreData : StatusWord.Success);
    }

    // The whole card with Global Registry, else what is associated with this domain, directly or not.
    private IEnumerable<RegistryEntry> Entries(RegistryScope scope)
    {
        bool all = Privileges.Has(Privileges.GlobalRegistry);
        return scope switch
        {
            RegistryScope.IssuerSecurityDomain =>
            [
                new(Content.IssuerSecurityDomain, LifeCycle.Secured)
                {
                    Privileges = IssuerPrivileges,
                    SecurityDomain = Content.IssuerSecurityDomain,
                },
            ],
            RegistryScope.Applications => Content.Instances.Where(i => all || Reaches(i.SecurityDomain)).Select(i =>
                new RegistryEntry(i.Aid, i.State)
                {
                    Privileges = i.Privileges,
                    LoadFile = i.LoadFile,
                    SecurityDomain = i.SecurityDomain,
                }),
            _ => [.. StockFile(scope, all), .. Content.LoadFiles.Where(f => all || Reaches(f.SecurityDomain)).Select(f =>
                new RegistryEntry(f.Aid, LifeCycle.Loaded)
                {
                    Version = f.Version,
                    Modules = scope == RegistryScope.LoadFilesAndModules ? f.Modules : [],
                    SecurityDomain = f.SecurityDomain,
                })],
        };
    }

    private IEnumerable<RegistryEntry> StockFile(RegistryScope scope, bool all)
    {
        if (all && Profile.ListsSecurityDomainFile)
        {
            yield return new(Aid.SecurityDomainLoadFile, LifeCycle.Loaded)
            {
                Version = new(1, 0),
                Modules = scope == RegistryScope.LoadFilesAndModules ? [Aid.SecurityDomainModule] : [],
                SecurityDomain = Content.IssuerSecurityDomain,
            };
        }
    }

    private static byte[] DefaultTags(RegistryScope scope) => scope switch
    {
        RegistryScope.LoadFiles => LoadFileTags,
        RegistryScope.LoadFilesAndModules => ModuleTags,
        _ => ApplicationTags,
    };

    private ResponseApdu GetData(CommandApdu command)
    {
        ushort tag = (ushort)(command.P1 << 8 | command.P2);
        Octets? answer = tag switch
        {
            CardObject.KeyInformation => KeyInformation.ToTemplate(KeySets.SelectMany(k => k.Information()).Concat(_keys.Select(k => k.Information()))),
            CardObject.ExtendedResources => Resources(),
            CardObject.ConfirmationCounter when IsIssuer => BerTlv.Encode(tag, [(byte)(Receipts >> 8), (byte)(Receipts & 0xFF)]),
            CardObject.Applications => Applications(),
            _ => FindObject(tag) is { } value ? BerTlv.Encode(tag, value.Span) : null,
        };

        // Not stored in this domain.
        return answer is { } data ? new(data, StatusWord.Success) : new(StatusWord.ReferencedDataNotFound);
    }

    //  2F00 L | n × (61 L | 4F L AID)      (§11.3.3.2)
    private Octets? Applications()
    {
        Octets[] applications =
        [
            .. Content.Instances.Where(i => i.SecurityDomain == Aid)
                .Select(i => BerTlv.Encode(0x61, BerTlv.Encode(0x4F, i.Aid.Span).Span)),
        ];
        return applications.Length == 0 ? null : BerTlv.Encode(CardObject.Applications, Octets.Concat(applications).Span);
    }

    //  FF21 L | 81 L applications | 82 L free non-volatile memory | 83 L free volatile memory
    private Octets Resources()
    {
        const int FreeVolatile = 2048;
        Octets value = Octets.Concat(
            BerTlv.Encode(0x81, Number(Content.Instances.Count, 1)),
            BerTlv.Encode(0x82, Number(Content.Free, 2)),
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
}
