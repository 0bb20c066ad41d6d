namespace Tsm.Application.Cards;

/// <summary>
/// Barriers: packets under the keys of a provider's domain that nobody waits for any more may still arrive, behind an audit under the
/// issuer's. Each key set has a counter of its own, so only an answer under the same keys tells that what went before is dead.
/// </summary>
internal sealed partial class CardTurn
{
    /// <summary>A packet under the keys of a domain is given up: it may still arrive, and must not be executed behind an audit.</summary>
    private void RaiseBarrier(OutstandingPacket packet)
    {
        if (packet.KeysOf is { } domain && packet.Parts.Any(Changes))
        {
            Raise(new Barrier(domain, Header(packet).Kid.KeyVersion));
            _card = _card with { Uncertain = true };
        }
    }

    /// <summary>What was sent under the keys of domains may be forgotten: every domain that has keys is barred.</summary>
    private void RaiseBarriers()
    {
        foreach (CardDomain domain in _card.SecurityDomains)
        {
            if (domain.InUse is { } keys)
            {
                Raise(new Barrier(domain.Aid, keys.Version));
            }
        }
    }

    private void Raise(Barrier barrier) =>
        _card = _card with { Barriers = _card.Barriers.Contains(barrier) ? _card.Barriers : _card.Barriers.Add(barrier) };

    /// <summary>The card has answered a packet under these keys: what was sent under them before is dead.</summary>
    private void LowerBarrier(OutstandingPacket packet)
    {
        if (packet.KeysOf is { } domain && !_card.Barriers.IsEmpty)
        {
            var held = new Barrier(domain, Header(packet).Kid.KeyVersion);
            _card = _card with { Barriers = _card.Barriers.Remove(held) };
        }
    }

    /// <summary>The card proves nothing under these keys: what it says under the issuer's counts, as far as it goes.</summary>
    /// <param name="silent">Whether there was no answer at all, which a card out of reach gives too.</param>
    /// <param name="proven">Whether the refusal was proven under the keys, which has lowered the barrier.</param>
    private void SkipBar(OutstandingPacket packet, bool silent, bool proven = false)
    {
        Note("job", $"Nothing was answered under key version {Header(packet).Kid.KeyVersion} of {packet.KeysOf}: the card stays uncertain if the domain is still there.");
        Change(j => j with
        {
            Cursor = packet.After with
            {
                BarsTried = packet.After.BarsTried + (proven ? 0 : 1),
                BarSilent = packet.After.BarSilent || silent,
            },
        });
    }

    /// <summary>Keys that are gone keep nothing from being executed, and nothing under them is.</summary>
    private void ForgetBarriers() => _card = _card with
    {
        Barriers = [.. _card.Barriers.Where(b => DomainOf(b.Domain)?.Keys.Any(k => k.Version == b.KeyVersion) ?? false)],
    };
}
