using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Services;

namespace Tsm.Application.Policies;

/// <summary>Carries out what policies decide by asking the card's grain.</summary>
public sealed class GrainPolicyActions(IGrainHost host, ServiceOrders orders) : IPolicyActions
{
    /// <inheritdoc/>
    public Task<PolicyActionResult> SuspendAsync(PolicyAction action, CancellationToken cancellationToken) =>
        AskAsync(action, Operation.Suspend, cancellationToken);

    /// <inheritdoc/>
    public Task<PolicyActionResult> ResumeAsync(PolicyAction action, CancellationToken cancellationToken) =>
        AskAsync(action, Operation.Resume, cancellationToken);

    private async Task<PolicyActionResult> AskAsync(PolicyAction action, Operation operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (await orders.FindAsync(action.Card, action.Service, cancellationToken) is not { } known)
        {
            return new(null, PolicyProblems.ServiceNotOnCard(action.Service, action.Iccid));
        }

        IReply reply = await host.SendAsync(
            action.Card,
            new EnqueueJob(
                action.JobId, operation, known.Version.Application, null, known.Version.Instance, false, default, default,
                By(action.Policy), known.Order),
            cancellationToken);
        return reply switch
        {
            JobAccepted or JobForgotten => new(action.JobId, null),
            // The card has too much waiting, or the server no way to it yet: that passes.
            JobRejected { Problem.Code: "QUEUE_FULL" or "NO_ROAD" } => throw new HostBusyException($"Card {action.Iccid} takes no jobs now."),
            JobRejected rejected => new(null, rejected.Problem),
            _ => throw new HostBusyException($"Card {action.Iccid} answered {reply.GetType().Name}."),
        };
    }

    /// <summary>As what a policy stands in the audit trail.</summary>
    public static Actor By(string policy) => new(ActorKind.Policy, $"policy:{policy}");
}
