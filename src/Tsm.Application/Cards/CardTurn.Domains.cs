using System.Collections.Immutable;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Application.Cards;

/// <summary>Providers' security domains: made, given keys of their own, proven, and removed when they are empty.</summary>
/// <remarks>
/// GPCS 2.3.1 §9, UICC Configuration §4.3. The first keys travel under those of the issuer's domain, so they are no secret of
/// the provider's from the carrier; the domain takes no application before they are proven.
/// </remarks>
internal sealed partial class CardTurn
{
    private const int HighestKeyVersion = 15;
    private const int ReceiptKeyLength = 16;

    private CardDomain? DomainOf(Aid? aid) => aid is { } of ? _card.SecurityDomains.FirstOrDefault(d => d.Aid == of) : null;

    private CardDomain? DomainOf(CardJob job) => DomainOf(job.Order?.Domain?.Aid);

    /// <summary>Whose packet the next one of a job is: where it goes, under whose keys, with which counter.</summary>
    private Sender SenderOf(CardJob job)
    {
        CounterDomain issuer = Domain!;
        var issuers = new Sender(issuer.Tar, null, issuer);
        if (job.Cursor.Stage == Stage.Bar)
        {
            Barrier barrier = _card.Barriers[job.Cursor.BarsTried];
            Tar tar = DomainOf(barrier.Domain)!.Tar;
            return new(tar, barrier.Domain, CounterOf(tar, barrier.KeyVersion));
        }

        if (DomainOf(job) is not { } domain)
        {
            return issuers;
        }

        Sender Own(DomainKeys? keys) => keys is null ? issuers : new(domain.Tar, domain.Aid, CounterOf(domain.Tar, keys.Version));
        return job.Cursor.Stage switch
        {
            // While a domain has no keys those of its parent serve it, with their counter.
            Stage.PutDomainKeys when domain.InUse is null => Model.FirstDomainKeys == DomainKeyRoad.PutKey ? issuers with { Tar = domain.Tar } : issuers,
            Stage.ProveDomainKeys => Own(domain.Next ?? domain.InUse),
            Stage.PutDomainKeys or Stage.ListDomainKeys or Stage.RetireDomainKeys or Stage.Personalise => Own(domain.InUse),

            // In the other modes the issuer's domain does it: in the authorized one the provider may have taken the keys over.
            Stage.Clean or Stage.Undo or Stage.Load or Stage.Install or Stage.MakeSelectable or Stage.Lock or Stage.Unlock or Stage.Delete
                or Stage.DeleteLoadFile when domain.Mode == ContractMode.Delegated => Own(domain.InUse),
            _ => issuers,
        };
    }

    /// <summary>A counter is never forgotten: a domain that is made again under the same TAR goes on where it was.</summary>
    private CounterDomain CounterOf(Tar tar, int version) =>
        _card.Domains.FirstOrDefault(d => d.Tar == tar && d.KeyVersion == version) ?? new(tar, version, 0);

    private KeySet OpenKeys(Aid? of, int version) => of is not { } domain
        ? _context.Keys.Open(version) ?? throw new InvalidOperationException($"Key version {version} of card {_card.Iccid} is gone.")
        : DomainOf(domain)?.Keys.FirstOrDefault(k => k.Version == version) is { } keys
            ? _context.Keys.Open(domain, keys.Wrapped)
            : throw new InvalidOperationException($"Key version {version} of domain {domain} of card {_card.Iccid} is gone.");

    /// <summary>What the domain of a job needs before the job itself can go on; null when it needs nothing.</summary>
    private Decision? DomainStep(CardJob job)
    {
        if (job.Order?.Domain is not { } ordered
            || job.Operation is not (Operation.Install or Operation.Personalise or Operation.RotateKeys or Operation.Extradite))
        {
            return null;
        }

        ContentItem? item = _card.Contents.FirstOrDefault(c => c.Aid == ordered.Aid && c.Confirmed is not null);
        if (item is { Kind: not ContentKind.SecurityDomain })
        {
            return new Decision.Illegal(DomainProblems.NoDomain(ordered.Aid));
        }

        if (item is null)
        {
            return job.Operation == Operation.RotateKeys
                ? new Decision.Illegal(DomainProblems.DomainMissing(ordered.Aid))
                : new Decision.Proceed(ordered.Mode != ContractMode.Delegated ? Stage.CreateDomain : _card.Delegation switch
                {
                    { IsProven: true } => Stage.CreateDomain,
                    { IsSent: true } => Stage.ListDelegationKeys,
                    _ => Stage.PutDelegationKeys,
                });
        }

        return KeyStep(job, ordered, item, DomainOf(ordered.Aid));
    }

    private static Decision? KeyStep(CardJob job, DomainOrder ordered, ContentItem item, CardDomain? domain)
    {
        bool personalised = item.Confirmed is { } state && state.Unlock() == LifeCycle.Personalized;
        return domain switch
        {
            { Next.IsPut: true } => new Decision.Proceed(Stage.ProveDomainKeys),
            { InUse: not null, Next: not null } => new Decision.Proceed(job.Attempted ? Stage.ListDomainKeys : Stage.PutDomainKeys),
            { InUse: not null } when domain.Keys.Length > 1 => new Decision.Proceed(Stage.RetireDomainKeys),
            { InUse: not null } => job.Operation == Operation.RotateKeys && !job.KeysReplaced ? new Decision.Proceed(Stage.PutDomainKeys) : null,
            _ when personalised => new Decision.Illegal(DomainProblems.KeysUnknown(ordered.Aid)),
            _ => new Decision.Proceed(Stage.PutDomainKeys),
        };
    }

    /// <summary>Makes what a step of a domain needs and does not have yet: the domain's entry, its keys, the receipt key.</summary>
    private void PrepareDomain(CardJob job, Stage stage)
    {
        switch (stage)
        {
            case Stage.PutDelegationKeys:
                DelegationKeys delegation = _card.Delegation ?? new(_context.Keys.CreateSecret(ReceiptKeyLength), IsProven: false, Receipts: null);
                _card = _card with { Delegation = delegation with { IsSent = true } };
                break;
            case Stage.CreateDomain or Stage.PutDomainKeys:
                DomainOrder ordered = job.Order!.Domain!;
                CardDomain domain = DomainOf(ordered.Aid) ?? new(ordered.Aid, ordered.Tar, job.Order.Provider, ordered.Mode, [], ordered.RemoveWhenEmpty);
                if (stage == Stage.PutDomainKeys && domain.Next is null)
                {
                    using KeySet issuer = OpenKeys(null, Domain!.KeyVersion);
                    domain = domain with { Keys = domain.Keys.Add(NewKeys(domain, issuer)) };
                }

                Keep(domain);
                break;
        }
    }

    // Of the same algorithm and length as the issuer's, which the card is known to take.
    private DomainKeys NewKeys(CardDomain domain, KeySet issuer)
    {
        int version = Enumerable.Range(1, HighestKeyVersion)
            .OrderBy(v => _card.Domains.Any(d => d.Tar == domain.Tar && d.KeyVersion == v))
            .First(v => v != issuer.Version && domain.Keys.All(k => k.Version != v));
        return new(_context.Keys.Create(domain.Aid, version, issuer.Kic.Algorithm, issuer.Kic.Length), IsPut: false, IsProven: false);
    }

    private void Keep(CardDomain domain)
    {
        int at = _card.SecurityDomains.FindIndex(d => d.Aid == domain.Aid);
        _card = _card with { SecurityDomains = at < 0 ? _card.SecurityDomains.Add(domain) : _card.SecurityDomains.SetItem(at, domain) };
    }

    private void Keep(DelegationKeys keys) =>
        _card = _card with { Delegation = keys with { IsProven = keys is { Token: KeyPlace.Ours, Receipt: KeyPlace.Ours } } };

    private void ChangeDomain(Aid aid, Func<CardDomain, CardDomain> change)
    {
        if (DomainOf(aid) is { } domain)
        {
            Keep(change(domain));
        }
    }

    /// <summary>A command to a domain, or about one, that is proven to have succeeded.</summary>
    private void ApplyDomain(StepPart part)
    {
        switch (part.Purpose)
        {
            case Purpose.PutTokenKey:
                Keep(_card.Delegation! with { Token = KeyPlace.Ours });
                break;
            case Purpose.PutReceiptKey:
                Keep(_card.Delegation! with { Receipt = KeyPlace.Ours });
                break;
            case Purpose.CreateDomain:
                Confirm(part.Aid!.Value, ContentKind.SecurityDomain, LifeCycle.Selectable);
                Change(j => j with { DomainMadeHere = true });
                break;
            case Purpose.PutDomainKeys:
                Confirm(part.Aid!.Value, ContentKind.SecurityDomain, LifeCycle.Personalized);
                ChangeDomain(part.Aid.Value, d => d with { Keys = [.. d.Keys.Select(k => k.IsProven ? k : k with { IsPut = true })] });
                break;
            case Purpose.ProveDomainKeys:
                ChangeDomain(part.Aid!.Value, d => d with { Keys = [.. d.Keys.Select(k => k with { IsPut = true, IsProven = true })] });
                Change(j => j with { KeysReplaced = true });
                break;
            case Purpose.RetireDomainKeys:
                ChangeDomain(part.Aid!.Value, d => d with { Keys = [d.Keys[^1]] });
                ForgetBarriers();
                break;
            case Purpose.StoreDataLast:
                int at = _card.Contents.FindIndex(c => c.Aid == part.Aid);
                _card = at < 0 ? _card : _card with { Contents = _card.Contents.SetItem(at, _card.Contents[at] with { IsPersonalised = true, ProvenAt = Now }) };
                Change(j => j with { PersonalisedHere = true });
                ChangeServices(part.Aid!.Value, s => s with { PersonalisedBy = Active.Id });
                break;
            case Purpose.Extradite:
                _card = _card with { Contents = [.. _card.Contents.Select(c => c.Aid == part.Aid ? c with { Domain = Active.Order!.Domain!.Aid, ProvenAt = Now } : c)] };
                break;
            case Purpose.DeleteDomain:
                RemoveDomain(part.Aid!.Value);
                break;
        }
    }

    private void RemoveDomain(Aid aid)
    {
        Remove(aid);
        _card = _card with { SecurityDomains = [.. _card.SecurityDomains.Where(d => d.Aid != aid)] };
        ForgetBarriers();
    }

    /// <summary>The card repeats version and check values of what it has stored (GPCS 2.3.1 §11.8.3.1).</summary>
    private void CheckKeys(OutstandingPacket packet, Octets answer)
    {
        Aid aid = packet.Parts[0].Aid!.Value;
        if (Model.FirstDomainKeys == DomainKeyRoad.StoreData && packet.KeysOf is null)
        {
            return;
        }

        DomainKeys keys = DomainOf(aid)!.Next!;
        Octets expected = Octets.Concat(
            Octets.Copy([(byte)keys.Version]), keys.Wrapped.KicCheckValue, keys.Wrapped.KidCheckValue, keys.Wrapped.DekCheckValue);
        if (answer != expected)
        {
            ChangeDomain(aid, d => d with { Keys = [.. d.Keys.Where(k => k.IsProven)] });
            Abandon(DomainProblems.KeysDiffer(aid, expected, answer), Grade.Proven);
        }
    }

    /// <summary>Whether the new keys are on the card, after a PUT KEY of which the outcome is unknown.</summary>
    private void TakeKeyList(OutstandingPacket packet, Octets answer)
    {
        Aid aid = packet.Parts[0].Aid!.Value;
        bool there = KeyInformation.TryParseTemplate(answer.Span, out ImmutableArray<KeyInformation> keys, out _)
            && DomainOf(aid)?.Next is { } next && keys.Any(k => k.KeyVersion == next.Version);
        ChangeDomain(aid, d => d with { Keys = [.. d.Keys.Select(k => k.IsProven ? k : k with { IsPut = there })] });
        Change(j => j with { Attempted = there });
    }

    /// <summary>
    /// Which of token key and receipt key are on the card. One that appeared after a PUT KEY of which the outcome is unknown is ours; one
    /// that is there after the card has refused ours is another's.
    /// </summary>
    private void TakeDelegationKeys(Octets answer)
    {
        DelegationKeys delegation = _card.Delegation!;
        bool told = KeyInformation.TryParseTemplate(answer.Span, out ImmutableArray<KeyInformation> keys, out _);
        KeyPlace Seen(KeyPlace before, int version) =>
            !told || !keys.Any(k => k.KeyVersion == version && k.KeyId == 1) ? KeyPlace.Missing
            : before != KeyPlace.Missing ? before
            : delegation.IsSent ? KeyPlace.Ours
            : KeyPlace.Anothers;
        Keep(delegation with
        {
            IsSent = false,
            Token = Seen(delegation.Token, TokenKeyVersion),
            Receipt = Seen(delegation.Receipt, ReceiptKeyVersion),
        });
    }

    /// <summary>Whether the domain that a job was about is to go: it is empty, and its provider does not keep it.</summary>
    private Aid? EmptyDomain(CardJob job) =>
        job.Order?.Domain is { RemoveWhenEmpty: true } ordered
        && _card.Contents.Any(c => c.Aid == ordered.Aid && c is { Kind: ContentKind.SecurityDomain, Confirmed: not null })
        && !_card.Contents.Any(c => c.Domain == ordered.Aid && c.Confirmed is not null)
        && !_card.Jobs.Skip(1).Any(j => j.Order?.Domain?.Aid == ordered.Aid && j.Operation == Operation.Install)
            ? ordered.Aid
            : null;

    /// <summary>What an audit has found tells of the domains too: those that are gone, those whose keys were put, and those made anew by others.</summary>
    private void TakeDomains(ImmutableArray<FoundItem> found)
    {
        CardDomain? Seen(CardDomain domain) => found.FirstOrDefault(f => f.Aid == domain.Aid) switch
        {
            null => null,
            { LifeCycle: var state } when state.Unlock() == LifeCycle.Personalized => domain with
            {
                // A first key set that may have been put was put: the domain has keys, and had none before.
                Keys = domain.InUse is null ? [.. domain.Keys.Select(k => k with { IsPut = true })] : domain.Keys,
            },
            _ => domain with { Keys = [.. domain.Keys.Where(k => !k.IsProven)] },
        };

        _card = _card with { SecurityDomains = [.. _card.SecurityDomains.Select(Seen).OfType<CardDomain>()] };
        ForgetBarriers();
    }

    /// <summary>Where a packet goes, under whose keys, and which counter it takes.</summary>
    /// <param name="KeysOf">The domain whose keys it has; null for the issuer's.</param>
    private sealed record Sender(Tar Tar, Aid? KeysOf, CounterDomain Counter);
}
