using Tsm.Application.AuditTrail;
using Tsm.Application.Policies;

namespace Tsm.Application.Ports;

/// <summary>Changes of policies after which cards are looked at: documents of the books, each written with the looks that it needs.</summary>
/// <remarks>Each is one transaction. It is false, and nothing is written, when the document's version is not the expected one.</remarks>
public interface IPolicyBooks
{
    /// <summary>Writes a policy, and asks for a look at every card of which there is usage of one of these services.</summary>
    Task<bool> SaveAsync(
        string tenant, Policy policy, IReadOnlyCollection<string> services, long expected, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Writes an overrule, and asks for a look at its card.</summary>
    Task<bool> SaveAsync(string tenant, PolicyOverrule overrule, long expected, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Takes an overrule away, and asks for a look at its card.</summary>
    Task<bool> DeleteAsync(string tenant, PolicyOverrule overrule, long expected, AuditEntry audit, CancellationToken cancellationToken);
}
