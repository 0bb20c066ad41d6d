using Tsm.Application.Jobs;
using Tsm.Application.Requests;
using Tsm.Application.Services;

namespace Tsm.Application.Policies;

/// <summary>
/// Carries out what policies decide by requests of the side of rules: they are checked and listed like those of anybody, and what a
/// rule has suspended is known as such, so that neither provider nor user resumes it.
/// </summary>
public sealed class RequestPolicyActions(RequestDesk desk) : IPolicyActions
{
    /// <inheritdoc/>
    public Task<PolicyActionResult> SuspendAsync(PolicyAction action, CancellationToken cancellationToken) =>
        AskAsync(action, ServiceOperation.Suspend, cancellationToken);

    /// <inheritdoc/>
    public Task<PolicyActionResult> ResumeAsync(PolicyAction action, CancellationToken cancellationToken) =>
        AskAsync(action, ServiceOperation.Resume, cancellationToken);

    private async Task<PolicyActionResult> AskAsync(PolicyAction action, ServiceOperation operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        (ServiceRequest? request, Problem? problem) = await desk.TakeAsync(
            new(
                action.Card.Tenant,
                RequestOrigin.Policy,
                action.By.Name,
                action.By,
                action.Key,
                action.Service,
                OperationRules.Word(operation),
                Msisdn: null,
                action.Iccid,
                Card: action.Card),
            cancellationToken);
        return request switch
        {
            null => new(null, problem),
            { Status: RequestStatus.Refused or RequestStatus.Failed or RequestStatus.Cancelled } => new(null, request.Problem ?? RequestProblems.CalledOff),
            _ => new(action.JobId, null),
        };
    }
}
