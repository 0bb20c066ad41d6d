using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Application.Providers;

namespace Tsm.Application.Requests;

/// <summary>Calls off the requests under a contract that has ended, then what jobs there are besides.</summary>
public sealed class RequestCancelling(IRequests requests, RequestDesk desk, JobCancelling jobs) : IContractEnding
{
    private const int PageSize = 500;

    /// <inheritdoc/>
    public async Task UndoAsync(string tenant, Contract contract, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        string? cursor = null;
        do
        {
            Page<ServiceRequest> page = await requests.ListAsync(tenant, new(Contract: contract.Id, Live: true), cursor, PageSize, cancellationToken);
            foreach (ServiceRequest request in page.Items)
            {
                await desk.CancelAsync(request, Actor.ContractRules, cancellationToken);
            }

            cursor = page.Next;
        }
        while (cursor is not null);

        await jobs.UndoAsync(tenant, contract, cancellationToken);
    }
}
