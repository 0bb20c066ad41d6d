using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Networks;

/// <summary>A phone with a card in it: on or off, with what waits for it at the SMSC.</summary>
internal sealed class Handset(SimulatedCard card)
{
    private LinkedList<Waiting>? _waiting;

    public SimulatedCard Card { get; } = card;

    /// <summary>
    /// Rises with every switching, so that a timer of an earlier switching finds that it is out of date.
    /// </summary>
    public int Switchings { get; private set; }

    public bool IsOn { get; private set; } = true;

    public long SentToCard { get; set; }

    public long SentFromCard { get; set; }

    public long LatestToCard { get; set; } = -1;

    public long LatestFromCard { get; set; } = -1;

    public int WaitingCount => _waiting?.Count ?? 0;

    /// <summary>A message that waits until the card is on.</summary>
    public LinkedListNode<Waiting> Wait(ShortMessage message, long number, Action<DeliveryState> report) =>
        (_waiting ??= new()).AddLast(new Waiting(message, number, report));

    /// <summary>Takes a message out of the queue; false when it is no longer there.</summary>
    public bool TryRemove(LinkedListNode<Waiting> node)
    {
        if (_waiting is null || node.List != _waiting)
        {
            return false;
        }

        _waiting.Remove(node);
        return true;
    }

    public void SwitchOff()
    {
        IsOn = false;
        Switchings++;
        Card.Reset();
    }

    /// <summary>Switches on and hands out what waited, oldest first.</summary>
    public IReadOnlyCollection<Waiting> SwitchOn()
    {
        IsOn = true;
        Switchings++;
        Waiting[] waited = [.. _waiting ?? []];
        _waiting = null;
        return waited;
    }

    public sealed record Waiting(ShortMessage Message, long Number, Action<DeliveryState> Report);
}
