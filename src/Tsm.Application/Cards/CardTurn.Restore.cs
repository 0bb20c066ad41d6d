using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Security.Scp80;

namespace Tsm.Application.Cards;

/// <summary>What becomes of a card whose books have gone back in time: restored, or taken over from a replica that was behind.</summary>
internal sealed partial class CardTurn
{
    /// <summary>
    /// From when restores are told apart: of two restores of the same backup the second must move beyond all that was sent after the
    /// first, of which nothing remembers, so the time itself goes into the jump. Ten packets a second are more than any card takes.
    /// </summary>
    private static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Packet = TimeSpan.FromMilliseconds(100);

    /// <summary>How far names within the card move ahead, so that nothing new is called like something forgotten.</summary>
    private const int ForgottenPackets = 10_000;

    /// <summary>
    /// Packets may have left that nobody remembers, and the card may have executed them: the counter moves ahead of all of them,
    /// what was under way is not sent again, and the card is asked what is on it before anything else is done.
    /// </summary>
    public void ComeBack()
    {
        ulong jump = (ulong)Model.RestoreJump + (ulong)Math.Max(0, (Now - Origin) / Packet);
        foreach (CounterDomain domain in _card.Domains)
        {
            RecordReturn(domain, domain with { Counter = Ahead(domain.Counter, jump) });
        }

        _card = _card with
        {
            Domains = [.. _card.Domains.Select(d => d with { Counter = Ahead(d.Counter, jump) })],
            NextReference = (_card.NextReference + 128) % 256,
            NextPacket = _card.NextPacket + ForgottenPackets,
            Uncertain = true,
        };
        RaiseBarriers();
        Note("counter", $"The database has gone back in time: the counter moves on by {jump}, and the card is audited before anything else is done.");
        if (_card.Outstanding is not null)
        {
            _card = _card with { Outstanding = null };
            _effects.Add(new WithdrawPacket());
        }

        if (_card.Jobs is [{ StartedAt: not null }, ..])
        {
            Change(j => j with
            {
                Attempted = j.Attempted || j.Operation != Operation.Audit,
                Cursor = new() { Stage = Stage.AuditApplications },
                Now = "Asking the card what it has executed, because the database has gone back in time.",
            });
        }
    }

    /// <summary>Where the highest counter is reached, it stays there, and the next packet is refused rather than repeated.</summary>
    private static ulong Ahead(ulong counter, ulong jump) =>
        new Counter(counter).TryAdd(jump, out Counter ahead) ? ahead.Value : Counter.Max.Value;
}
