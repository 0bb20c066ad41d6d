using System.Text.Json.Serialization;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
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
/// <param name="KeySets">The key sets with their counters.</param>
/// <param name="Account">The numbers of the card.</param>
public sealed record CardView(
    CardRow Card,
    int Memory,
    int Used,
    IReadOnlyList<LoadFileView> LoadFiles,
    IReadOnlyList<ApplicationView> Applications,
    LoadView? Load,
    IReadOnlyList<KeySetView> KeySets,
    IReadOnlyDictionary<string, int> Account);

/// <summary>A load file.</summary>
/// <param name="Aid">The AID of its package.</param>
/// <param name="Version">The version of its package.</param>
/// <param name="Modules">The AIDs of its applets.</param>
/// <param name="Memory">What it takes, in octets.</param>
public sealed record LoadFileView(string Aid, string Version, IReadOnlyList<string> Modules, int Memory);

/// <summary>An application.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="LoadFile">Where it comes from.</param>
/// <param name="Module">The applet in the load file.</param>
/// <param name="State">The name of the life cycle state.</param>
/// <param name="Privileges">Hexadecimal.</param>
/// <param name="Memory">What it takes, in octets.</param>
public sealed record ApplicationView(string Aid, string LoadFile, string Module, string State, string Privileges,
    int Memory);

/// <summary>A load under way.</summary>
/// <param name="LoadFile">The AID that INSTALL [for load] named.</param>
/// <param name="NextBlock">The block number the card expects.</param>
/// <param name="Received">Octets received so far.</param>
public sealed record LoadView(string LoadFile, int NextBlock, int Received);

/// <summary>A key set.</summary>
/// <param name="Version">Its key version number.</param>
/// <param name="Kic">The check value of KIc.</param>
/// <param name="Kid">The check value of KID.</param>
/// <param name="Counter">The card's counter, ten hexadecimal digits.</param>
public sealed record KeySetView(int Version, string Kic, string Kid, string Counter);
