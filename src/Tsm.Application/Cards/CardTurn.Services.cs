using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Jobs;
using Tsm.Application.Services;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>Services: what providers see of a card, and what they are told. It follows from what the card has proven, at the end of each turn.</summary>
internal sealed partial class CardTurn
{
    /// <summary>Notes that a job concerns a service; the service comes into a new generation when it is downloaded anew.</summary>
    private void EnterService(CardJob job)
    {
        if (job is not { Order: { Service: { } service, Version: { } version } order, Instance: { } instance })
        {
            return;
        }

        int at = _card.Services.FindIndex(s => string.Equals(s.Service, service, StringComparison.Ordinal));
        ServiceEntry? known = at < 0 ? null : _card.Services[at];
        bool there = known is not null && _card.Contents.Any(c => c.Aid == known.Instance && (c.Confirmed ?? c.Wanted) is not null);
        if (known is null && job.Operation != Operation.Install)
        {
            return;
        }

        // What is on the card stays what it is until the card has proven that it is gone.
        ServiceEntry entry = known is null || (job.Operation == Operation.Install && !there)
            ? new(service, order.Provider, version, order.Contract, (known?.Generation ?? 0) + 1, instance, job.Id) { InstalledBy = job.Id }
            : known with { Contract = known.Contract ?? order.Contract, Job = job.Id };
        _card = _card with { Services = at < 0 ? _card.Services.Add(entry) : _card.Services.SetItem(at, entry) };
    }

    /// <summary>When an installation begins and another version is proven to be gone, the service comes into its next generation.</summary>
    private void MoveService(CardJob job)
    {
        if (job is not { Operation: Operation.Install, Order: { Service: { } service, Version: { } version } order, Instance: { } instance }
            || _card.Services.FindIndex(s => string.Equals(s.Service, service, StringComparison.Ordinal)) is not (>= 0 and var at))
        {
            return;
        }

        ServiceEntry known = _card.Services[at];
        bool isSame = known.Version == version && known.Instance == instance;
        if (isSame || _card.Contents.Any(c => c.Aid == known.Instance && (c.Confirmed is not null || c.Unknown)))
        {
            return;
        }

        TellService(known);
        _card = _card with
        {
            Services = _card.Services.SetItem(
                at, new(service, order.Provider, version, order.Contract, known.Generation + 1, instance, job.Id) { InstalledBy = job.Id }),
        };
    }

    /// <summary>Who suspends a service holds it, whether it is suspended already or not; taken with the first packet, as it may be executed unseen.</summary>
    private void Hold(CardJob job)
    {
        if (job is { Operation: Operation.Suspend, Instance: { } instance })
        {
            Holder by = job.Order?.By ?? Holder.Carrier;
            ChangeServices(instance, s => s.Holders.Contains(by) ? s : s with { Holders = s.Holders.Add(by) });
        }
    }

    private void ChangeServices(Aid instance, Func<ServiceEntry, ServiceEntry> change) =>
        _card = _card with { Services = [.. _card.Services.Select(s => s.Instance == instance ? change(s) : s)] };

    /// <summary>Rows and events of what has changed in this turn.</summary>
    private void TellServices()
    {
        foreach (ServiceEntry entry in _card.Services)
        {
            TellService(entry);
        }

        TellDomains();
        TellMemory();
    }

    private void TellService(ServiceEntry entry)
    {
        ServiceEntry? earlier = _before.Services.FirstOrDefault(s => s.Service == entry.Service && s.Generation == entry.Generation);
        ServiceInstanceRow row = Row(entry, _card);
        ServiceInstanceRow? was = earlier is null ? null : Row(earlier, _before);
        if (was != row)
        {
            _effects.Add(new SaveServiceInstance(row with { UpdatedAt = Now }));
            TellChange(was?.State ?? InstanceState.Absent, row, was?.IsPending ?? false);
        }
    }

    private void TellChange(InstanceState was, ServiceInstanceRow row, bool wasPending)
    {
        if (row.IsPending && !wasPending)
        {
            Tell(EventKind.Pending, row, $"Whether the card has done what was asked of {row.Service} is unknown: it will be asked.");
        }

        if (was == row.State)
        {
            return;
        }

        if (row.State == InstanceState.Absent)
        {
            Tell(EventKind.Terminated, row, $"{row.Service} is gone from the card.");
            return;
        }

        if (row.State == InstanceState.Suspended)
        {
            Tell(EventKind.Suspended, row, $"{row.Service} is suspended.");
            return;
        }

        if (was == InstanceState.Suspended)
        {
            Tell(EventKind.Resumed, row, $"{row.Service} runs again.");
            return;
        }

        // Several rungs may be taken in one turn; each is told.
        if (was == InstanceState.Absent)
        {
            Tell(EventKind.Downloaded, row, $"{row.Service} {row.Version} is on the card.");
        }

        if (was < InstanceState.Personalised && IsPersonalised(row))
        {
            Tell(EventKind.Personalised, row, $"{row.Service} has its data.");
        }

        if (row.State == InstanceState.Active)
        {
            Tell(EventKind.Activated, row, $"{row.Service} is active.");
        }
    }

    private bool IsPersonalised(ServiceInstanceRow row) =>
        _card.Services.FirstOrDefault(s => s.Service == row.Service) is { } entry
        && _card.Contents.Any(c => c.Aid == entry.Instance && c.IsPersonalised);

    private void TellDomains()
    {
        foreach (CardDomain domain in _card.SecurityDomains)
        {
            int? before = _before.SecurityDomains.FirstOrDefault(d => d.Aid == domain.Aid)?.InUse?.Version;
            if (domain.InUse?.Version is { } version && version != before)
            {
                TellDomain(
                    before is null ? EventKind.DomainCreated : EventKind.DomainKeysReplaced,
                    domain,
                    before is null ? $"The domain of {domain.Provider} is on the card and has keys of its own." : $"The domain of {domain.Provider} has new keys.",
                    ("keyVersion", AuditEntries.Number(version)));
            }
        }

        foreach (CardDomain gone in _before.SecurityDomains.Where(d => d.InUse is not null && _card.SecurityDomains.All(n => n.Aid != d.Aid)))
        {
            TellDomain(EventKind.DomainRemoved, gone, $"The domain of {gone.Provider} is gone from the card.");
        }
    }

    private void TellMemory()
    {
        if (_card.Contents == _before.Contents)
        {
            return;
        }

        int limit = Model.Memory / CardLimits.LittleMemory;
        int free = FreeMemory(_card.Contents);
        if (free < limit && FreeMemory(_before.Contents) >= limit)
        {
            RaiseEvent(EventKind.MemoryLow, null, null, null, $"{Math.Max(0, free)} of {Model.Memory} octets are free on the card.", ("free", AuditEntries.Number(Math.Max(0, free))));
        }
    }

    private void TellDomain(string kind, CardDomain domain, string text, params ReadOnlySpan<(string, string?)> details) =>
        RaiseEvent(kind, domain.Provider, null, _card.Jobs is [var job, ..] ? job.Id : null, text, [("domain", domain.Aid.ToString()), .. details]);

    private void Tell(string kind, ServiceInstanceRow row, string text) => RaiseEvent(
        kind,
        row.Provider,
        row.Service,
        row.Job,
        text,
        ("generation", AuditEntries.Number(row.Generation)),
        ("instance", _card.Services.First(s => s.Service == row.Service).Instance.ToString()),
        ("state", row.State.ToString()),
        ("version", row.Version));

    private void RaiseEvent(string kind, string? provider, string? service, string? job, string text, params ReadOnlySpan<(string, string?)> details)
    {
        string? request = job is null ? null : _before.Jobs.Concat(_card.Jobs).FirstOrDefault(j => j.Id == job)?.Order?.Request;
        _effects.Add(new RaiseEvent(new(Now, kind, provider, service, _card.Iccid, _card.Msisdn, job, request, text, AuditEntries.Details(details))));
    }

    private ServiceInstanceRow Row(ServiceEntry entry, CardState card)
    {
        ContentItem? item = card.Contents.FirstOrDefault(c => c.Aid == entry.Instance);
        return new(
            _context.Key,
            card.Iccid,
            card.Msisdn,
            entry.Service,
            entry.Provider,
            entry.Version,
            entry.Contract,
            entry.Generation,
            StateOf(item?.Confirmed, item),
            StateOf(item?.Wanted, item),
            item?.Unknown ?? false,
            entry.Job,
            item?.ProvenAt,
            default);
    }

    private static InstanceState StateOf(LifeCycle? state, ContentItem? item) => state switch
    {
        null => InstanceState.Absent,
        { IsLocked: true } => InstanceState.Suspended,
        { Value: 0x03 } => item!.IsPersonalised ? InstanceState.Personalised : InstanceState.Installed,
        _ => InstanceState.Active,
    };
}
