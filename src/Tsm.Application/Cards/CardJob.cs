using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>A job in a card's queue.</summary>
public sealed record CardJob
{
    /// <summary>Unique in the tenant.</summary>
    public required string Id { get; init; }

    /// <summary>What is done.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The catalogue's id; null for an audit.</summary>
    public string? Application { get; init; }

    /// <summary>The load file's AID.</summary>
    public Aid? LoadFile { get; init; }

    /// <summary>The applet within the load file; null for a library.</summary>
    public Aid? Module { get; init; }

    /// <summary>The instance; null for a library.</summary>
    public Aid? Instance { get; init; }

    /// <summary>Whether an installation ends selectable.</summary>
    public bool MakeSelectable { get; init; }

    /// <summary>Privileges of the instance; empty for none.</summary>
    public Octets Privileges { get; init; }

    /// <summary>Content of C9, in clear; that of a service is in the order, and sealed there.</summary>
    public Octets Parameters { get; init; }

    /// <summary>On whose behalf it is done and where its application goes; null for the carrier's own in its own domain.</summary>
    public ServiceOrder? Order { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its first packet was made.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether somebody has called it off while it ran.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Where it stands.</summary>
    public JobCursor Cursor { get; init; } = new();

    /// <summary>Whether a command that changes the card may have been executed for it: success found by an audit then is its own.</summary>
    public bool Attempted { get; init; }

    /// <summary>Whether the card was asked what is on it because an answer did not fit the books.</summary>
    public bool AuditedForDrift { get; init; }

    /// <summary>Whether the card was asked which keys it has because it has refused ours.</summary>
    public bool KeysListed { get; init; }

    /// <summary>Whether this job has put the load file on the card, so that it takes it away again when it fails.</summary>
    public bool LoadedHere { get; init; }

    /// <summary>Whether this job has made the provider's security domain, so that it takes it away again when it fails and the domain is empty.</summary>
    public bool DomainMadeHere { get; init; }

    /// <summary>Whether the domain has proven new keys in this job.</summary>
    public bool KeysReplaced { get; init; }

    /// <summary>Whether the card has told its private application table in this job.</summary>
    public bool TableRead { get; init; }

    /// <summary>Whether the instance has taken its data from this job.</summary>
    public bool PersonalisedHere { get; init; }

    /// <summary>For the termination of a library: it stays where other load files still import it.</summary>
    public bool IfUnused { get; init; }

    /// <summary>Why it will end without success once it has cleaned up.</summary>
    public Problem? Verdict { get; init; }

    /// <summary>The grade of <see cref="Verdict"/>.</summary>
    public Grade? VerdictGrade { get; init; }

    /// <summary>Answered packets.</summary>
    public int StepsDone { get; init; }

    /// <summary>Packets it will take, as far as can be told.</summary>
    public int StepsTotal { get; init; }

    /// <summary>Short messages handed over.</summary>
    public int SmsSent { get; init; }

    /// <summary>Of these, repetitions.</summary>
    public int SmsRepeated { get; init; }

    /// <summary>Short messages received.</summary>
    public int SmsReceived { get; init; }

    /// <summary>Octets of packets sent.</summary>
    public int OctetsSent { get; init; }

    /// <summary>Proven answers.</summary>
    public int Proofs { get; init; }

    /// <summary>Answers that proved nothing since the last one that did.</summary>
    public int IndicatedAnswers { get; init; }

    /// <summary>Counter jumps since the last proven answer.</summary>
    public int CounterJumps { get; init; }

    /// <summary>Packets found to be taken with an unknown result since the last proven answer.</summary>
    public int Recoveries { get; init; }

    /// <summary>How often the load was started again.</summary>
    public int Restarts { get; init; }

    /// <summary>What is happening now, one sentence.</summary>
    public string Now { get; init; } = "";
}

/// <summary>Where a job stands between two packets.</summary>
public sealed record JobCursor
{
    /// <summary>What comes next.</summary>
    public Stage Stage { get; init; }

    /// <summary>Whether INSTALL [for load] has opened the load.</summary>
    public bool Opened { get; init; }

    /// <summary>Octets of the load file that were loaded.</summary>
    public int Offset { get; init; }

    /// <summary>The number of the next LOAD block.</summary>
    public int Block { get; init; }

    /// <summary>Whether the outcome of the packet before is unknown: a refusal of the next LOAD then means that the load is lost.</summary>
    public bool Doubtful { get; init; }

    /// <summary>How many barriers were tried in vain.</summary>
    public int BarsTried { get; init; }

    /// <summary>Whether one of them was not answered at all: then only an audit goes on while the domain is on the card.</summary>
    public bool BarSilent { get; init; }

    /// <summary>Whether the list goes on where the last answer ended.</summary>
    public bool NextPage { get; init; }

    /// <summary>What an audit has found so far.</summary>
    public ImmutableArray<FoundItem> Found { get; init; } = [];
}

/// <summary>The steps that jobs are made of.</summary>
public enum Stage
{
    /// <summary>Look at what is confirmed and choose.</summary>
    Decide,

    /// <summary>GET STATUS of applications, then of load files, then <see cref="Decide"/>.</summary>
    AuditApplications,

    /// <summary>GET STATUS of load files.</summary>
    AuditLoadFiles,

    /// <summary>DELETE of what an interrupted load left behind.</summary>
    Clean,

    /// <summary>INSTALL [for load] and LOAD.</summary>
    Load,

    /// <summary>INSTALL [for install].</summary>
    Install,

    /// <summary>INSTALL [for make selectable].</summary>
    MakeSelectable,

    /// <summary>SET STATUS to LOCKED.</summary>
    Lock,

    /// <summary>SET STATUS back.</summary>
    Unlock,

    /// <summary>DELETE of the instance, and of the load file when nothing else needs it.</summary>
    Delete,

    /// <summary>DELETE of the load file alone.</summary>
    DeleteLoadFile,

    /// <summary>Take back what the job has put on the card, then end with its verdict.</summary>
    Undo,

    /// <summary>Nothing is left to do.</summary>
    Finished,

    /// <summary>PUT KEY of the token key and the receipt key to the issuer's domain.</summary>
    PutDelegationKeys,

    /// <summary>GET DATA of the issuer's domain: whether token key and receipt key are there.</summary>
    ListDelegationKeys,

    /// <summary>GET DATA under keys whose earlier packets shall not be executed any more, before an audit is believed.</summary>
    Bar,

    /// <summary>INSTALL of the provider's security domain.</summary>
    CreateDomain,

    /// <summary>PUT KEY of the provider's security domain.</summary>
    PutDomainKeys,

    /// <summary>GET DATA under the keys in use: which keys the domain has.</summary>
    ListDomainKeys,

    /// <summary>GET DATA under the new keys.</summary>
    ProveDomainKeys,

    /// <summary>DELETE of the old keys.</summary>
    RetireDomainKeys,

    /// <summary>INSTALL [for personalization] and STORE DATA.</summary>
    Personalise,

    /// <summary>INSTALL [for extradition].</summary>
    Extradite,

    /// <summary>DELETE of the provider's security domain.</summary>
    DeleteDomain,

    /// <summary>GET DATA of the private application table, at the end of an audit.</summary>
    ReadTable,
}

/// <summary>What the steps have in common.</summary>
public static class Stages
{
    /// <summary>Whether a step is about security domains, their keys or data: each is one packet, planned with the keys of the card.</summary>
    public static bool IsOfDomains(this Stage stage) => stage is Stage.PutDelegationKeys or Stage.ListDelegationKeys or Stage.Bar
        or Stage.CreateDomain or Stage.PutDomainKeys or Stage.ListDomainKeys or Stage.ProveDomainKeys or Stage.RetireDomainKeys
        or Stage.Personalise or Stage.Extradite or Stage.DeleteDomain;
}

/// <summary>Something an audit has found.</summary>
public sealed record FoundItem(Aid Aid, ContentKind Kind, LifeCycle LifeCycle, Aid? LoadFile, string? Version)
{
    /// <summary>The security domain it belongs to, where the card has told.</summary>
    public Aid? Domain { get; init; }
}
