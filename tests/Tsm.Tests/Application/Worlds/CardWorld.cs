using System.Collections.Immutable;
using System.Security.Cryptography;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// One card, its machine, a store that survives crashes, two nodes, and a network in virtual time: everything that happens
/// follows from its <see cref="Fate"/>. Every state is serialised, as a store would, and many are read back; after every turn
/// the <see cref="WorldRules"/> are looked at.
/// </summary>
/// <remarks>The chapters: the store and its turns, the nodes that send, the network with its card.</remarks>
internal sealed partial class CardWorld
{
    public const string RoadName = "test";

    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";
    private const string Dek = "3C2D1E0F4B5A69788796A5B4C3D2E1F0";
    private const string RestOfKey = "A1B2C3D4E5F60718293A4B5C6D7E8F90";

    private static readonly Octets SampleCap = CapBuilder.SampleApplet();
    private static readonly CatalogueApplication SampleApplication = Application(SampleCap, "sample");

    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _events = new();
    private readonly Fate _fate;
    private readonly BrokenRule _broken;
    private readonly WorldCatalogue _catalogue;
    private readonly WorldRules _rules;
    private long _order;

    public CardWorld(
        int seed, Hazards? hazards = null, CardProfile? profile = null, CardModel? model = null, string? serverKey = null, BrokenRule broken = default, string id = "1")
        : this(new Fate(seed, hazards ?? new()), profile, model, serverKey, broken: broken, id: id)
    {
    }

    public CardWorld(
        Fate fate, CardProfile? profile = null, CardModel? model = null, string? serverKey = null, ulong cardCounter = 0, BrokenRule broken = default, string id = "1")
    {
        Key = new("default", "card", id);
        _broken = broken;
        _fate = fate;
        profile ??= CardProfiles.Aes;
        KeyAlgorithm algorithm = AlgorithmOf(profile);
        Model = (model ?? ModelOf(profile)) with
        {
            MaxSegments = profile.MaxSegments,
            Memory = model?.Memory ?? profile.Memory,
            Packages = ModelOf(profile).Packages,
        };
        var keys = new CardKeySet(1, algorithm, KeyFor(profile, Kic), KeyFor(profile, Kid), KeyFor(profile, Dek), counter: new(cardCounter));
        Card = new(Iccid.Parse("8949000000000000018"), Msisdn.Parse("491720000001"), profile, [keys], Account);
        _catalogue = new(this, algorithm, KeyFor(profile, serverKey ?? Kic), KeyFor(profile, serverKey ?? Kid), KeyFor(profile, Dek));
        _rules = new(this);
        CardState first = CardMachine.Create(Card.Iccid.Digits, Card.Msisdn.Digits, Model, RoadName, 1, 0);
        _state = _machine.Serialize(first);
    }

    /// <summary>The length of the sample's load file, which is what it takes of a card's memory, in octets.</summary>
    public static int SampleLength => SampleApplication.LoadFile.Length;

    public GrainKey Key { get; }

    public Account Account { get; } = new();

    public SimulatedCard Card { get; }

    public CardModel Model { get; set; }

    public Road Road { get; set; } = new(RoadName, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300), 30);

    public Dictionary<string, CatalogueApplication> Applications { get; } = [];

    public CatalogueApplication Sample { get; } = SampleApplication;

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What came true of the hazards.</summary>
    public IReadOnlyList<Mishap> Happened => _fate.Happened;

    /// <summary>Turns and short messages that arrived: what a world has done so far.</summary>
    public int Steps { get; private set; }

    /// <summary>On whose behalf jobs are asked for; null for the carrier's own.</summary>
    public ServiceOrder? Order { get; set; }

    /// <summary>Content of C9 of what is installed.</summary>
    public Octets Parameters { get; set; }

    /// <summary>Whether the carrier signs tokens with a key that the card does not have.</summary>
    public bool SignsWithAnotherTokenKey { set => _catalogue.SignsWithAnotherTokenKey = value; }

    /// <summary>Whether the card was imported with its DEK.</summary>
    public bool HasKeyEncryptionKey { set => _catalogue.HasKeyEncryptionKey = value; }

    /// <summary>The books get another receipt key than the card has.</summary>
    public void ForgetsReceiptKey()
    {
        _state = _machine.Serialize(State with { Delegation = State.Delegation! with { ReceiptKey = _catalogue.CreateSecret(16) } });
        _read = null;
    }

    /// <summary>The card gets a token key, not by a packet.</summary>
    /// <param name="ours">Whether it is the carrier's.</param>
    public void GetsTokenKey(bool ours)
    {
        using ContentKey key = ours ? _catalogue.TokenKey() : ContentKey.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        GetsKey(0x70, KeyData.Of([new(KeyType.EccPublic, key.PublicPoint), new(KeyType.EccParameters, Octets.Parse("00"))], default));
    }

    /// <summary>The card gets a receipt key that is not ours, not by a packet.</summary>
    public void GetsReceiptKey()
    {
        using KeyMaterial key = KeyMaterial.From(RandomNumberGenerator.GetBytes(16), KeyAlgorithm.Aes);
        using KeySet keys = _catalogue.Open(1)!;
        GetsKey(0x71, KeyTransport.Protect(key, keys.Dek!, new(Model.KeyLayout)));
    }

    private void GetsKey(int version, KeyData key)
    {
        using KeySet keys = _catalogue.Open(1)!;
        CommandApdu put = PutKeyCommand.For(0, 1, PutKeyData.Of(version, [key])).ToApdu();
        Assert.True(Card.Environment.Issuer.Execute(put, new Tsm.Simulator.Content.PacketKeys(Card.KeySets[0], keys)).Status.IsSuccess);

        // What no packet has done is not to be taken for a command that is executed twice.
        Card.Account.Succeeded(new(EffectKind.DeleteKeys, Card.Environment.Issuer.Aid.ToString(), version));
    }

    /// <summary>The events that were raised, in their order.</summary>
    public List<ServiceEvent> Events { get; } = [];

    /// <summary>The rows of services, as they were last written.</summary>
    public Dictionary<(string Service, int Generation), ServiceInstanceRow> Instances { get; } = [];

    /// <summary>Who asks for jobs.</summary>
    public static Actor Asker { get; } = new(ActorKind.Operator, "tester", "alice");

    public static CatalogueApplication Application(Octets archive, string name)
    {
        Assert.True(CapFile.TryRead(archive.Memory, out CapFile? cap, out CapFault fault), fault.ToString());
        Octets block = cap.LoadFileDataBlock();
        return new(
            name,
            name,
            cap.PackageAid,
            cap.PackageName,
            cap.PackageVersion.ToString(),
            cap.JavaCardVersion.ToString(),
            [.. cap.Applets.Select(a => a.Aid)],
            [.. cap.Imports.Select(i => new PackageReference(i.Aid, i.Major, i.Minor))],
            LoadFile.Wrap(block),
            cap.MemoryEstimate,
            Convert.ToHexString(SHA256.HashData(block.Span)),
            default);
    }

    /// <summary>What a server that knows the profile has as card model.</summary>
    public static CardModel ModelOf(CardProfile profile) => new()
    {
        Name = profile.Name,
        Algorithm = AlgorithmOf(profile),
        RamTar = profile.ExpandedTar ?? profile.Tar,
        ScriptFormat = profile.ExpandedTar is null ? ScriptFormat.Compact : ScriptFormat.Expanded,
        MaxSegments = profile.MaxSegments,
        Memory = profile.Memory,
        Packages = [.. profile.Packages.Select(p => new PackageReference(p.Aid, p.Version.Major, p.Version.Minor))],
    };

    /// <summary>Asks for a job; who hears nothing asks again, or gives up: then there is no reply.</summary>
    public IReply? TryAsk(Operation operation, string id, CatalogueApplication? application = null, bool makeSelectable = false, Aid? instance = null)
    {
        CatalogueApplication? of = operation == Operation.Audit ? null : application ?? Sample;
        if (of is not null)
        {
            Applications[of.Id] = of;
        }

        Octets parameters = operation == Operation.Install ? Parameters : default;
        var command = new EnqueueJob(id, operation, of?.Id, null, instance, makeSelectable, default, parameters, Asker, operation == Operation.Audit ? null : Order);
        IReply? reply = Turn(command);
        while (reply is null)
        {
            if (_fate.Strikes(Hazard.GiveUp))
            {
                return null;
            }

            reply = Turn(command);
        }

        _rules.Answered(id, reply);
        if (_fate.Strikes(Hazard.DoubleCommand) && Turn(command) is { } again)
        {
            _rules.Answered(id, again);
        }

        return reply;
    }

    /// <summary>Asks for a job until there is a reply.</summary>
    public IReply Ask(Operation operation, string id, CatalogueApplication? application = null, bool makeSelectable = false, Aid? instance = null) =>
        TryAsk(operation, id, application, makeSelectable, instance) ?? throw new InvalidOperationException("Nobody answered.");

    /// <summary>Asks for jobs that belong together, until there is a reply.</summary>
    public IReply AskTogether(params ImmutableArray<EnqueueJob> jobs)
    {
        IReply? reply = null;
        while (reply is null)
        {
            reply = Turn(new EnqueueJobs(jobs));
        }

        _rules.Answered(jobs[^1].JobId, reply);
        return reply;
    }

    public IReply Cancel(string id)
    {
        IReply? reply = null;
        while (reply is null)
        {
            reply = Turn(new CancelJob(id, Asker));
        }

        return reply;
    }

    /// <summary>Runs until nothing is left to happen.</summary>
    public void Run(int maxEvents = 200_000) => Run(maxEvents, static _ => false);

    /// <summary>Runs until all jobs have ended; what is late stays under way.</summary>
    public void Wait(int maxEvents = 200_000) => Run(maxEvents, static w => w.State.Jobs.IsEmpty && w._outbox is null);

    /// <summary>Looks at what must hold when nothing is left to happen.</summary>
    public void CheckRest() => _rules.CheckRest();

    /// <summary>Rows and the end of the history, for people.</summary>
    public string Describe() =>
        string.Join('\n', Rows.Values.Select(r => $"  {r.Id} {r.Operation} {r.Status} {r.Grade}: {r.Now} {r.Problem}"))
        + "\n" + string.Join('\n', History.TakeLast(40).Select(h => $"    {h.At:dd HH:mm:ss.fff} {h.Job} {h.Kind} {h.Text}"));

    private static KeyAlgorithm AlgorithmOf(CardProfile profile) =>
        profile.Name.StartsWith("3des", StringComparison.Ordinal) ? KeyAlgorithm.TripleDes : KeyAlgorithm.Aes;

    private static Octets KeyFor(CardProfile profile, string key) =>
        Octets.Parse(key + RestOfKey).Slice(0, profile.Name switch { "aes256" => 32, "3des3" => 24, _ => 16 });

    /// <summary>A world that does not come to rest has hung.</summary>
    private void Run(int maxEvents, Func<CardWorld, bool> until)
    {
        Pump();
        for (int i = 0; i < maxEvents; i++)
        {
            if (until(this) || !TryRunNext())
            {
                return;
            }
        }

        throw new RuleBrokenException("a job hangs", $"the world does not come to rest: {State.Jobs.FirstOrDefault()?.Now}");
    }

    private bool TryRunNext()
    {
        if (!_events.TryDequeue(out Action? action, out (DateTimeOffset At, long Order) key))
        {
            return false;
        }

        Now = key.At > Now ? key.At : Now;
        action();
        return true;
    }

    private void At(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));
}
