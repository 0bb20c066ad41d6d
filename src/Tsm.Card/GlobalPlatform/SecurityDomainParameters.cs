using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <summary>What a new security domain is told in its install parameters (C9).</summary>
/// <remarks>UICC Configuration §4.3.2. The objects stand bare inside C9 (<see cref="InstallParameters.Application"/>).</remarks>
public sealed record SecurityDomainParameters
{
    private const uint ProtocolTag = 0x81;
    private const uint AcceptsExtraditionTag = 0x82;
    private const uint AcceptsDeletionTag = 0x83;
    private const uint ExplicitTag = 0x84;
    private const uint AuthorityTag = 0x86;
    private const uint ReleasesContentTag = 0x87;
    private const int MaxProtocols = 16;

    private readonly Octets _protocols;

    /// <summary>The secure channel protocols the domain speaks, 0 to 16; none to take those of its parent.</summary>
    /// <exception cref="ArgumentException">More than 16.</exception>
    public ImmutableArray<ChannelProtocol> Protocols
    {
        get
        {
            var protocols = ImmutableArray.CreateBuilder<ChannelProtocol>();
            for (int i = 0; i < _protocols.Length; i += 2)
            {
                protocols.Add(new(_protocols[i], _protocols[i + 1]));
            }

            return protocols.ToImmutable();
        }

        init => _protocols = value.IsDefaultOrEmpty
            ? default
            : value.Length <= MaxProtocols
                ? Octets.Own([.. value.SelectMany(p => new[] { p.Number, p.Parameter })])
                : throw new ArgumentException($"There are at most {MaxProtocols} protocols.", nameof(value));
    }

    /// <summary>Who may extradite content into the domain (82), one or two octets; nothing to leave it to the card.</summary>
    public Octets AcceptsExtradition { get; init; }

    /// <summary>Who may delete the domain (83).</summary>
    public DomainAcceptance? AcceptsDeletion { get; init; }

    /// <summary>Whether the domain becomes PERSONALIZED only when it is told to (84), not with its first keys.</summary>
    public bool PersonalizedExplicitly { get; init; }

    /// <summary>What a controlling authority's domain can do (86), two octets; nothing for all others.</summary>
    public Octets AuthorityCapability { get; init; }

    /// <summary>Who may extradite content of the domain away (87), one or two octets; nothing to leave it to the card.</summary>
    public Octets ReleasesContent { get; init; }

    /// <summary>An acceptance as it stands in <see cref="AcceptsExtradition"/> and <see cref="ReleasesContent"/>.</summary>
    public static Octets Accept(DomainAcceptance acceptance) => Octets.Copy([acceptance.Value]);

    /// <summary>The wire form, for C9.</summary>
    public Octets ToOctets()
    {
        List<Octets> objects = [.. Protocols.Select(p => BerTlv.Encode(ProtocolTag, [p.Number, p.Parameter]))];
        CardCapability.Add(objects, AcceptsExtraditionTag, AcceptsExtradition);
        CardCapability.Add(objects, AcceptsDeletionTag, AcceptsDeletion is { } acceptance ? Accept(acceptance) : default);
        if (PersonalizedExplicitly)
        {
            objects.Add(BerTlv.Encode(ExplicitTag, []));
        }

        CardCapability.Add(objects, AuthorityTag, AuthorityCapability);
        CardCapability.Add(objects, ReleasesContentTag, ReleasesContent);
        return Octets.Concat([.. objects]);
    }

    /// <summary>Reads the parameters as the card does; tags that are not named here are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, out SecurityDomainParameters parameters, out PacketError error)
    {
        parameters = new();
        var found = new SecurityDomainParameters();
        var protocols = ImmutableArray.CreateBuilder<ChannelProtocol>();
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            bool valid = tag switch
            {
                ProtocolTag => value.Length == 2 && protocols.Count < MaxProtocols,
                AcceptsExtraditionTag or ReleasesContentTag => value.Length is 1 or 2,
                AcceptsDeletionTag => value.Length == 1,
                ExplicitTag => value.IsEmpty,
                AuthorityTag => value.Length == 2,
                _ => true,
            };
            if (!valid)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            if (tag == ProtocolTag)
            {
                protocols.Add(new(value[0], value[1]));
                continue;
            }

            found = tag switch
            {
                AcceptsExtraditionTag => found with { AcceptsExtradition = Octets.Copy(value) },
                AcceptsDeletionTag => found with { AcceptsDeletion = new(value[0]) },
                ExplicitTag => found with { PersonalizedExplicitly = true },
                AuthorityTag => found with { AuthorityCapability = Octets.Copy(value) },
                ReleasesContentTag => found with { ReleasesContent = Octets.Copy(value) },
                _ => found,
            };
        }

        error = reader.Error;
        parameters = error.Fault == PacketFault.None ? found with { Protocols = protocols.ToImmutable() } : parameters;
        return error.Fault == PacketFault.None;
    }
}

/// <summary>Whose commands a security domain accepts, as bits.</summary>
/// <remarks>UICC Configuration §4.3.2.</remarks>
/// <param name="Value">The octet.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DomainAcceptance(byte Value)
{
    /// <summary>Nobody's (00).</summary>
    public static DomainAcceptance Nobody { get; } = new(0x00);

    /// <summary>Those of a domain with Delegated Management below one with Authorized Management (08).</summary>
    public static DomainAcceptance Delegated { get; } = new(0x08);

    /// <summary>Those of the issuer security domain (20).</summary>
    public static DomainAcceptance Issuer { get; } = new(0x20);

    /// <summary>Those of an ancestor with Authorized Management (80).</summary>
    public static DomainAcceptance Ancestor { get; } = new(0x80);

    /// <summary>Those of any domain with Authorized Management in the hierarchy (C0).</summary>
    public static DomainAcceptance Hierarchy { get; } = new(0xC0);

    /// <summary>Those of all domains with Authorized Management (F0).</summary>
    public static DomainAcceptance AnyAuthorized { get; } = new(0xF0);

    /// <summary>The octet in hexadecimal.</summary>
    public override string ToString() => $"{Value:X2}";
}
