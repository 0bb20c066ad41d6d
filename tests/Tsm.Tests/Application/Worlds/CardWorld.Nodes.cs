using Tsm.Application.Cards;
using Tsm.Application.Ports;

namespace Tsm.Tests.Application.Worlds;

/// <summary>Two nodes that send: they claim what is ready, die, come back or not, and stand still with a claim in their hands.</summary>
internal sealed partial class CardWorld
{
    private const int Nodes = 2;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Restart = TimeSpan.FromMilliseconds(500);

    private readonly int[] _incarnations = new int[Nodes];
    private Claim? _claim;
    private int _turnOf;

    /// <summary>Packets that were handed to the SMSC.</summary>
    public int Packets { get; private set; }

    private int NextNode() => _turnOf = (_turnOf + 1) % Nodes;

    /// <summary>Whether the node dies here: all that it had in memory is gone, what it had claimed stays claimed.</summary>
    private bool Dies(int node)
    {
        if (!_fate.Strikes(Hazard.Crash, 2, out int value))
        {
            return false;
        }

        // One that comes back to its data folder settles its claims at once; those of one that is lost run out.
        int dead = _incarnations[node]++;
        _read = null;
        At(Restart, Pump);
        At(value == 0 ? Restart : Lease, () => Settle(_claim is { } c && c.Node == node && c.Incarnation == dead ? c : null));
        return true;
    }

    /// <summary>Tells the grain that nobody knows what became of a claim that ran out.</summary>
    private void Settle(Claim? claim)
    {
        if (claim is not null && ReferenceEquals(claim, _claim))
        {
            Tell(claim, SubmitOutcome.Unknown, NextNode());
        }
    }

    /// <summary>A node claims what is ready and has it in its hands a moment later.</summary>
    private void Pump()
    {
        if (_outbox is null || _claim is not null)
        {
            return;
        }

        int node = NextNode();
        Claim claim = new(_outbox, State.Outstanding!, node, _incarnations[node]);
        _claim = claim;
        TimeSpan delay = TimeSpan.FromMilliseconds(1);
        if (_fate.Strikes(Hazard.Stall, 600, out int seconds))
        {
            delay = TimeSpan.FromSeconds(seconds);
            At(Lease, () => Settle(claim));
        }

        At(delay, () => Send(claim));
    }

    private void Send(Claim claim)
    {
        if (IsGone(claim) || Dies(claim.Node))
        {
            return;
        }

        if (_fate.Strikes(Hazard.Refusal))
        {
            Tell(claim, SubmitOutcome.Refused, claim.Node);
            return;
        }

        Deliver(claim);
        if (!Dies(claim.Node))
        {
            Tell(claim, SubmitOutcome.Accepted, claim.Node);
        }
    }

    /// <summary>Tells the grain what became of a packet, as often as it takes, as long as the node lives.</summary>
    private void Tell(Claim claim, SubmitOutcome outcome, int node)
    {
        int incarnation = _incarnations[node];
        if (Turn(new PacketSubmitted(claim.Packet.PacketId, claim.Packet.Attempt, outcome, null), node) is not null)
        {
            return;
        }

        if (_incarnations[node] == incarnation)
        {
            At(Again, () =>
            {
                if (_incarnations[node] == incarnation)
                {
                    Tell(claim, outcome, node);
                }
            });
        }
        else if (node != claim.Node || incarnation != claim.Incarnation)
        {
            // Who settled the claim of another has died over it: the next one that looks finds it again.
            At(Restart, () => Settle(claim));
        }
    }

    private bool IsGone(Claim claim) => _incarnations[claim.Node] != claim.Incarnation;

    /// <summary>A packet in the hands of a node, with what the grain had under way when it was claimed.</summary>
    private sealed record Claim(QueuePacket Packet, OutstandingPacket Outstanding, int Node, int Incarnation);
}
