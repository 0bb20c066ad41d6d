using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;

namespace Tsm.Application.Cards;

/// <summary>The number by which the card is reached: it comes, it goes, and what is under way goes on.</summary>
/// <remarks>
/// A card without a number takes no new jobs; what it has waits. The packet under way is waited for, because an answer to it is
/// found by who held the number when it was sent; the same octets leave again when the card has a number again.
/// </remarks>
internal sealed partial class CardTurn
{
    private const string NumberAlias = "msisdn";
    private const string WaitsForNumber = "Waiting for the card to have a number again.";

    /// <summary>Whether messages reach the card.</summary>
    private bool HasNumber => _card.Msisdn.Length > 0;

    public IReply Change(ChangeNumber command)
    {
        string before = _card.Msisdn;

        // The alias is moved even when the state says that nothing changes: another card may have taken it and this one not know yet.
        _effects.Add(new MoveAlias(NumberAlias, command.Msisdn, Now));
        if (before == command.Msisdn)
        {
            return new NumberIs(before, before);
        }

        if (before.Length > 0)
        {
            _effects.Add(new EndAlias(NumberAlias, before, Now));
        }

        _card = _card with { Msisdn = command.Msisdn };
        string text = before.Length > 0 ? $"The number has changed from {before} to {command.Msisdn}." : $"The card has got the number {command.Msisdn}.";
        TellOfNumber(command.By, AuditAction.NumberChanged, text, before);

        // What is still to leave must leave for the new number; what has left is repeated to it when no answer comes.
        if (_card.Outstanding is { } packet && (!packet.Submitted || (packet.Deadline is null && packet.Pending is null)))
        {
            Repeat(packet);
        }
        else if (_card.Outstanding is { Deadline: null } answered)
        {
            _card = _card with { Outstanding = AwaitGrace(answered) };
        }

        return new NumberIs(command.Msisdn, before);
    }

    public IReply Lose(LoseNumber command)
    {
        string before = _card.Msisdn;
        if (before != command.Msisdn || before.Length == 0)
        {
            return new NumberIs(before, before);
        }

        _effects.Add(new EndAlias(NumberAlias, before, Now));
        _card = _card with { Msisdn = "" };
        TellOfNumber(command.By, AuditAction.NumberLost, $"The card has lost the number {before}; no message reaches it.", before);
        if (_card.Outstanding is { Submitted: false })
        {
            // If a sender has it already it may leave yet: whether it did is unknown, so the same octets leave again later.
            _effects.Add(new Ports.WithdrawPacket());
        }

        if (_card.Jobs is [{ StartedAt: not null }, ..])
        {
            Change(j => j with { Now = WaitsForNumber });
        }

        return new NumberIs("", before);
    }

    /// <summary>Audit trail, history, and an event for the carrier and for each provider that has a service on the card.</summary>
    private void TellOfNumber(Actor by, string action, string text, string before)
    {
        Note("number", text);
        Record(by, action, job: null, text, ("before", before.Length > 0 ? before : null), ("number", HasNumber ? _card.Msisdn : null));
        IEnumerable<string> providers = _card.Services
            .Where(s => _card.Contents.Any(c => c.Aid == s.Instance && (c.Confirmed ?? c.Wanted) is not null))
            .Select(s => s.Provider)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        foreach (string? provider in providers.Prepend(null))
        {
            _effects.Add(new RaiseEvent(new(
                Now, EventKind.NumberChanged, provider, null, _card.Iccid, HasNumber ? _card.Msisdn : null, null, null, text,
                AuditEntries.Details(("before", before.Length > 0 ? before : null), ("number", HasNumber ? _card.Msisdn : null)))));
        }
    }
}
