using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Providers;

/// <summary>Calls off the jobs that last concerned the instances of a contract; the cards' grains take back what is half done.</summary>
public sealed class JobCancelling(IServiceInstances instances, IJobReads jobs, IGrainHost host) : IContractEnding
{
    private const int PageSize = 500;

    /// <inheritdoc/>
    public async Task UndoAsync(string tenant, Contract contract, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        string? cursor = null;
        do
        {
            Page<ServiceInstanceRow> page = await instances.ListAsync(tenant, new(Contract: contract.Id), cursor, PageSize, cancellationToken);
            foreach (ServiceInstanceRow row in page.Items.Where(r => r.Job is not null))
            {
                JobRow? job = await jobs.FindAsync(tenant, row.Job!, cancellationToken);
                if (job?.Status is JobStatus.Queued or JobStatus.Running)
                {
                    await host.SendAsync(row.Card, new CancelJob(row.Job!, Actor.ContractRules), cancellationToken);
                }
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }
}
