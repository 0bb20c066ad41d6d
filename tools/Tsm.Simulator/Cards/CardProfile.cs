using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tsm.Card.Apdu;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Scp80;

namespace Tsm.Simulator.Cards;

/// <summary>What kind of card it is: its limits, and how it behaves where cards in the field differ.</summary>
/// <remarks>All cards of a profile share one object. By default every property is that of a well-behaved card.</remarks>
public sealed record CardProfile
{
    /// <summary>The name by which card files refer to it.</summary>
    public string Name { get; init; } = "default";

    /// <summary>One sentence for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Non-volatile memory for load files and instances, in octets. Default: 65536.</summary>
    public int Memory { get; init; } = 65536;

    /// <summary>How many segments the card puts together to one packet, 1..255. Default: 5.</summary>
    public int MaxSegments { get; init; } = 5;

    /// <summary>
    /// How many packets the card puts together at a time; a further one replaces the oldest. Default: 2.
    /// </summary>
    public int ReassemblyBuffers { get; init; } = 2;

    /// <summary>
    /// Whether the card finds the command packet only when 70 00 is the first element of the header. Default: false.
    /// </summary>
    public bool NeedsCommandHeaderFirst { get; init; }

    /// <summary>
    /// Minimum security level of the issuer security domain: the first octet of SPI (TS 102 226 §6.1). Default: 16.
    /// </summary>
    [JsonPropertyName("minimumSecurityLevel")]
    public Spi MinimumSecurity { get; init; } = new(Integrity.CryptographicChecksum, Ciphered: true, CounterRule.Higher,
        default, default, false, false);

    /// <summary>TAR of the issuer security domain. Default: 000000.</summary>
    public Tar Tar { get; init; } = Tar.IssuerSecurityDomain;

    /// <summary>
    /// TAR at which the issuer security domain takes expanded scripts, such as B20100; null for a card that has none.
    /// Default: none.
    /// </summary>
    public Tar? ExpandedTar { get; init; }

    /// <summary>
    /// Whether the issuer security domain tells the format of a script at <see cref="Tar"/> by its first octet
    /// (TS 102 226 §5.3). Default: false, scripts there are compact.
    /// </summary>
    public bool DetectsScriptFormat { get; init; }

    /// <summary>AID of the issuer security domain. Default: A000000151000000.</summary>
    public Aid IssuerSecurityDomain { get; init; } = Aid.IssuerSecurityDomain;

    /// <summary>
    /// How the card answers a packet whose counter it has seen, or that is too low. Default: status 02.
    /// </summary>
    public ReplayAnswer ReplayAnsweredAs { get; init; } = ReplayAnswer.CounterLow;

    /// <summary>How the card protects a PoR that says no. Default: plain.</summary>
    public ErrorPor ErrorPor { get; init; } = ErrorPor.Plain;

    /// <summary>What fills up a ciphered response. Default: zeros.</summary>
    public ResponsePadding ResponsePadding { get; init; } = ResponsePadding.Zeros;

    /// <summary>
    /// Whether counter mode 01 sets the card's counter, as some cards do (TS 102 225 §5.1.4). Default: false.
    /// </summary>
    public bool UncheckedCounterIsStored { get; init; }

    /// <summary>Whether a load under way survives that the card is switched off. Default: false.</summary>
    public bool LoadSurvivesReset { get; init; }

    /// <summary>Whether a load under way survives another command than LOAD. Default: false.</summary>
    public bool LoadSurvivesForeignCommand { get; init; }

    /// <summary>The most octets of one page of GET STATUS. Default: 240.</summary>
    public int StatusPage { get; init; } = 240;

    /// <summary>Whether GET STATUS [next] goes on after another command came between. Default: false.</summary>
    public bool StatusPositionSurvives { get; init; }

    /// <summary>
    /// Whether GET STATUS takes a tag list 5C; some cards answer 6A80 (interoperability). Default: true.
    /// </summary>
    public bool StatusTagList { get; init; } = true;

    /// <summary>Whether GET RESPONSE counts as an executed command in a compact response. Default: true.</summary>
    public bool CountsGetResponse { get; init; } = true;

    /// <summary>
    /// Whether INSTALL, LOAD and DELETE answer with the octet 00, no receipt (GPCS 2.3.1 §11.5.3.1). Default: true.
    /// </summary>
    public bool Confirms { get; init; } = true;

    /// <summary>SW of INSTALL with an AID that is in use: 6A80, or 6985 on other cards. Default: 6A80.</summary>
    public StatusWord DuplicateAidAnsweredAs { get; init; } = StatusWord.IncorrectData;

    /// <summary>
    /// Whether SET STATUS to the current state is taken without a word; the standard refuses it. Default: false.
    /// </summary>
    public bool TakesCurrentStatus { get; init; }

    /// <summary>
    /// Non-volatile memory an instance takes beside what its parameters ask for, in octets. Default: 128.
    /// </summary>
    public int InstanceMemory { get; init; } = 128;

    /// <summary>Non-volatile memory a security domain takes, in octets. Default: 512.</summary>
    public int DomainMemory { get; init; } = 512;

    /// <summary>
    /// Whether GET STATUS lists the load file of the stock security domain, A0000001515350, with the others. Default:
    /// false, as it lists no package of the factory.
    /// </summary>
    public bool ListsSecurityDomainFile { get; init; }

    /// <summary>Packages that are on the card when it leaves the factory: what imports are resolved against.</summary>
    public ImmutableArray<CardPackage> Packages { get; init; } = [];
}

/// <summary>A Java Card package on the card.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">Its name, for people.</param>
public sealed record CardPackage(Aid Aid, PackageVersion Version, string? Name = null);

/// <summary>How a card answers a counter that is too low.</summary>
public enum ReplayAnswer
{
    /// <summary>Status 02, counter low, with the counter of the packet.</summary>
    CounterLow,

    /// <summary>Status 06, plain, with a zero counter.</summary>
    Unidentified,

    /// <summary>Not at all.</summary>
    Silent,
}

/// <summary>How a card protects a PoR that says no.</summary>
public enum ErrorPor
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>As SPI2 asks, from the moment on when the keys are known to fit; plain before.</summary>
    AsAsked,

    /// <summary>There is none.</summary>
    Silent,
}
