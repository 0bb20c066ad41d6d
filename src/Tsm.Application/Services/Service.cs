using System.Collections.Immutable;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Services;

/// <summary>What a provider offers to card holders: an application under one identifier, with its versions.</summary>
public sealed record Service : IBook
{
    /// <inheritdoc/>
    public static string Kind => "service";

    /// <summary>Unique in the tenant: lower-case letters, digits and hyphens, 2 to 32 characters.</summary>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public string Owner => Provider;

    /// <summary>The provider's id.</summary>
    public required string Provider { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The identifier registered under ISO 7816-5; null where it has none.</summary>
    public Aid? Aid { get; init; }

    /// <summary>Its code in the tenant's private table, which cards hold too, such as 01 for a canteen card; null where it has none.</summary>
    public byte? Code { get; init; }

    /// <summary>Registered AIDs that it had while it was on cards: they still lead to it, and nobody else gets them.</summary>
    public ImmutableArray<Aid> FormerAids { get; init; } = [];

    /// <summary>Codes that it had while it was on cards: they still lead to it, and nobody else gets them.</summary>
    public ImmutableArray<byte> FormerCodes { get; init; } = [];

    /// <summary>The name of the application server that allocates keys and serial numbers for it; null where none is needed.</summary>
    public string? ApplicationServer { get; init; }

    /// <summary>What becomes of it when the subscription moves to another card.</summary>
    public CardSwapRule OnCardSwap { get; init; }

    /// <summary>Its versions, the oldest first; what is asked for is the newest that the carrier has approved.</summary>
    public ImmutableArray<ServiceVersion> Versions { get; init; } = [];

    /// <summary>When it was offered first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when nobody may ask for it any more; what is on cards can still be suspended and terminated. Null for an offered one.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>Whether an AID is, or was, its registered one.</summary>
    public bool Has(Aid aid) => Aid == aid || FormerAids.Contains(aid);

    /// <summary>Whether a code is, or was, its own.</summary>
    public bool Has(byte code) => Code == code || FormerCodes.Contains(code);

    /// <summary>The service with another AID and code, which remembers those that are on cards.</summary>
    public Service Renamed(Aid? aid, byte? code) => this with
    {
        Aid = aid,
        Code = code,
        FormerAids = Aid is { } old && old != aid && !FormerAids.Contains(old) ? FormerAids.Add(old) : FormerAids,
        FormerCodes = Code is { } given && given != code && !FormerCodes.Contains(given) ? FormerCodes.Add(given) : FormerCodes,
    };

    /// <summary>The version of that name; null when there is none.</summary>
    public ServiceVersion? Find(string version) => Versions.FirstOrDefault(v => string.Equals(v.Version, version, StringComparison.Ordinal));

    /// <summary>The newest version that the carrier has approved; null when there is none.</summary>
    public ServiceVersion? Current => Versions.LastOrDefault(v => v.ApprovedAt is not null);
}

/// <summary>What becomes of a service when the subscription moves to another card.</summary>
public enum CardSwapRule
{
    /// <summary>It is deployed to the new card and, when that is proven, terminated on the old one.</summary>
    Move,

    /// <summary>It stays where it is and is shown as orphaned.</summary>
    Orphan,
}

/// <summary>A version of a service: what is loaded, and how it is installed and personalised.</summary>
public sealed record ServiceVersion
{
    /// <summary>Unique in the service, such as <c>1.0</c>; never changed once it is there.</summary>
    public required string Version { get; init; }

    /// <summary>The catalogue's application: the load file.</summary>
    public required string Application { get; init; }

    /// <summary>The applet in the load file.</summary>
    public required Aid Module { get; init; }

    /// <summary>The instance on the card.</summary>
    public required Aid Instance { get; init; }

    /// <summary>Privileges of the instance, one or three octets; empty for none.</summary>
    public Octets Privileges { get; init; }

    /// <summary>Content of C9; variables as in <see cref="Personalisation"/> may stand in it.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>The TAR of the instance where it is a toolkit application; null where it has none.</summary>
    public Tar? Tar { get; init; }

    /// <summary>Catalogue's applications that are loaded before, in this order: libraries that the load file imports.</summary>
    public ImmutableArray<string> Libraries { get; init; } = [];

    /// <summary>What STORE DATA brings to the instance after its installation; empty for nothing.</summary>
    public ImmutableArray<DataGroupTemplate> Personalisation { get; init; } = [];

    /// <summary>How it takes the place of an older version on a card.</summary>
    public UpgradeRule Upgrade { get; init; }

    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the carrier has approved it; null while it has not.</summary>
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>When the carrier has rejected it, or taken its approval back; null while it has not.</summary>
    public DateTimeOffset? RejectedAt { get; init; }

    /// <summary>Why it was rejected; null where nobody has said.</summary>
    public string? Rejection { get; init; }

    /// <summary>Whether another version brings the same to a card in the same way, whenever it was uploaded and whatever the carrier says of it.</summary>
    public bool IsSame(ServiceVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Libraries.SequenceEqual(other.Libraries, StringComparer.Ordinal)
            && Personalisation.SequenceEqual(other.Personalisation)
            && this == other with
            {
                Libraries = Libraries,
                Personalisation = Personalisation,
                CreatedAt = CreatedAt,
                ApprovedAt = ApprovedAt,
                RejectedAt = RejectedAt,
                Rejection = Rejection,
            };
    }
}

/// <summary>A data group of the personalisation: its identifier, and its content with variables.</summary>
/// <param name="Id">The data group identifier, four hexadecimal digits.</param>
/// <param name="Content">Hexadecimal digits, between which variables stand as <c>{name}</c>: what the application server allocates
/// (<c>{key}</c>, <c>{serial}</c>, ...) or what the server knows (<c>{iccid}</c>, <c>{msisdn}</c>).</param>
public sealed record DataGroupTemplate(string Id, string Content);

/// <summary>How a new version takes the place of an older one on a card.</summary>
public enum UpgradeRule
{
    /// <summary>The older one is terminated with its data; the new one is personalised anew.</summary>
    Replace,

    /// <summary>Its data live in another load file (a library with state), which stays; only the instance and its load file are exchanged.</summary>
    KeepData,
}
