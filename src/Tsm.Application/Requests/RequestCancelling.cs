using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Application.Requests;

/// <summary>Calls off the requests under a contract that has ended, then what jobs there are besides; what suspends or terminates is finished.</summary>
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
            foreach (ServiceRequest request in page.Items.Where(r => !IsFinished(r)))
            {
                await desk.CancelAsync(request, Actor.ContractRules, cancellationToken);
            }

            cursor = page.Next;
        }
        while (cursor is not null);

        await jobs.UndoAsync(tenant, contract, cancellationToken);
    }

    /// <summary>
    /// What suspends a service or takes it away has its reason outside of the contract, such as a phone that is lost; and so has
    /// what the carrier gives back.
    /// </summary>
    private static bool IsFinished(ServiceRequest request) => request.Operation switch
    {
        ServiceOperation.Suspend or ServiceOperation.Terminate => true,
        ServiceOperation.Resume => request.Origin is RequestOrigin.Operator or RequestOrigin.CustomerService or RequestOrigin.Policy,
        _ => false,
    };
}
