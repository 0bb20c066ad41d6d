using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Policies;

namespace Tsm.Application.Ports;

/// <summary>What rules have decided, as it is stored.</summary>
public interface IPolicyActionStore
{
    /// <summary>The newest action of each policy on a service of a card.</summary>
    Task<IReadOnlyList<PolicyAction>> LatestAsync(GrainKey card, string service, CancellationToken cancellationToken);

    /// <summary>Writes a decision before it is carried out; false when another has decided meanwhile.</summary>
    Task<bool> DecideAsync(PolicyAction action, CancellationToken cancellationToken);

    /// <summary>Writes what became of a decision, with the entry of the audit trail and the event; false when that was written already.</summary>
    Task<bool> SettleAsync(PolicyAction action, AuditEntry audit, ServiceEvent? raised, CancellationToken cancellationToken);

    /// <summary>Actions, the newest first. Limit 1..1000.</summary>
    Task<Page<PolicyAction>> ListAsync(
        string tenant, string policy, GrainKey? card, string? cursor, int limit, CancellationToken cancellationToken);
}
