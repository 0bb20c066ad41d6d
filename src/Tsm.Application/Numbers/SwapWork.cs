using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Application.Work;

namespace Tsm.Application.Numbers;

/// <summary>
/// Drives swaps: the number moves, then each service is deployed to the new card and, once that is proven, terminated on the old one.
/// </summary>
/// <remarks>
/// The old card has no number any more, so as a rule it cannot be reached. Its instance is then shown as orphaned, and is terminated
/// when the card has a number again, unless an operator writes it off before.
/// </remarks>
public sealed class SwapWork(
    IBooks books, ISwaps swaps, ISwapActions actions, NumberChanges numbers, ICardReads cards, TimeProvider time) : IWork
{
    private static readonly TimeSpan Follow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FollowSlowly = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookForOldCard = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public string Kind => ISwaps.WorkKind;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> DoAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (await books.FindAsync<Swap>(item.Tenant, item.Item, cancellationToken) is not { Document: { EndedAt: null } swap } entry)
        {
            return null;
        }

        List<ServiceEvent> raised = [];
        Swap next = swap;
        if (swap.MovedAt is null)
        {
            IReply reply = await numbers.GiveAsync(swap.New(item.Tenant), swap.Msisdn, swap.By, cancellationToken);
            if (reply is not NumberIs)
            {
                throw new HostBusyException($"Card {swap.NewIccid} answered {reply.GetType().Name}.");
            }

            next = swap with { MovedAt = time.GetUtcNow() };
            raised.AddRange(Swapped(next));
        }

        var services = ImmutableArray.CreateBuilder<SwapService>();
        foreach (SwapService service in next.Services)
        {
            SwapService now = await StepAsync(item.Tenant, next, service, cancellationToken);
            services.Add(now);
            if (now.IsOrphaned && !service.IsOrphaned)
            {
                raised.Add(Orphaned(next, now));
            }
        }

        next = next with { Services = services.ToImmutable() };
        if (next.Services.All(s => s.IsSettled))
        {
            next = next with { EndedAt = time.GetUtcNow() };
        }

        bool isChanged = next.MovedAt != swap.MovedAt || next.EndedAt != swap.EndedAt || !next.Services.SequenceEqual(swap.Services);
        if (isChanged && !await swaps.SaveAsync(item.Tenant, next, entry.Version, raised, [Audit(next)], look: false, cancellationToken))
        {
            // An operator has changed it meanwhile: it is looked at anew.
            return time.GetUtcNow();
        }

        return next.EndedAt is not null ? null : AgainAt(next);
    }

    private async Task<SwapService> StepAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
    {
        switch (service.State)
        {
            case SwapState.Waiting when service.Rule == CardSwapRule.Orphan:
                return service with { State = SwapState.Orphaned };
            case SwapState.Waiting or SwapState.Deploying:
                SwapProgress deployed = await actions.DeployAsync(tenant, swap, service, cancellationToken);
                service = service with { Job = deployed.Job ?? service.Job, Problem = deployed.Problem };
                return deployed.IsDone ? await LeaveAsync(tenant, swap, service, cancellationToken)
                    : service with { State = deployed.GoesOn ? SwapState.Deploying : SwapState.Failed };
            case SwapState.LeftBehind when service.AgainAt > time.GetUtcNow():
                return service;
            case SwapState.LeftBehind:
                return await LeaveAsync(tenant, swap, service with { AgainAt = null }, cancellationToken);
            case SwapState.Terminating:
                SwapProgress gone = await actions.TerminateAsync(tenant, swap, service, cancellationToken);
                service = service with { Job = gone.Job ?? service.Job, Problem = gone.Problem };
                return gone switch
                {
                    { IsDone: true } => service with { State = SwapState.Moved },
                    { GoesOn: true, Problem: null } => service with { State = SwapState.Terminating },

                    // Nobody knows whether the old card has let it go; the same request finds out when the card answers.
                    { GoesOn: true } => service with { State = SwapState.LeftBehind },

                    // What the old card refuses is tried again as another attempt, each time after a longer pause: each is a message to the card.
                    _ => service with
                    {
                        State = SwapState.LeftBehind,
                        Attempt = service.Attempt + 1,
                        AgainAt = time.GetUtcNow() + RequestOptions.Grown(LookForOldCard, service.Attempt - 1, LongestPause),
                    },
                };
            default:
                return service;
        }
    }

    /// <summary>The new card has it: the old one is asked to let it go, if it can be asked.</summary>
    private async Task<SwapService> LeaveAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken) =>
        await cards.FindAsync(swap.Old(tenant), cancellationToken) is { Msisdn.Length: > 0 }
            ? await StepAsync(tenant, swap, service with { State = SwapState.Terminating }, cancellationToken)
            : service with { State = SwapState.LeftBehind, Problem = service.Problem ?? NumberProblems.None(swap.OldIccid) };

    /// <summary>When the first of its services is to be looked at.</summary>
    private DateTimeOffset AgainAt(Swap swap)
    {
        DateTimeOffset now = time.GetUtcNow();
        TimeSpan follow = now - swap.CreatedAt < TimeSpan.FromMinutes(5) ? Follow : FollowSlowly;
        return swap.Services.Where(s => !s.IsSettled).Min(s => s.State == SwapState.LeftBehind ? s.AgainAt ?? now + LookForOldCard : now + follow);
    }

    /// <summary>The event for the carrier, and one for each provider that has a service on the old card.</summary>
    private static IEnumerable<ServiceEvent> Swapped(Swap swap) => swap.Services
        .Select(s => s.Provider)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)
        .Prepend(null)
        .Select(provider => new ServiceEvent(
            swap.MovedAt!.Value,
            EventKind.CardSwapped,
            provider,
            null,
            swap.NewIccid,
            swap.Msisdn,
            null,
            null,
            $"The subscription of {swap.Msisdn} has moved from card {swap.OldIccid} to card {swap.NewIccid}.",
            AuditEntries.Details(("newCard", swap.NewIccid), ("oldCard", swap.OldIccid), ("swap", swap.Id))));

    private ServiceEvent Orphaned(Swap swap, SwapService service) => new(
        time.GetUtcNow(),
        EventKind.Orphaned,
        service.Provider,
        service.Service,
        swap.OldIccid,
        null,
        service.Job,
        null,
        service.State switch
        {
            SwapState.Orphaned => $"Service {service.Service} stays on card {swap.OldIccid}, which its subscriber no longer has.",
            SwapState.LeftBehind => $"Service {service.Service} is on card {swap.NewIccid}; its instance on card {swap.OldIccid} cannot be reached.",
            _ => $"Service {service.Service} could not be moved to card {swap.NewIccid}: {service.Problem?.Name}. It stays on card {swap.OldIccid}.",
        },
        AuditEntries.Details(
            ("newCard", swap.NewIccid), ("oldCard", swap.OldIccid), ("problem", service.Problem?.Code), ("state", service.State.ToString()), ("swap", swap.Id)));

    private AuditEntry Audit(Swap swap) => AuditEntries.BookSaved(
        time.GetUtcNow(),
        swap.By,
        swap,
        swap.EndedAt is not null ? "The swap has come to its end." : "The swap has gone on.",
        [.. swap.Services.Select(s => (s.Service, (string?)s.State.ToString())), ("number", swap.Msisdn)]);
}
