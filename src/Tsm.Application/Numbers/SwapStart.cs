using System.Security.Cryptography;
using System.Text;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Numbers;

/// <summary>What became of a request for a swap.</summary>
/// <param name="Swap">The swap, or the one that is under way already.</param>
/// <param name="Problem">Why there is none.</param>
public sealed record SwapStarted(Swap? Swap, Problem? Problem);

/// <summary>Begins swaps: the same one twice is one.</summary>
public sealed class SwapStart(
    IBooks books, ISwaps swaps, IAliasIndex aliases, ICardReads cards, IServiceInstances instances, TimeProvider time)
{
    private const int MaxSwaps = 1000;

    /// <summary>Begins the move of a number to another card, with the services that go with it.</summary>
    public async Task<SwapStarted> StartAsync(GrainKey newCard, string msisdn, Actor by, CancellationToken cancellationToken)
    {
        string tenant = newCard.Tenant;
        if (await cards.FindAsync(newCard, cancellationToken) is not { } to)
        {
            throw new HostBusyException($"{newCard} has no row.");
        }

        GrainKey? holder = await aliases.FindAsync(tenant, "msisdn", msisdn, time.GetUtcNow(), cancellationToken);
        if (holder == newCard)
        {
            // What was asked for has happened: by the swap that did it, or in another way.
            Swap? done = (await books.ListAsync<Swap>(tenant, null, cancellationToken))
                .Select(s => s.Document)
                .Where(s => s.NewCard == newCard.Id && s.Msisdn == msisdn)
                .MaxBy(s => s.CreatedAt);
            return done is null ? new(null, NumberProblems.SameCard(msisdn, to.Iccid)) : new(done, null);
        }

        return holder is GrainKey oldCard && await cards.FindAsync(oldCard, cancellationToken) is { } from
            ? new(await BeginAsync(msisdn, from, to, by, cancellationToken), null)
            : new(null, NumberProblems.Unknown(msisdn));
    }

    /// <summary>The swap that is under way, or a new one.</summary>
    private async Task<Swap> BeginAsync(string msisdn, CardRow from, CardRow to, Actor by, CancellationToken cancellationToken)
    {
        string tenant = from.Grain.Tenant;
        for (int i = 1; i <= MaxSwaps; i++)
        {
            string id = IdOf(msisdn, from.Grain, to.Grain, i);
            if (await books.FindAsync<Swap>(tenant, id, cancellationToken) is { Document: { } earlier })
            {
                if (earlier.MovedAt is null)
                {
                    return earlier;
                }

                continue; // The number has come back since; it is another swap.
            }

            var swap = new Swap
            {
                Id = id,
                Msisdn = msisdn,
                OldCard = from.Grain.Id,
                OldIccid = from.Iccid,
                NewCard = to.Grain.Id,
                NewIccid = to.Iccid,
                By = by,
                CreatedAt = time.GetUtcNow(),
                Services = [.. await ServicesAsync(from.Grain, cancellationToken)],
            };
            AuditEntry audit = AuditEntries.BookSaved(
                swap.CreatedAt,
                by,
                swap,
                $"The subscription of {msisdn} moves from card {from.Iccid} to card {to.Iccid}.",
                ("newCard", to.Iccid),
                ("number", msisdn),
                ("oldCard", from.Iccid));
            if (await swaps.SaveAsync(tenant, swap, 0, [], [audit], look: true, cancellationToken))
            {
                return swap;
            }

            i--; // Somebody has begun the same swap at the same time: it is theirs.
        }

        throw new InvalidOperationException($"The number {msisdn} has moved between the same two cards {MaxSwaps} times.");
    }

    /// <summary>The services on a card, or on their way to it, with what their providers have chosen.</summary>
    private async Task<IEnumerable<SwapService>> ServicesAsync(GrainKey card, CancellationToken cancellationToken)
    {
        List<SwapService> services = [];
        IReadOnlyList<ServiceInstanceRow> rows = (await instances.ListAsync(card.Tenant, new(Card: card), null, 1000, cancellationToken)).Items;
        foreach (ServiceInstanceRow row in rows.GroupBy(r => r.Service, StringComparer.Ordinal).Select(g => g.MaxBy(r => r.Generation)!))
        {
            if (row.State == InstanceState.Absent && row.Wanted == InstanceState.Absent)
            {
                continue;
            }

            Service? document = (await books.FindAsync<Service>(card.Tenant, row.Service, cancellationToken))?.Document;
            services.Add(new()
            {
                Service = row.Service,
                Provider = row.Provider,
                Version = row.Version,
                Generation = row.Generation,
                Contract = row.Contract,
                Rule = document?.OnCardSwap ?? CardSwapRule.Orphan,
            });
        }

        return services.OrderBy(s => s.Service, StringComparer.Ordinal);
    }

    private static string IdOf(string msisdn, GrainKey from, GrainKey to, int number)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{msisdn}|{from}|{to}|{number}"));
        return Convert.ToHexStringLower(digest.AsSpan(0, 12));
    }
}
