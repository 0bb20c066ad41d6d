using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;

namespace Tsm.Application.Cards;

/// <summary>What is remembered of one card. Fields are added, never repurposed; no clear secret is in it.</summary>
public sealed record CardState
{
    /// <summary>The schema that this program writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>ICCID, digits.</summary>
    public required string Iccid { get; init; }

    /// <summary>MSISDN, digits without plus.</summary>
    public required string Msisdn { get; init; }

    /// <summary>The name of its card model.</summary>
    public required string Model { get; init; }

    /// <summary>The road that leads to it; empty for the tenant's first.</summary>
    public string Road { get; init; } = "";

    /// <summary>One counter for each security domain and key version.</summary>
    public ImmutableArray<CounterDomain> Domains { get; init; } = [];

    /// <summary>Jobs in their order; the first is the one that runs.</summary>
    public ImmutableArray<CardJob> Jobs { get; init; } = [];

    /// <summary>The packet that is under way; no other leaves before it is answered or written off.</summary>
    public OutstandingPacket? Outstanding { get; init; }

    /// <summary>What is on the card, wanted and confirmed.</summary>
    public ImmutableArray<ContentItem> Contents { get; init; } = [];

    /// <summary>The security domains below the issuer's that we have made or shall make, with their keys.</summary>
    public ImmutableArray<CardDomain> SecurityDomains { get; init; } = [];

    /// <summary>What the card needs for delegated management; null before its first delegated domain.</summary>
    public DelegationKeys? Delegation { get; init; }

    /// <summary>Key sets of domains under which packets were given up that may still be on their way; see <see cref="Barrier"/>.</summary>
    public ImmutableArray<Barrier> Barriers { get; init; } = [];

    /// <summary>The services that are or were on the card, one entry each.</summary>
    public ImmutableArray<ServiceEntry> Services { get; init; } = [];

    /// <summary>Whether a packet was written off as possibly executed: an audit comes before anything else.</summary>
    public bool Uncertain { get; init; }

    /// <summary>The private application table as the card last told it (DF70); empty for none there, null when it was never asked.</summary>
    public Octets? ApplicationTable { get; init; }

    /// <summary>When the card last told everything that is on it.</summary>
    public DateTimeOffset? AuditedAt { get; init; }

    /// <summary>When the card last proved something.</summary>
    public DateTimeOffset? LastProofAt { get; init; }

    /// <summary>Jobs that have ended, the newest last, at most <see cref="CardLimits.EndedJobs"/>.</summary>
    public ImmutableArray<EndedJob> Ended { get; init; } = [];

    /// <summary>Answers of which some segments are missing, or whose repetitions must be known.</summary>
    public ImmutableArray<PartialMessage> Partial { get; init; } = [];

    /// <summary>The concatenation reference of the next packet, 0..255.</summary>
    public int NextReference { get; init; }

    /// <summary>Numbers packets within the card.</summary>
    public long NextPacket { get; init; } = 1;
}

/// <summary>Limits of a card's state that are ours.</summary>
public static class CardLimits
{
    /// <summary>Jobs waiting at one card.</summary>
    public const int Jobs = 16;

    /// <summary>
    /// How long a state may be, in octets, for another job to be taken: what is left to the host's limit is for what comes of the jobs
    /// that wait, packets, answers, domains and their keys. A card with many services has a shorter queue.
    /// </summary>
    public const int StateForMoreJobs = 20 * 1024;

    /// <summary>Ended jobs remembered in the state; older ones are answered from their rows.</summary>
    public const int EndedJobs = 64;

    /// <summary>Packets in a row that were taken with an unknown result before a job is given up.</summary>
    public const int Recoveries = 10;

    /// <summary>Objects on one card.</summary>
    public const int Contents = 64;

    /// <summary>Services that a card remembers.</summary>
    public const int Services = 32;

    /// <summary>Below which part of its memory a card is said to have little left: one of this many.</summary>
    public const int LittleMemory = 10;

    /// <summary>What is kept of answers in several short messages: three of up to sixteen segments, for a day.</summary>
    public static readonly ReassemblyLimits Answers = new(MaxOpen: 3, MaxSegments: 16, Lifetime: TimeSpan.FromHours(24));
}

/// <summary>The counter of a security domain and key version.</summary>
/// <param name="Counter">The last CNTR that was given to a packet, 0..2^40-1. It is never given again.</param>
public sealed record CounterDomain(Tar Tar, int KeyVersion, ulong Counter);

/// <summary>A job that has ended and how.</summary>
public sealed record EndedJob(string Id, JobStatus Status);

/// <summary>Kinds of things on a card.</summary>
public enum ContentKind
{
    /// <summary>An executable load file.</summary>
    LoadFile,

    /// <summary>An instance of an application.</summary>
    Application,

    /// <summary>A security domain.</summary>
    SecurityDomain,
}

/// <summary>One thing on a card. What no job wants and nothing confirms is not listed.</summary>
/// <param name="Confirmed">The life cycle that the card last proved; null when it is not there.</param>
/// <param name="Wanted">The life cycle after all jobs that wait have succeeded; null when it shall be gone.</param>
/// <param name="Unknown">Whether a packet that may have changed it was written off.</param>
/// <param name="LoadFile">For an instance: the load file it came from.</param>
/// <param name="Application">The catalogue's application, when it came through us.</param>
/// <param name="Version">For a load file: the package version, <c>major.minor</c>, when known.</param>
/// <param name="ProvenAt">When <paramref name="Confirmed"/> was last proven.</param>
public sealed record ContentItem(
    Aid Aid,
    ContentKind Kind,
    LifeCycle? Confirmed,
    LifeCycle? Wanted,
    bool Unknown,
    Aid? LoadFile,
    string? Application,
    string? Version,
    DateTimeOffset? ProvenAt)
{
    /// <summary>The security domain it belongs to; null for the issuer's, or when nobody has told.</summary>
    public Aid? Domain { get; init; }

    /// <summary>For an instance: whether it has taken its data.</summary>
    public bool IsPersonalised { get; init; }
}

/// <summary>A security domain below the issuer's.</summary>
/// <param name="Keys">Its key sets, the one in use last; wrapped, they open for this card and domain only.</param>
/// <param name="RemoveWhenEmpty">Whether it goes with its last application.</param>
public sealed record CardDomain(Aid Aid, Tar Tar, string Provider, ContractMode Mode, ImmutableArray<DomainKeys> Keys, bool RemoveWhenEmpty)
{
    /// <summary>The key set in use: the newest that the domain has proven to have; null before there is one.</summary>
    public DomainKeys? InUse => Keys.LastOrDefault(k => k.IsProven);

    /// <summary>The key set that was made and is not proven yet; null when there is none.</summary>
    public DomainKeys? Next => Keys.FirstOrDefault(k => !k.IsProven);
}

/// <summary>A key set of a security domain below the issuer's.</summary>
/// <param name="IsPut">Whether the card has said that it has stored it.</param>
/// <param name="IsProven">Whether the domain has answered a packet under it.</param>
public sealed record DomainKeys(WrappedKeySet Wrapped, bool IsPut, bool IsProven)
{
    /// <summary>The key version number, 1..15.</summary>
    public int Version => Wrapped.Version;
}

/// <summary>
/// A key set under which a packet was given up: it could still arrive, and an audit under other keys, with another counter, would not
/// keep it from being executed. A later packet under the same keys does, once the card has answered it.
/// </summary>
public sealed record Barrier(Aid Domain, int KeyVersion);

/// <summary>What the issuer's domain of a card needs for delegated management.</summary>
/// <param name="ReceiptKey">The key 71/01 of this card, sealed.</param>
/// <param name="IsProven">Whether the card has said that it has the token key 70/01 and the receipt key.</param>
/// <param name="Receipts">The highest confirmation counter that a receipt has shown; null before the first.</param>
public sealed record DelegationKeys(Octets ReceiptKey, bool IsProven, int? Receipts)
{
    /// <summary>Whether they were sent, and it is not known yet whether the card has them.</summary>
    public bool IsSent { get; init; }

    /// <summary>What is known of the token key by itself: a card may have one of the two and not the other.</summary>
    public KeyPlace Token { get; init; }

    /// <summary>What is known of the receipt key by itself.</summary>
    public KeyPlace Receipt { get; init; }
}

/// <summary>What is known of a key on a card.</summary>
public enum KeyPlace
{
    /// <summary>It is not there, as far as is known: it is added.</summary>
    Missing,

    /// <summary>It was there when the card refused ours: it is replaced.</summary>
    Anothers,

    /// <summary>It is there and ours.</summary>
    Ours,
}

/// <summary>A service that is or was on the card.</summary>
/// <param name="Generation">1 for its first time on this card, then 2, 3, ...</param>
/// <param name="Instance">Its instance.</param>
/// <param name="Job">The job that last concerned it.</param>
public sealed record ServiceEntry(
    string Service, string Provider, string Version, string? Contract, int Generation, Aid Instance, string Job)
{
    /// <summary>The job that brings or has brought this generation to the card; null in states from before it was kept.</summary>
    public string? InstalledBy { get; init; }

    /// <summary>The job that was the last to prove that the instance has its data; null while none has.</summary>
    public string? PersonalisedBy { get; init; }

    /// <summary>Who has suspended it since it ran last, each once: all of them must agree to resume it.</summary>
    public ImmutableArray<Holder> Holders { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <inheritdoc/>
    public bool Equals(ServiceEntry? other) => other is not null
        && (Service, Provider, Version, Contract, Generation, Instance, Job, InstalledBy, PersonalisedBy)
            == (other.Service, other.Provider, other.Version, other.Contract, other.Generation, other.Instance, other.Job, other.InstalledBy, other.PersonalisedBy)
        && Holders.SequenceEqual(other.Holders);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Service, Generation, Job);
}

/// <summary>A packet under way: the very octets, and what is needed to send them again and to open the answer.</summary>
public sealed record OutstandingPacket
{
    /// <summary>Names the packet within the card.</summary>
    public required string Id { get; init; }

    /// <summary>The job it belongs to.</summary>
    public required string JobId { get; init; }

    /// <summary>The protected packet from CPL on.</summary>
    public required Octets Packet { get; init; }

    /// <summary>The concatenation reference, the same for every repetition.</summary>
    public required int Reference { get; init; }

    /// <summary>The number of short messages it takes.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>SPI, KIc, KID, TAR, CNTR and CC length: a snapshot that opens the answer whatever the model says by then.</summary>
    public required Octets Header { get; init; }

    /// <summary>The security domain whose keys and counter it has; null for the issuer's.</summary>
    public Aid? KeysOf { get; init; }

    /// <summary>The format of its script and so of its answer, whatever the model says by then; packets from before it was there are compact.</summary>
    public ScriptFormat Format { get; init; }

    /// <summary>How often these octets were made ready to leave.</summary>
    public required int Sends { get; init; }

    /// <summary>Whether the SMSC has them; until then the outbox is in charge, from then on the deadline.</summary>
    public bool Submitted { get; init; }

    /// <summary>When silence is taken for an answer.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>From when on <see cref="Deadline"/> was reckoned.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>By how much <see cref="Deadline"/> was put off because no answer could come in.</summary>
    public TimeSpan? Shifted { get; init; }

    /// <summary>What each command of the script is for.</summary>
    public required ImmutableArray<StepPart> Parts { get; init; }

    /// <summary>Where the job stands when all commands have succeeded.</summary>
    public required JobCursor After { get; init; }

    /// <summary>An answer that decides nothing yet, because a proven one may follow within the grace.</summary>
    public PendingAnswer? Pending { get; init; }
}

/// <summary>An answer that waits for the end of the grace.</summary>
/// <param name="Status">The response status code of TS 102 225.</param>
public sealed record PendingAnswer(byte Status, Grade Grade, DateTimeOffset At);

/// <summary>What one command of a script is for.</summary>
public sealed record StepPart(Purpose Purpose, Aid? Aid);

/// <summary>What a command is for.</summary>
public enum Purpose
{
    /// <summary>DELETE of what a load or job left behind; not finding it is fine.</summary>
    DeleteLeftover,

    /// <summary>INSTALL [for load].</summary>
    InstallForLoad,

    /// <summary>LOAD, more follow.</summary>
    Load,

    /// <summary>The last LOAD.</summary>
    LoadLast,

    /// <summary>INSTALL [for install].</summary>
    InstallForInstall,

    /// <summary>INSTALL [for install and make selectable].</summary>
    InstallAndMakeSelectable,

    /// <summary>INSTALL [for make selectable].</summary>
    MakeSelectable,

    /// <summary>SET STATUS to LOCKED.</summary>
    Lock,

    /// <summary>SET STATUS back.</summary>
    Unlock,

    /// <summary>DELETE of an instance.</summary>
    DeleteInstance,

    /// <summary>DELETE of a load file.</summary>
    DeleteLoadFile,

    /// <summary>GET STATUS of applications and security domains.</summary>
    ListApplications,

    /// <summary>GET STATUS of load files.</summary>
    ListLoadFiles,

    /// <summary>GET RESPONSE: fetches what the command before has to say.</summary>
    GetResponse,

    /// <summary>PUT KEY of the token key 70/01 to the issuer's domain.</summary>
    PutTokenKey,

    /// <summary>PUT KEY of the receipt key 71/01 to the issuer's domain.</summary>
    PutReceiptKey,

    /// <summary>GET DATA of the key information of the issuer's domain, to see whether token key and receipt key are there.</summary>
    ListDelegationKeys,

    /// <summary>GET DATA under keys whose earlier packets shall not be executed any more.</summary>
    Bar,

    /// <summary>INSTALL [for install and make selectable] of a provider's security domain.</summary>
    CreateDomain,

    /// <summary>PUT KEY of a provider's security domain.</summary>
    PutDomainKeys,

    /// <summary>GET DATA of the key information, under the new keys.</summary>
    ProveDomainKeys,

    /// <summary>GET DATA of the key information, under the keys in use, to see whether the new ones are there.</summary>
    ListDomainKeys,

    /// <summary>DELETE of the old keys.</summary>
    RetireDomainKeys,

    /// <summary>INSTALL [for personalization].</summary>
    ForPersonalization,

    /// <summary>STORE DATA, more follow.</summary>
    StoreData,

    /// <summary>The last STORE DATA.</summary>
    StoreDataLast,

    /// <summary>INSTALL [for extradition].</summary>
    Extradite,

    /// <summary>DELETE of a provider's security domain.</summary>
    DeleteDomain,

    /// <summary>GET DATA of the private application table.</summary>
    ReadTable,
}
