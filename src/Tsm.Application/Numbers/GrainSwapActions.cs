using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Numbers;

/// <summary>Moves services by asking the cards' grains. What needs an allocation of an application server it refuses.</summary>
public sealed class GrainSwapActions(IGrainHost host, IBooks books, IJobReads jobs, ServiceOrders orders) : ISwapActions
{
    /// <inheritdoc/>
    public async Task<SwapProgress> DeployAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(service);
        if (await books.FindAsync<Service>(tenant, service.Service, cancellationToken) is not { Document: { WithdrawnAt: null, Current: { } version } document })
        {
            return new(false, null, NumberProblems.NoVersion(service.Service));
        }

        if (document.ApplicationServer is not null || !version.Personalisation.IsDefaultOrEmpty)
        {
            return new(false, null, NumberProblems.NeedsAllocation(service.Service));
        }

        ServiceOrder order = await orders.OrderAsync(tenant, document, version.Version, service.Contract, cancellationToken);
        EnqueueJob[] commands =
        [
            .. version.Libraries.Select((library, i) => new EnqueueJob(
                JobId(swap, service, $"library-{i}"), Operation.Install, library, null, null, false, default, default, swap.By, order)),
            new(
                JobId(swap, service, "deploy"), Operation.Install, version.Application, version.Module, version.Instance, MakeSelectable: true,
                version.Privileges, Card.Encoding.Octets.Parse(version.Parameters), swap.By, order),
        ];
        return await DriveAsync(swap.New(tenant), commands, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<SwapProgress> TerminateAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(service);
        GrainKey old = swap.Old(tenant);
        if (await orders.RowAsync(old, service.Service, cancellationToken) is null or { State: InstanceState.Absent, Wanted: InstanceState.Absent, IsPending: false })
        {
            return new(true, null, null);
        }

        return await orders.FindAsync(old, service.Service, cancellationToken) is { } known
            ? await DriveAsync(
                old,
                [new(
                    JobId(swap, service, "terminate"), Operation.Terminate, known.Version.Application, null, known.Version.Instance, false, default,
                    default, swap.By, known.Order)],
                cancellationToken)
            : new(false, null, NumberProblems.NoVersion(service.Service));
    }

    /// <summary>Asks for jobs that were not asked for yet, one after the other, and says how far they have come.</summary>
    private async Task<SwapProgress> DriveAsync(GrainKey card, EnqueueJob[] commands, CancellationToken cancellationToken)
    {
        bool isDone = true;
        foreach (EnqueueJob command in commands)
        {
            JobRow? row = await jobs.FindAsync(card.Tenant, command.JobId, cancellationToken);
            if (row is null)
            {
                switch (await host.SendAsync(card, command, cancellationToken))
                {
                    case JobAccepted accepted:
                        row = accepted.Job;
                        break;
                    case JobRejected rejected:
                        return new(false, command.JobId, rejected.Problem);
                    case var reply:
                        throw new HostBusyException($"{card} answered {reply.GetType().Name}.");
                }
            }

            if (row.Status is JobStatus.Refused or JobStatus.Failed or JobStatus.Expired or JobStatus.Cancelled)
            {
                return new(false, row.Id, row.Problem ?? NumberProblems.JobEnded(row.Id, row.Status.ToString().ToLowerInvariant()));
            }

            isDone &= row.Status == JobStatus.Done;
        }

        return new(isDone, commands[^1].JobId, null);
    }

    /// <summary>Follows from the swap, the service and the attempt: whoever drives the swap, and however often, it is done once.</summary>
    private static string JobId(Swap swap, SwapService service, string step)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{swap.Id}|{service.Service}|{service.Attempt}|{step}"));
        return $"swap-{Convert.ToHexStringLower(digest.AsSpan(0, 12))}";
    }
}
