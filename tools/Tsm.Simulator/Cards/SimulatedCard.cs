using System.Collections.Immutable;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Content;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Cards;

/// <summary>
/// A card: takes short messages, executes what is in them if the keys fit, and answers as real ones do.
/// </summary>
/// <remarks>
/// Not thread-safe: one thing at a time happens to a card (the <see cref="Network"/> sees to that). It has neither a
/// clock nor randomness; the same messages lead to the same answers.
/// </remarks>
public sealed partial class SimulatedCard
{
    private const byte ResponseProtocolId = 0x00;
    private const byte EightBitClass2 = 0xF6;

    // The concatenation header of the response is laid out by the library; 02 71 00 stands before the packet.
    private const int ResponseUdhLength = 3;

    private SegmentBuffer? _segments;
    private byte _reference;

    /// <summary>Makes a card as it leaves the factory.</summary>
    /// <param name="iccid">Its ICCID.</param>
    /// <param name="msisdn">Its number.</param>
    /// <param name="profile">What kind of card it is.</param>
    /// <param name="keySets">Its key sets.</param>
    /// <param name="account">Where it is counted what happens to it.</param>
    /// <param name="memory">Memory for applications in octets, if not that of the profile.</param>
    /// <param name="packages">Packages on the card beside those of the profile.</param>
    /// <exception cref="ArgumentException">Two key sets have one version, or there is none.</exception>
    public SimulatedCard(
        Iccid iccid,
        Msisdn msisdn,
        CardProfile profile,
        IEnumerable<CardKeySet> keySets,
        Account account,
        int? memory = null,
        ImmutableArray<CardPackage> packages = default)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(account);
        Iccid = iccid;
        Msisdn = msisdn;
        Profile = profile;
        ImmutableArray<CardKeySet> sets = [.. keySets];
        if (sets.IsEmpty || sets.DistinctBy(k => k.Version).Count() != sets.Length)
        {
            throw new ArgumentException($"Card {iccid} needs key sets of different versions.", nameof(keySets));
        }

        Account = account.Open(iccid.ToString());
        ImmutableArray<CardPackage> platform = packages.IsDefaultOrEmpty
            ? profile.Packages
            : profile.Packages.AddRange(packages);
        Environment = new(iccid, new(profile.IssuerSecurityDomain, memory ?? profile.Memory, platform), profile, Account, sets);
    }

    /// <summary>The ICCID.</summary>
    public Iccid Iccid { get; }

    /// <summary>The number.</summary>
    public Msisdn Msisdn { get; }

    /// <summary>What kind of card it is.</summary>
    public CardProfile Profile { get; }

    /// <summary>The key sets of the issuer security domain with their counters.</summary>
    public ImmutableArray<CardKeySet> KeySets => Environment.Issuer.KeySets;

    /// <summary>The security domains and what they share.</summary>
    public CardEnvironment Environment { get; }

    /// <summary>What is on the card.</summary>
    public CardContent Content => Environment.Content;

    /// <summary>The load under way, or null.</summary>
    public LoadSession? Load => Environment.Load;

    /// <summary>The account of the card.</summary>
    public CardAccount Account { get; }

    /// <summary>Takes a short message, as the phone hands it over, and returns what the card sends.</summary>
    public ImmutableArray<ShortMessage> Receive(ShortMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.IsDataDownload)
        {
            // The phone stores it and shows it; the card hears nothing. A common fault in the field, and a silent one.
            Account.Add(Tally.TextMessages);
            return [];
        }

        if (!UserData.TryParse(message.UserData.Span, out UserData userData, out _)
            || !(_segments ??= new(Profile.ReassemblyBuffers, Profile.MaxSegments))
                .TryAdd(message.Source, userData, out CompletePacket? packet)
            || (packet is not null && !IsCommandPacket(packet.Header)))
        {
            Account.Add(Tally.Unusable);
            return [];
        }

        return packet is null || Answer(packet.Octets) is not { } response ? [] : Send(message.Source, response);
    }

    /// <summary>
    /// Takes the power away and gives it back: buffers are empty, a load under way is gone (unless the profile says
    /// otherwise).
    /// </summary>
    public void Reset()
    {
        _segments = null;
        Environment.Reset();
    }

    private bool IsCommandPacket(UserDataHeader header) => Profile.NeedsCommandHeaderFirst
        ? header.Elements is [{ Id: InformationElementId.CommandPacket }, ..]
        : header.IsCommandPacket;

    private ImmutableArray<ShortMessage> Send(string destination, Octets response)
    {
        Account.Add(Tally.ResponsesSent);
        _reference = unchecked((byte)(_reference + 1));
        Octets packet = response.Slice(ResponseUdhLength);
        return [.. Concatenation.SplitResponse(packet, ConcatenationOptions.Default, _reference).Select(userData =>
            new ShortMessage(Msisdn.Digits, destination, ResponseProtocolId, EightBitClass2, HasHeader: true, userData))];
    }
}
