using System.Globalization;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Requests;
using Tsm.Application.Services;

namespace Tsm.Application.Numbers;

/// <summary>
/// Moves services by requests of the carrier's rules: what needs an allocation gets a new one for the new card, and the old card's
/// is given back when its instance is gone.
/// </summary>
public sealed class RequestSwapActions(RequestDesk desk, IServiceInstances instances) : ISwapActions
{
    /// <inheritdoc/>
    public async Task<SwapProgress> DeployAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(service);

        // Somebody may have brought it to the new card in another way.
        return await instances.NewestAsync(swap.New(tenant), service.Service, cancellationToken)
            is { State: InstanceState.Active, Wanted: InstanceState.Active, IsPending: false } there
                ? new(true, there.Job, null)
                : await AskAsync(tenant, swap, service, ServiceOperation.Deploy, swap.New(tenant), swap.NewIccid, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<SwapProgress> TerminateAsync(string tenant, Swap swap, SwapService service, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(service);
        ServiceInstanceRow? there = await instances.NewestAsync(swap.Old(tenant), service.Service, cancellationToken);

        // A later generation is that of whoever has the old card now: the one that the swap is about is gone.
        return there is null or { State: InstanceState.Absent, Wanted: InstanceState.Absent, IsPending: false } || there.Generation > service.Generation
            ? new(true, null, null)
            : await AskAsync(tenant, swap, service, ServiceOperation.Terminate, swap.Old(tenant), swap.OldIccid, cancellationToken);
    }

    /// <summary>Asks, or finds again what was asked: the key follows from the swap, the service and the attempt.</summary>
    private async Task<SwapProgress> AskAsync(
        string tenant, Swap swap, SwapService service, ServiceOperation operation, GrainKey card, string iccid, CancellationToken cancellationToken)
    {
        string word = OperationRules.Word(operation);
        (ServiceRequest? request, Problem? problem) = await desk.TakeAsync(
            new(
                tenant,
                RequestOrigin.Policy,
                $"swap:{swap.Id}",
                swap.By,
                string.Create(CultureInfo.InvariantCulture, $"{service.Service}|{service.Attempt}|{word}"),
                service.Service,
                word,
                Msisdn: null,
                iccid,
                Card: card),
            cancellationToken);
        if (request is null)
        {
            return new(false, null, problem);
        }

        string? job = request.Jobs is [.., var last] ? last : null;
        return request switch
        {
            { Status: RequestStatus.Done } => new(true, job, null),
            { HasEnded: true } => new(false, job, request.Problem ?? NumberProblems.RequestEnded(request.Id, request.Status.ToString().ToLowerInvariant())),
            { Status: RequestStatus.PendingConfirmation } => new(false, job, request.Problem, GoesOn: true),
            _ => new(false, job, null, GoesOn: true),
        };
    }
}
