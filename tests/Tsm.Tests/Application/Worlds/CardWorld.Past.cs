using Tsm.Application.Delivery;
using Tsm.Application.Ports;

namespace Tsm.Tests.Application.Worlds;

/// <summary>Time as nodes see it: a database that is restored, a clock that jumps, a road that was down.</summary>
internal sealed partial class CardWorld
{
    /// <summary>Nobody restores a database in less.</summary>
    private static readonly TimeSpan RestoreTime = TimeSpan.FromMinutes(10);

    /// <summary>Whether the next turn is the first since the database went back in time.</summary>
    public bool WentBack { get; private set; }

    /// <summary>What is known of the road at a time; nobody watches it by default.</summary>
    public Func<DateTimeOffset, RoadLife>? Life { get; set; }

    /// <summary>What a backup would keep.</summary>
    public WorldBackup Backup() => new(_state, _due, _outbox, new(Rows), History.Count);

    /// <summary>All nodes die and others start on what a backup has kept; what happened since is forgotten.</summary>
    public void Restore(WorldBackup backup)
    {
        for (int node = 0; node < Nodes; node++)
        {
            _incarnations[node]++;
        }

        (_state, _due, _outbox, _read, _claim, _sweepAt) = (backup.State, backup.Due, backup.Outbox, null, null, null);
        Rows.Clear();
        foreach ((string id, JobRow row) in backup.Rows)
        {
            Rows.Add(id, row);
        }

        History.RemoveRange(backup.History, History.Count - backup.History);
        _rules.Restored();
        WentBack = true;
        Now += RestoreTime;
        if (_outbox is { } recalled)
        {
            _claim = new(recalled, State.Outstanding!, Node: 0, _incarnations[0] - 1);
            At(Restart, () => Settle(_claim));
        }

        if (_due is { } due)
        {
            Sweep(due > Now ? due : Now);
        }
    }

    /// <summary>The clock of the nodes jumps; what is under way goes on.</summary>
    public void JumpAhead(TimeSpan by) => Now += by;

    /// <summary>Puts another counter into the books, the last one that was given to a packet.</summary>
    public void SetCounter(ulong counter)
    {
        _state = _machine.Serialize(State with { Domains = [.. State.Domains.Select(d => d with { Counter = counter })] });
        _read = null;
    }
}

/// <summary>What a backup of a world has kept.</summary>
internal sealed record WorldBackup(byte[] State, DateTimeOffset? Due, QueuePacket? Outbox, Dictionary<string, JobRow> Rows, int History);
