using System.Text.Json.Serialization;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Content;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Control;

/// <summary>What <c>GET /account</c> answers: the findings, and every number by its name.</summary>
/// <param name="Cards">The number of cards.</param>
/// <param name="CounterReused">Counters used for two different packets.</param>
/// <param name="ExecutedTwice">What was executed again while its effect was in force.</param>
/// <param name="RepeatedAfterSuccess">What was refused because it had succeeded before.</param>
public sealed record AccountView(
    int Cards,
    IReadOnlyCollection<CounterReuse> CounterReused,
    IReadOnlyCollection<Repetition> ExecutedTwice,
    IReadOnlyCollection<Repetition> RepeatedAfterSuccess)
{
    /// <summary>
    /// The numbers: <c>smsIn</c>, <c>smsOut</c>, <c>lost</c> and so on; findings have the suffix <c>Count</c>.
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, object> Numbers { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Looks at the account of a network.</summary>
    public static AccountView Of(Network network) => new(
        network.Count,
        network.Account.CounterReused,
        network.Account.ExecutedTwice,
        network.Account.RepeatedAfterSuccess)
    {
        Numbers = NumbersOf(network.Account.Total)
            .ToDictionary(n => n.Key, n => (object)n.Value, StringComparer.Ordinal),
    };

    internal static Dictionary<string, int> NumbersOf(Tallies tallies) =>
        tallies.ToDictionary().ToDictionary(t => NameOf(t.Key), t => t.Value, StringComparer.Ordinal);

    private static string NameOf(Tally tally) => tally switch
    {
        // The findings themselves carry the plain names.
        Tally.CounterReused or Tally.ExecutedTwice or Tally.RepeatedAfterSuccess => Camel(tally) + "Count",
        _ => Camel(tally),
    };

    private static string Camel(Tally tally) =>
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(tally.ToString());
}

/// <summary>A card in the list of <c>GET /cards</c>.</summary>
/// <param name="Iccid">The card.</param>
/// <param name="Msisdn">Its number.</param>
/// <param name="Profile">The name of its profile.</param>
/// <param name="On">Whether it is switched on.</param>
/// <param name="Waiting">How many messages wait for it.</param>
/// <param name="Applications">How many applications are installed.</param>
public sealed record CardRow(string Iccid, string Msisdn, string Profile, bool On, int Waiting, int Applications)
{
    /// <summary>Looks at a card.</summary>
    public static CardRow Of(Network network, SimulatedCard card)
    {
        string iccid = card.Iccid.ToString();
        bool on = network.IsOn(iccid) ?? false;
        int applications = card.Content.Instances.Count;
        return new(iccid, card.Msisdn.ToString(), card.Profile.Name, on, network.Waiting(iccid), applications);
    }
}

/// <summary>A page of the list of cards.</summary>
/// <param name="Items">The cards.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; null on the last.</param>
public sealed record CardPage(IReadOnlyList<CardRow> Items, string? Next);

/// <summary>All that is to be seen of a card, keys only by their check values.</summary>
/// <param name="Card">As in the list.</param>
/// <param name="Memory">Memory for applications on the fresh card, in octets.</param>
/// <param name="Used">Memory taken.</param>
/// <param name="LoadFiles">The load files.</param>
/// <param name="Applications">The applications.</param>
/// <param name="Load">The load under way, or null.</param>
/// <param name="KeySets">The key sets of the issuer's domain with their counters.</param>
/// <param name="Domains">The security domains, the issuer's first.</param>
/// <param name="Account">The numbers of the card.</param>
public sealed record CardView(
    CardRow Card,
    int Memory,
    int Used,
    IReadOnlyList<LoadFileView> LoadFiles,
    IReadOnlyList<ApplicationView> Applications,
    LoadView? Load,
    IReadOnlyList<KeySetView> KeySets,
    IReadOnlyList<DomainView> Domains,
    IReadOnlyDictionary<string, int> Account);

/// <summary>A load file.</summary>
/// <param name="Aid">The AID of its package.</param>
/// <param name="Version">The version of its package.</param>
/// <param name="Modules">The AIDs of its applets.</param>
/// <param name="Memory">What it takes, in octets.</param>
/// <param name="SecurityDomain">The AID of the domain it is associated with.</param>
public sealed record LoadFileView(
    string Aid, string Version, IReadOnlyList<string> Modules, int Memory, string SecurityDomain)
{
    /// <summary>Looks at a load file.</summary>
    public static LoadFileView Of(LoadFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(
            file.Aid.ToString(), file.Version.ToString(), [.. file.Modules.Select(m => m.ToString())], file.Memory,
            file.SecurityDomain.ToString());
    }
}

/// <summary>An application, or a supplementary security domain.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="LoadFile">Where it comes from.</param>
/// <param name="Module">The applet in the load file.</param>
/// <param name="State">The name of the life cycle state.</param>
/// <param name="Privileges">Hexadecimal.</param>
/// <param name="Memory">What it takes, in octets.</param>
/// <param name="SecurityDomain">The AID of the domain it is associated with.</param>
/// <param name="Personalisation">What it was personalised with; null for nothing.</param>
public sealed record ApplicationView(string Aid, string LoadFile, string Module, string State, string Privileges,
    int Memory, string SecurityDomain, PersonalisationView? Personalisation)
{
    /// <summary>Looks at an application.</summary>
    public static ApplicationView Of(Instance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        RegistryKind kind = instance.Privileges.IsSecurityDomain ? RegistryKind.SecurityDomain : RegistryKind.Application;
        return new(
            instance.Aid.ToString(), instance.LoadFile.ToString(), instance.Module.ToString(), instance.State.Name(kind),
            instance.Privileges.ToString(), instance.Memory, instance.SecurityDomain.ToString(),
            instance.Personalisation is { } personalisation ? PersonalisationView.Of(personalisation) : null);
    }
}

/// <summary>What an application was personalised with, without a word of it.</summary>
/// <param name="Rounds">How often.</param>
/// <param name="Groups">The data groups.</param>
/// <param name="Sha256">The hash of all groups one after the other, as STORE DATA carries them.</param>
public sealed record PersonalisationView(int Rounds, IReadOnlyList<DataGroupView> Groups, string Sha256)
{
    /// <summary>Looks at a personalisation.</summary>
    public static PersonalisationView Of(Personalisation personalisation)
    {
        ArgumentNullException.ThrowIfNull(personalisation);
        return new(
            personalisation.Rounds,
            [.. personalisation.Groups.Select(g => new DataGroupView($"{g.Identifier:X4}", g.Data.Length))],
            personalisation.Digest().ToString());
    }
}

/// <summary>A data group.</summary>
/// <param name="Dgi">Its identifier, four hexadecimal digits.</param>
/// <param name="Length">How many octets it has.</param>
public sealed record DataGroupView(string Dgi, int Length);

/// <summary>A load under way.</summary>
/// <param name="LoadFile">The AID that INSTALL [for load] named.</param>
/// <param name="NextBlock">The block number the card expects.</param>
/// <param name="Received">Octets received so far.</param>
public sealed record LoadView(string LoadFile, int NextBlock, int Received);

/// <summary>A key set.</summary>
/// <param name="Version">Its key version number.</param>
/// <param name="Kic">The check value of KIc.</param>
/// <param name="Kid">The check value of KID.</param>
/// <param name="Dek">The check value of the DEK (KIK); null where there is none.</param>
/// <param name="Counter">The card's counter, ten hexadecimal digits.</param>
public sealed record KeySetView(int Version, string Kic, string Kid, string? Dek, string Counter)
{
    /// <summary>Looks at a key set.</summary>
    public static KeySetView Of(CardKeySet keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new(keys.Version, keys.KicCheckValue, keys.KidCheckValue, keys.DekCheckValue, keys.Counter.ToString());
    }
}

/// <summary>A key that is none of an SCP80 key set.</summary>
/// <param name="Version">Its key version number.</param>
/// <param name="Id">Its key identifier.</param>
/// <param name="Type">What it is.</param>
/// <param name="CheckValue">The check value of a secret key, or the beginning of the SHA-256 of a public one.</param>
public sealed record KeyView(int Version, int Id, string Type, string CheckValue);

/// <summary>A security domain.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Tars">The TARs at which it takes packets.</param>
/// <param name="State">The name of the life cycle state.</param>
/// <param name="Privileges">Hexadecimal, three octets.</param>
/// <param name="Parent">The AID of the domain it is associated with; null for the issuer's.</param>
/// <param name="KeySets">Its own key sets with their counters.</param>
/// <param name="Keys">Its other keys, such as those for tokens and receipts.</param>
/// <param name="Receipts">How many receipts it has made.</param>
/// <param name="LoadFiles">The AIDs of the load files that are associated with it.</param>
/// <param name="Applications">The AIDs of the applications and domains that are associated with it.</param>
/// <param name="Objects">The objects that were stored in it, with the number of octets, by their tags.</param>
public sealed record DomainView(
    string Aid,
    IReadOnlyList<string> Tars,
    string State,
    string Privileges,
    string? Parent,
    IReadOnlyList<KeySetView> KeySets,
    IReadOnlyList<KeyView> Keys,
    int Receipts,
    IReadOnlyList<string> LoadFiles,
    IReadOnlyList<string> Applications,
    IReadOnlyDictionary<string, int> Objects)
{
    /// <summary>Looks at a security domain of a card.</summary>
    public static DomainView Of(SimulatedCard card, SecurityDomain domain)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(domain);
        bool isIssuer = domain.Parent is null;
        IEnumerable<Tar> tars = !isIssuer ? domain.Tars
            : card.Profile.ExpandedTar is { } expanded ? [card.Profile.Tar, expanded]
            : [card.Profile.Tar];
        return new(
            domain.Aid.ToString(),
            [.. tars.Select(t => t.ToString())],
            domain.State.Name(isIssuer ? RegistryKind.IssuerSecurityDomain : RegistryKind.SecurityDomain),
            domain.Privileges.ToThreeOctets().ToString(),
            domain.Parent?.Aid.ToString(),
            [.. domain.KeySets.Select(KeySetView.Of)],
            [.. domain.OtherKeys.Select(k => new KeyView(k.Version, k.Id, k.Type.ToString(), k.Fingerprint()))],
            domain.Receipts,
            [.. card.Content.LoadFiles.Where(f => f.SecurityDomain == domain.Aid).Select(f => f.Aid.ToString())],
            [.. card.Content.Instances.Where(i => i.SecurityDomain == domain.Aid).Select(i => i.Aid.ToString())],
            domain.Objects.ToDictionary(o => $"{o.Key:X}", o => o.Value.Length, StringComparer.Ordinal));
    }
}
