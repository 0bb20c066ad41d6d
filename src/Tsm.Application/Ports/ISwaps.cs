using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Numbers;

namespace Tsm.Application.Ports;

/// <summary>Swaps as they are stored: documents of the books, written with the events they raise.</summary>
public interface ISwaps
{
    /// <summary>The kind of work that drives swaps; its items are their ids.</summary>
    const string WorkKind = "swap";

    /// <summary>Writes a swap, its events and the entries of the audit trail; false when its version is not the expected one.</summary>
    /// <param name="look">Whether a look at it is asked for; whoever looks says himself when it is looked at again.</param>
    Task<bool> SaveAsync(
        string tenant,
        Swap swap,
        long expected,
        IReadOnlyList<ServiceEvent> raised,
        IReadOnlyList<AuditEntry> audit,
        bool look,
        CancellationToken cancellationToken);
}
