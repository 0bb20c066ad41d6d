using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Providers;

namespace Tsm.Application.Ports;

/// <summary>Calls off what is in flight under a contract that has ended and says so (<see cref="ContractEnd.Undo"/>).</summary>
public interface IContractEnding
{
    /// <summary>Calls everything off; it may be called again for the same contract, by any node.</summary>
    Task UndoAsync(string tenant, Contract contract, CancellationToken cancellationToken);
}

/// <summary>Which ends of contracts were noticed, and which of them are dealt with.</summary>
public interface IContractEnds
{
    /// <summary>
    /// Notes that a contract has ended, with the event and the entry of the audit trail; false, and nothing is written, when it
    /// was noted before, or when it is not as it was read. Its version rises by one: whoever has read it before does not prolong it.
    /// </summary>
    /// <param name="version">The version of the contract that was read.</param>
    /// <param name="undo">Whether what is in flight is to be called off.</param>
    Task<bool> NoteAsync(
        string tenant, string contract, long version, bool undo, ServiceEvent raised, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Which contracts' ends are noted.</summary>
    Task<IReadOnlySet<string>> NotedAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Contracts whose work is still to be called off, claimed for this caller until the lease has run out.</summary>
    Task<IReadOnlyList<string>> ClaimAsync(string tenant, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Notes that the work of a contract was called off.</summary>
    Task DoneAsync(string tenant, string contract, CancellationToken cancellationToken);
}
