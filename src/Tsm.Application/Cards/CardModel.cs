using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Tsm.Application.Applications;
using Tsm.Card.CapFiles;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;

namespace Tsm.Application.Cards;

/// <summary>What a type of card supports and how it behaves: declared once, used by every job on such a card.</summary>
public sealed record CardModel
{
    /// <summary>The name by which cards refer to it, such as <c>uicc-aes</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>The algorithm of its SCP80 keys. How long they are says the key set of each card.</summary>
    public required KeyAlgorithm Algorithm { get; init; }

    /// <summary>
    /// The only length of keys that an import takes, in octets, such as 32 for AES-256. Default: null, every length of the algorithm.
    /// </summary>
    public int? KeyLength { get; init; }

    /// <summary>Length of the cryptographic checksum in octets: 8, or 4 with AES. Default: 8.</summary>
    public int ChecksumLength { get; init; } = 8;

    /// <summary>SPI, four hexadecimal digits. Default 1639: CC, ciphered, counter higher; PoR always, by SMS-SUBMIT, ciphered, with CC.</summary>
    public string Spi { get; init; } = "1639";

    /// <summary>TAR of the issuer security domain. Default: 000000.</summary>
    public Tar RamTar { get; init; } = Tar.IssuerSecurityDomain;

    /// <summary>How scripts to the issuer security domain and their answers are laid out at <see cref="RamTar"/>. Default: compact.</summary>
    public ScriptFormat ScriptFormat { get; init; }

    /// <summary>How many short messages the card puts together to one packet. Default: 5.</summary>
    public int MaxSegments { get; init; } = 5;

    /// <summary>The longest data of one LOAD command in octets, 16..255. Default: 240.</summary>
    public int MaxLoadBlock { get; init; } = 240;

    /// <summary>The most commands in one script, 1..255. Default: 255.</summary>
    public int MaxCommands { get; init; } = 255;

    /// <summary>Whether 70 00 comes before the concatenation element, as some cards need it. Default: false.</summary>
    public bool IdentifierFirst { get; init; }

    /// <summary>Whether 70 00 stands in every segment. Default: false, only in the first.</summary>
    public bool IdentifierInEverySegment { get; init; }

    /// <summary>Whether GET STATUS takes a tag list 5C. Default: true.</summary>
    public bool StatusTagList { get; init; } = true;

    /// <summary>Non-volatile memory for applications on a fresh card, in octets. Default: 65536.</summary>
    public int Memory { get; init; } = 65536;

    /// <summary>After how many answers that prove nothing a job ends as refused (indicated). Default: 2.</summary>
    public int IndicatedAttempts { get; init; } = 2;

    /// <summary>How often in one job the counter is moved ahead after an answer that it is too low. Default: 2.</summary>
    public int MaxCounterJumps { get; init; } = 2;

    /// <summary>How far a jump goes. Default: 256.</summary>
    public int CounterJump { get; init; } = 256;

    /// <summary>
    /// How far the counter moves ahead after the database was restored: more than the packets that may be forgotten, 1..1000000.
    /// Default: 10000. Models that were stored before it was there say 0, which stands for the default.
    /// </summary>
    public int RestoreJump { get; init => field = value == 0 ? 10_000 : value; } = 10_000;

    /// <summary>How often a load is started again before it is given up. Default: 3.</summary>
    public int MaxLoadRestarts { get; init; } = 3;

    /// <summary>Whether the issuer's domain holds the private application table (DF70), which an audit then reads. Default: false.</summary>
    public bool ApplicationTable { get; init; }

    /// <summary>How a new security domain gets its first keys. Default: PUT KEY to the domain.</summary>
    public DomainKeyRoad FirstDomainKeys { get; init; }

    /// <summary>How the value of a key stands in PUT KEY. Default: with its clear length always.</summary>
    public KeyBlockLayout KeyLayout { get; init; }

    /// <summary>Packages that are on a fresh card: what imports are checked against.</summary>
    public ImmutableArray<PackageReference> Packages { get; init; } = [];

    /// <summary>The version of Java Card, such as <c>3.0.4</c>; null where nobody has said, and then it is not checked.</summary>
    public string? JavaCard { get; init; }

    /// <summary>The version of the GlobalPlatform card specification, such as <c>2.2.1</c>; null where nobody has said.</summary>
    public string? GlobalPlatform { get; init; }

    /// <summary>The most security domains below the issuer's that fit on it, 0 or more; null where nobody has said.</summary>
    public int? SecurityDomains { get; init; }

    /// <summary>Whether it can have domains with delegated management; null where nobody has said.</summary>
    public bool? Delegation { get; init; }

    /// <summary>The version of the UICC toolkit API (<c>uicc.toolkit</c>) among its packages, <c>major.minor</c>; null where it has none.</summary>
    [JsonIgnore]
    public string? Toolkit => Packages.IsDefault || Packages.FirstOrDefault(p => p.Aid == KnownPackages.UiccToolkit) is not { } toolkit
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{toolkit.Major}.{toolkit.Minor}");
}

/// <summary>How a new security domain gets its first keys.</summary>
public enum DomainKeyRoad
{
    /// <summary>PUT KEY to the domain's TAR under the keys of the issuer's domain.</summary>
    PutKey,

    /// <summary>INSTALL [for personalization] and STORE DATA to the issuer's domain, which hands them on.</summary>
    StoreData,
}
