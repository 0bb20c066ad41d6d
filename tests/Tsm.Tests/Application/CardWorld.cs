using System.Diagnostics.CodeAnalysis;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Application;

/// <summary>What goes wrong in a world, each a probability from 0 to 1.</summary>
internal sealed record Hazards(
    double Loss = 0, double Repeat = 0, double Late = 0, double Crash = 0, double Reset = 0, double Refusal = 0, double DoubleCommand = 0);

/// <summary>A rule broken on purpose, to see that the worlds notice.</summary>
public enum BrokenRule
{
    /// <summary>None.</summary>
    None,

    /// <summary>A packet leaves before the turn that made it is durable.</summary>
    SendsBeforeRemembering,

    /// <summary>An answer is acknowledged and forgotten.</summary>
    ForgetsAnswers,

    /// <summary>An unsigned answer counts as if the card had signed it.</summary>
    TrustsUnsignedAnswers,
}

/// <summary>
/// One card, its machine, a store that survives crashes, and a network in virtual time: everything that happens follows from the
/// seed. Every turn is serialised and read back, as a store would.
/// </summary>
internal sealed class CardWorld
{
    public const string RoadName = "test";

    private readonly CardMachine _machine = new();
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _events = new();
    private readonly Random _random;
    private readonly BrokenRule _broken;
    private readonly HashSet<Octets> _answered = [];
    private readonly Hazards _hazards;
    private readonly World _catalogue;
    private long _order;
    private byte[] _state;
    private DateTimeOffset? _due;
    private QueuePacket? _outbox;
    private bool _claimed;
    private int _node;

    public CardWorld(
        int seed, Hazards? hazards = null, CardProfile? profile = null, CardModel? model = null, string? serverKey = null, BrokenRule broken = default)
    {
        _broken = broken;
        _random = new(seed);
        _hazards = hazards ?? new();
        profile ??= CardProfiles.Aes;
        KeyAlgorithm algorithm = profile.Name == "3des" ? KeyAlgorithm.TripleDes : KeyAlgorithm.Aes;
        Model = (model ?? new CardModel { Name = profile.Name, Algorithm = algorithm }) with
        {
            MaxSegments = profile.MaxSegments,
            Memory = model?.Memory ?? profile.Memory,
            Packages = [.. profile.Packages.Select(p => new PackageReference(p.Aid, p.Version.Major, p.Version.Minor))],
        };
        var keys = new CardKeySet(1, algorithm, Octets.Parse(Kic), Octets.Parse(Kid));
        Card = new(Iccid.Parse("8949000000000000018"), Msisdn.Parse("491720000001"), profile, [keys], Account);
        _catalogue = new(this, algorithm, serverKey);
        _state = _machine.Serialize(CardMachine.Create(Card.Iccid.Digits, Card.Msisdn.Digits, Model, RoadName, 1, 0));
    }

    private const string Kic = "00112233445566778899AABBCCDDEEFF";
    private const string Kid = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

    public Account Account { get; } = new();

    public SimulatedCard Card { get; }

    public CardModel Model { get; set; }

    public Road Road { get; set; } = new(RoadName, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300), 30);

    public Dictionary<string, CatalogueApplication> Applications { get; } = [];

    public List<JobRow> Rows { get; } = [];

    public List<HistoryEntry> History { get; } = [];

    public int Packets { get; private set; }

    /// <summary>Packets that left again although a proven answer to them had been acknowledged.</summary>
    public int SentAfterAnswer { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public CardState State => (CardState)_machine.Deserialize(_state);

    /// <summary>How often a message to the card is swallowed and answered by a forger.</summary>
    public double? Forge { get; set; }

    /// <summary>Whether the card hears anything.</summary>
    public bool CardIsOn { get; set; } = true;

    /// <summary>Looks at, changes (returns others) or drops (returns none) what the card sends.</summary>
    public Func<ShortMessage, IEnumerable<ShortMessage>>? FromCard { get; set; }

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
            "",
            default);
    }

    /// <summary>The audit trail, in the order in which turns were committed.</summary>
    public List<AuditEntry> Audit { get; } = [];

    public static Actor Asker { get; } = new(ActorKind.Operator, "tester", "alice");

    public CatalogueApplication Sample { get; } = Application(CapBuilder.SampleApplet(), "sample");

    /// <summary>Asks for a job; the answer is lost and asked again when a crash comes between.</summary>
    public IReply Ask(Operation operation, string id, CatalogueApplication? application = null, bool makeSelectable = false, Aid? instance = null)
    {
        CatalogueApplication? of = operation == Operation.Audit ? null : application ?? Sample;
        if (of is not null)
        {
            Applications[of.Id] = of;
        }

        var command = new EnqueueJob(id, operation, of?.Id, null, instance, makeSelectable, default, default, Asker);
        IReply? reply = null;
        while (reply is null)
        {
            reply = Turn(command);
        }

        return Chance(_hazards.DoubleCommand) ? Turn(command) ?? reply : reply;
    }

    public JobRow Job(string id) => Rows.Last(r => r.Id == id);

    /// <summary>Runs until nothing is left to happen; a world that does not come to rest has hung.</summary>
    public void Run(int maxEvents = 200_000)
    {
        Pump();
        for (int i = 0; i < maxEvents; i++)
        {
            if (_events.TryDequeue(out Action? action, out (DateTimeOffset At, long Order) key))
            {
                Now = key.At > Now ? key.At : Now;
                action();
            }
            else if (_outbox is null && _due is null)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The world does not come to rest: {State.Jobs.FirstOrDefault()?.Now}");
    }

    public IReply Cancel(string id) => Turn(new CancelJob(id, Asker)) ?? throw new InvalidOperationException("The node died.");

    public IReply? Turn(IGrainCommand command)
    {
        object before = _machine.Deserialize(_state);
        var context = new TurnContext(new("default", "card", "1"), Now, _catalogue, _catalogue);
        Turn turn = _machine.Handle(before, command, context);
        if (_broken == BrokenRule.SendsBeforeRemembering)
        {
            foreach (QueuePacket packet in turn.Effects.OfType<QueuePacket>())
            {
                Deliver(packet);
            }
        }

        if (Chance(_hazards.Crash))
        {
            // The node dies before it commits: nothing of the turn remains.
            Restart();
            return null;
        }

        OutstandingPacket? concluded = command is MessageReceived && ((CardState)turn.State!).Outstanding?.Id != ((CardState)before).Outstanding?.Id
            ? ((CardState)before).Outstanding
            : null;
        if (concluded is not null)
        {
            _answered.Add(concluded.Packet);
            if (_broken == BrokenRule.ForgetsAnswers)
            {
                return Acknowledged.Instance;
            }
        }

        _state = _machine.Serialize(turn.State!);
        Assert.True(_state.Length <= 16 * 1024, $"The state has {_state.Length} octets.");
        foreach (Tsm.Application.Hosting.Effect effect in turn.Effects)
        {
            switch (effect)
            {
                case SaveJob saved:
                    Rows.Add(saved.Row);
                    break;
                case RecordAudit audit:
                    Audit.Add(audit.Entry);
                    break;
                case AppendHistory history:
                    History.AddRange(history.Entries);
                    break;
                case QueuePacket packet:
                    _outbox = packet;
                    _claimed = false;
                    break;
                case WithdrawPacket:
                    _outbox = null;
                    break;
            }
        }

        _due = turn.Due;
        ScheduleDue();
        if (Chance(_hazards.Crash))
        {
            // The node dies after it has committed: nobody hears of it.
            Restart();
            return null;
        }

        Pump();
        return turn.Reply;
    }

    private bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    private void At(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    private void ScheduleDue()
    {
        if (_due is { } due)
        {
            int node = _node;
            _events.Enqueue(
                () =>
                {
                    if (_due is { } still && still <= Now && node == _node)
                    {
                        Turn(DeadlinePassed.Instance);
                    }
                },
                (due, _order++));
        }
    }

    /// <summary>A new node finds what was durable: due times, packets ready, claims of the one that died.</summary>
    private void Restart()
    {
        _node++;
        At(TimeSpan.FromMilliseconds(500), () =>
        {
            ScheduleDue();
            if (_outbox is { } abandoned && _claimed)
            {
                Turn(new PacketSubmitted(abandoned.PacketId, abandoned.Attempt, SubmitOutcome.Unknown, null));
            }

            Pump();
        });
    }

    /// <summary>Claims what is ready, hands it to the SMSC, and tells the grain.</summary>
    private void Pump()
    {
        if (_outbox is null || _claimed)
        {
            return;
        }

        int node = _node;
        _claimed = true;
        QueuePacket packet = _outbox;
        At(TimeSpan.FromMilliseconds(1), () =>
        {
            if (node != _node)
            {
                return;
            }

            if (Chance(_hazards.Crash))
            {
                Restart();
                return;
            }

            if (Chance(_hazards.Refusal))
            {
                Turn(new PacketSubmitted(packet.PacketId, packet.Attempt, SubmitOutcome.Refused, null));
                return;
            }

            if (State.Outstanding is { } sent && _answered.Contains(sent.Packet))
            {
                SentAfterAnswer++;
            }

            Deliver(packet);
            if (Chance(_hazards.Crash))
            {
                Restart();
                return;
            }

            Turn(new PacketSubmitted(packet.PacketId, packet.Attempt, SubmitOutcome.Accepted, null));
        });
    }

    private void Deliver(QueuePacket packet)
    {
        Packets++;
        foreach (Octets segment in packet.Segments)
        {
            Travel(new("8000", packet.Destination, 0x7F, 0xF6, HasHeader: true, segment), ToCard);
        }
    }

    private void Travel(ShortMessage message, Action<ShortMessage> arrive)
    {
        int copies = Chance(_hazards.Loss) ? 0 : Chance(_hazards.Repeat) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            TimeSpan delay = TimeSpan.FromMilliseconds(10 + (Chance(_hazards.Late) ? _random.Next(3_000) : 0) + (i * _random.Next(800)));
            At(delay, () => arrive(message));
        }
    }

    private void ToCard(ShortMessage message)
    {
        if (Forge is { } forge && State.Outstanding is { } packet && packet.Parts.Length > 0 && Chance(forge))
        {
            // Somebody on the way swallows the message and answers in the card's stead, without its keys.
            ToServer(new(Card.Msisdn.Digits, "8000", 0x7F, 0xF6, HasHeader: true, Forged(packet)));
            return;
        }

        if (!CardIsOn)
        {
            return;
        }

        if (Chance(_hazards.Reset))
        {
            Card.Reset();
        }

        foreach (ShortMessage answer in Card.Receive(message).SelectMany(m => FromCard?.Invoke(m) ?? [m]))
        {
            Travel(answer, ToServer);
        }
    }

    /// <summary>PoR 00 with "all commands executed, 9000": plain, as a forger can make it, or signed, as a server sees it that does not ask for signatures.</summary>
    private Octets Forged(OutstandingPacket packet)
    {
        CommandHeader header = CommandHeader.TryParse(packet.Header.Span, out CommandHeader parsed, out _) ? parsed : throw new InvalidOperationException();
        Octets content = new CompactResponse(packet.Parts.Length, StatusWord.Success).ToOctets();
        using KeySet keys = _catalogue.Open(1)!;
        return PacketProtection.ProtectResponse(
            header, keys, ResponseStatus.Ok, content.Span, plain: _broken != BrokenRule.TrustsUnsignedAnswers);
    }

    private void ToServer(ShortMessage message)
    {
        // Without our response the SMSC delivers again.
        if (Turn(new MessageReceived(message.UserData, message.HasHeader)) is null)
        {
            At(TimeSpan.FromSeconds(1), () => ToServer(message));
        }
    }

    /// <summary>Keys and catalogue of the world.</summary>
    private sealed class World(CardWorld world, KeyAlgorithm algorithm, string? serverKey) : ICardKeys, ICatalogue
    {
        public KeySet? Open(int version) => version != 1 ? null : new(
            1,
            KeyMaterial.From(Octets.Parse(serverKey ?? Kic).Span, algorithm),
            KeyMaterial.From(Octets.Parse(serverKey ?? Kid).Span, algorithm),
            null);

        public bool TryGetModel(string tenant, string name, [NotNullWhen(true)] out CardModel? model)
        {
            model = world.Model;
            return true;
        }

        public bool TryGetApplication(string tenant, string id, [NotNullWhen(true)] out CatalogueApplication? application) =>
            world.Applications.TryGetValue(id, out application);

        public bool TryGetRoad(string tenant, string name, [NotNullWhen(true)] out Road? road)
        {
            road = world.Road;
            return true;
        }

        public Task PrepareAsync(string tenant, IReadOnlyCollection<string> applicationIds, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
