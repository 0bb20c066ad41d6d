using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;

namespace Tsm.Application.Providers;

/// <summary>How contracts are watched. Configuration section <c>Contracts</c>.</summary>
public sealed class ContractOptions
{
    /// <summary>How often it is looked whether contracts have ended. Default: 2 s.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Which tenants there are, for work that no request has begun.</summary>
/// <param name="Names">Their names.</param>
public sealed record Tenants(ImmutableArray<string> Names);

/// <summary>Notices that contracts have ended, by their time or by call, says so once, and has called off what is to be.</summary>
public sealed class ContractWatch(
    IBooks books,
    IContractEnds ends,
    IContractEnding ending,
    Tenants tenants,
    TimeProvider time,
    IOptions<ContractOptions> options,
    ILogger<ContractWatch> logger) : BackgroundService
{
    /// <summary>How long a node has to call off the work of a contract before another begins anew.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (string tenant in tenants.Names)
                {
                    await LookAsync(tenant, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (exception is not (StoreUnavailableException or HostBusyException))
                {
                    logger.ContractsInterrupted(exception);
                }
            }

            await Task.Delay(options.Value.LookEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deals with all contracts of a tenant that have ended.</summary>
    public async Task LookAsync(string tenant, CancellationToken cancellationToken)
    {
        IReadOnlySet<string> noted = await ends.NotedAsync(tenant, cancellationToken);
        foreach (BookEntry<Contract> entry in await books.ListAsync<Contract>(tenant, owner: null, cancellationToken))
        {
            if (!noted.Contains(entry.Document.Id))
            {
                await NoteAsync(tenant, entry, cancellationToken);
            }
        }

        foreach (string id in await ends.ClaimAsync(tenant, Lease, cancellationToken))
        {
            if (await books.FindAsync<Contract>(tenant, id, cancellationToken) is { } entry)
            {
                await ending.UndoAsync(tenant, entry.Document, cancellationToken);
            }

            await ends.DoneAsync(tenant, id, cancellationToken);
        }
    }

    private async Task NoteAsync(string tenant, BookEntry<Contract> entry, CancellationToken cancellationToken)
    {
        (Contract contract, long version) = entry;
        DateTimeOffset now = time.GetUtcNow();
        if (contract.EndedAt is null && await ProviderHasEndedAsync(tenant, contract, cancellationToken))
        {
            // Whoever ended the provider did not come to this contract.
            Contract ended = contract with { EndedAt = now };
            AuditEntry audit = AuditEntries.BookSaved(now, Actor.ContractRules, ended, $"Contract {contract.Id} ends with its provider.");
            if (!await books.SaveAsync(tenant, ended, version++, audit, cancellationToken))
            {
                // Somebody has changed it meanwhile: it is seen at the next look.
                return;
            }

            contract = ended;
        }

        if (contract.EndedAt is { } at ? at > now : contract.Until is not { } until || until > now)
        {
            return;
        }

        var raised = new ServiceEvent(
            now, EventKind.ContractEnded, contract.Provider, null, null, null, null, null,
            $"Contract {contract.Id} has ended; what is in flight is {(contract.AtEnd == ContractEnd.Undo ? "called off" : "finished")}.",
            ImmutableSortedDictionary<string, string>.Empty
                .Add("contract", contract.Id)
                .Add("atEnd", contract.AtEnd == ContractEnd.Undo ? "undo" : "finish"));
        await ends.NoteAsync(
            tenant, contract.Id, version, contract.AtEnd == ContractEnd.Undo, raised,
            AuditEntries.ContractEnded(now, Actor.ContractRules, contract), cancellationToken);
    }

    private async Task<bool> ProviderHasEndedAsync(string tenant, Contract contract, CancellationToken cancellationToken) =>
        await books.FindAsync<Provider>(tenant, contract.Provider, cancellationToken) is { Document.EndedAt: not null };
}

/// <summary>What the watch tells operators.</summary>
internal static partial class ContractLog
{
    [LoggerMessage(EventId = 6055, Level = LogLevel.Warning, Message = "Contracts could not be looked through; it is tried again within seconds")]
    public static partial void ContractsInterrupted(this ILogger logger, Exception exception);
}
