using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Tests.Application.Worlds;

/// <summary>The store: one grain with its due time and its packet ready to leave, written by turns that can fail in every way.</summary>
internal sealed partial class CardWorld
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    /// <summary>One state in so many is read back as it was written, and every one after a node has died: reading is a third of all time.</summary>
    private const int ReadBackEvery = 4;

    private readonly CardMachine _machine = new();
    private byte[] _state;
    private CardState? _read;
    private int _commits;
    private DateTimeOffset? _due;
    private DateTimeOffset? _sweepAt;
    private QueuePacket? _outbox;

    /// <summary>The length of the state as it is stored, in octets.</summary>
    public int StateLength => _state.Length;

    /// <summary>Whether a packet is ready to leave, or in the hands of a node.</summary>
    public bool IsPacketReady => _outbox is not null;

    /// <summary>The newest row of each job.</summary>
    public Dictionary<string, JobRow> Rows { get; } = [];

    public List<HistoryEntry> History { get; } = [];

    /// <summary>The audit trail, in the order in which turns were committed.</summary>
    public List<AuditEntry> Audit { get; } = [];

    /// <summary>The state as the store gives it back.</summary>
    public CardState State => _read ??= (CardState)_machine.Deserialize(_state);

    public JobRow Job(string id) => Rows[id];

    /// <summary>Runs a command on a living node; null when nobody hears the reply, whether it was done or not.</summary>
    public IReply? Turn(IGrainCommand command) => Turn(command, NextNode());

    private IReply? Turn(IGrainCommand command, int node)
    {
        CardState before;
        Turn turn;
        do
        {
            before = State;
            turn = _machine.Handle(before, command, new(Key, Now, _catalogue, _catalogue, WentBack));
            Steps++;
            if (ReferenceEquals(turn.State, before) && turn.Effects.IsEmpty && turn.Due == _due)
            {
                return turn.Reply;
            }
        }
        while (LosesAgainstAnother());

        if (_broken == BrokenRule.SendsBeforeRemembering)
        {
            foreach (QueuePacket packet in turn.Effects.OfType<QueuePacket>())
            {
                Deliver(new(packet, ((CardState)turn.State!).Outstanding!, node, _incarnations[node]));
            }
        }

        if (Dies(node) || _fate.Strikes(Hazard.Commit))
        {
            return null;
        }

        var after = (CardState)turn.State!;
        bool concludes = command is MessageReceived && before.Outstanding is not null && after.Outstanding?.Id != before.Outstanding.Id;
        if (concludes)
        {
            _rules.Concluded(before.Outstanding!);
            if (_broken == BrokenRule.ForgetsAnswers)
            {
                return Acknowledged.Instance;
            }
        }

        Commit(turn);
        _rules.Check(before, State, command, turn);
        WentBack = false;
        if (Dies(node))
        {
            return null;
        }

        if (_fate.Strikes(Hazard.Unheard))
        {
            // Nobody is told of what is ready; senders look by themselves now and then.
            At(Restart, Pump);
            return null;
        }

        Pump();
        return turn.Reply;
    }

    /// <summary>Another node writes first: what happens next in this world happens now, and the turn has to run again.</summary>
    private bool LosesAgainstAnother() => _fate.Strikes(Hazard.Conflict) && TryRunNext();

    private void Commit(Turn turn)
    {
        _state = _machine.Serialize(turn.State!);
        _read = ++_commits % ReadBackEvery == 0 ? null : (CardState)turn.State!;
        foreach (Tsm.Application.Hosting.Effect effect in turn.Effects)
        {
            switch (effect)
            {
                case SaveJob saved:
                    _rules.Saving(saved.Row);
                    Rows[saved.Row.Id] = saved.Row;
                    break;
                case SaveServiceInstance instance:
                    Instances[(instance.Row.Service, instance.Row.Generation)] = instance.Row;
                    break;
                case RaiseEvent raised:
                    Events.Add(raised.Event);
                    break;
                case RecordAudit audit:
                    Audit.Add(audit.Entry);
                    break;
                case AppendHistory history:
                    History.AddRange(history.Entries);
                    break;
                case QueuePacket packet:
                    _outbox = packet;
                    _claim = null;
                    break;
                case WithdrawPacket:
                    _outbox = null;
                    _claim = null;
                    break;
            }
        }

        _due = turn.Due;
        if (_due is { } due)
        {
            Sweep(due);
        }
    }

    /// <summary>Any node that looks finds the grain whose time has come.</summary>
    private void Sweep(DateTimeOffset at)
    {
        if (_sweepAt is { } earlier && earlier <= at)
        {
            return;
        }

        _sweepAt = at;
        _events.Enqueue(
            () =>
            {
                if (_sweepAt == at)
                {
                    _sweepAt = null;
                    Awake();
                }
            },
            (at, _order++));
    }

    private void Awake()
    {
        if (_due is { } due && due > Now)
        {
            Sweep(due);
        }
        else if (_due is not null && Turn(DeadlinePassed.Instance) is null && _due <= Now)
        {
            Sweep(Now + Again);
        }
    }
}
