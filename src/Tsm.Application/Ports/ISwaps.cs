using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Numbers;

namespace Tsm.Application.Ports;

/// <summary>Swaps as they are stored: documents of the books, written with the events they raise and the look they need.</summary>
public interface ISwaps
{
    /// <summary>The kind of work that drives swaps; its items are their ids.</summary>
    const string WorkKind = "swap";

    /// <summary>Writes a swap, its events and the entries of the audit trail, and asks for a look at it; false when its version is not the expected one.</summary>
    Task<bool> SaveAsync(
        string tenant,
        Swap swap,
        long expected,
        IReadOnlyList<ServiceEvent> raised,
        IReadOnlyList<AuditEntry> audit,
        CancellationToken cancellationToken);
}
