using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Application.Providers;

/// <summary>
/// Calls off the jobs that last concerned the instances of a contract, except those that suspend, resume or terminate: a job that takes
/// away what was half done is one of them. What the others have half done, the cards' grains take back.
/// </summary>
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
                if (job is { Status: JobStatus.Queued or JobStatus.Running, Operation: not (Operation.Suspend or Operation.Resume or Operation.Terminate) })
                {
                    await host.SendAsync(row.Card, new CancelJob(row.Job!, Actor.ContractRules), cancellationToken);
                }
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }
}
