using System.Collections.Immutable;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>
/// What all security domains of a card share: the registry, the domains themselves and what is under way.
/// </summary>
/// <remarks>
/// GPCS 2.3.1 §3.4 calls it the OPEN. Most cards never get a domain beside the issuer's, so nothing is made for them
/// before it is needed.
/// </remarks>
public sealed class CardEnvironment
{
    private List<SecurityDomain>? _supplementary;
    private uint _keySets;

    /// <summary>The environment of a fresh card.</summary>
    /// <param name="iccid">The ICCID, of which the issuer's domain is named.</param>
    /// <param name="content">The registry.</param>
    /// <param name="profile">What kind of card it is.</param>
    /// <param name="account">Where it is counted what happens.</param>
    /// <param name="keySets">The key sets of the issuer's domain.</param>
    public CardEnvironment(
        Iccid iccid, CardContent content, CardProfile profile, CardAccount account, ImmutableArray<CardKeySet> keySets)
    {
        ArgumentNullException.ThrowIfNull(content);
        Iccid = iccid;
        Content = content;
        Profile = profile;
        Account = account;
        Issuer = new(this, content.IssuerSecurityDomain, keySets);
    }

    /// <summary>The ICCID.</summary>
    public Iccid Iccid { get; }

    /// <summary>What is on the card.</summary>
    public CardContent Content { get; }

    /// <summary>What kind of card it is.</summary>
    public CardProfile Profile { get; }

    /// <summary>Where it is counted what happens.</summary>
    public CardAccount Account { get; }

    /// <summary>The issuer security domain.</summary>
    public SecurityDomain Issuer { get; }

    /// <summary>The supplementary security domains in the order in which they were installed.</summary>
    public IReadOnlyList<SecurityDomain> Supplementary => _supplementary ?? (IReadOnlyList<SecurityDomain>)[];

    /// <summary>The load under way, or null.</summary>
    public LoadSession? Load { get; internal set; }

    /// <summary>Which load file the last complete load was for, so that a repeated last block is recognised.</summary>
    internal string? LastLoaded { get; set; }

    /// <summary>Where GET STATUS goes on, or null.</summary>
    internal StatusPosition? Position { get; set; }

    /// <summary>The command of which only the beginning has come, or null.</summary>
    internal ChainAssembler? Chain { get; set; }

    /// <summary>The STORE DATA under way, or null.</summary>
    internal StoreSession? Store { get; set; }

    /// <summary>The domain with the AID, or null.</summary>
    public SecurityDomain? FindDomain(Aid aid) =>
        aid == Issuer.Aid ? Issuer : _supplementary?.Find(d => d.Aid == aid);

    /// <summary>The domain that takes packets for the TAR, or null; a domain that cannot be selected yet takes none.</summary>
    public SecurityDomain? FindByTar(Tar tar) => tar == Profile.Tar || tar == Profile.ExpandedTar
        ? Issuer
        : _supplementary?.Find(d => d.Tars.Contains(tar) && d.State != LifeCycle.Installed);

    /// <summary>Whether something on the card has the TAR, or a UICC keeps it for its files.</summary>
    public bool IsTaken(Tar tar) => tar == Profile.Tar || tar == Profile.ExpandedTar
        || KnownTars.Find(tar) is { IsRemoteManagement: true }
        || Content.Instances.Any(i => i.Tars.Contains(tar))
        || Supplementary.Any(d => d.Tars.Contains(tar));

    /// <summary>A packet begins: what lives in a session only is gone (GPCS 2.3.1 §11.11.1, §11.1.5.1).</summary>
    internal void BeginPacket()
    {
        Chain = null;
        Store = null;
    }

    /// <summary>The card lost its power: what was in working memory is gone.</summary>
    internal void Reset()
    {
        BeginPacket();
        Position = null;
        if (!Profile.LoadSurvivesReset)
        {
            AbortLoad();
        }
    }

    /// <summary>Gives up the load under way and frees its memory.</summary>
    internal void AbortLoad()
    {
        if (Load is { } load)
        {
            DiscardLoad();
            Account.LoadAborted(load.LoadFile.ToString());
        }
    }

    internal void DiscardLoad()
    {
        Content.Release(Load?.Reserved ?? 0);
        Load = null;
    }

    /// <summary>A number for a key set that no other of this card has ever had: counters belong to it.</summary>
    internal uint NumberKeySet() => _keySets++;

    internal void Add(SecurityDomain domain) => (_supplementary ??= []).Add(domain);

    internal void Remove(SecurityDomain domain) => _supplementary?.Remove(domain);
}

/// <summary>Where GET STATUS goes on.</summary>
/// <param name="Domain">The domain that is asked.</param>
/// <param name="Scope">P1 of the first page.</param>
/// <param name="Criteria">The data of the first page.</param>
/// <param name="Next">The first entry of the next page.</param>
internal sealed record StatusPosition(Aid Domain, byte Scope, Tsm.Card.Encoding.Octets Criteria, int Next);
