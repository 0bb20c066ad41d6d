using Tsm.Application.ApplicationServers;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;

namespace Tsm.Application.Ports;

/// <summary>Allocations as they are remembered: one for each request, so that none is forgotten on its way.</summary>
public interface IAllocations
{
    /// <summary>Notes that a server is about to be asked, unless it is noted already; answers what is noted.</summary>
    Task<Allocation> BeginAsync(Allocation asked, CancellationToken cancellationToken);

    /// <summary>The allocation of a request; null when none was asked for.</summary>
    Task<Allocation?> FindAsync(string tenant, string request, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what a server has answered; false, and nothing is written, when the serial number is another card's, or when the
    /// allocation is no longer being asked for.
    /// </summary>
    Task<bool> KeepAsync(string tenant, string request, string allocationId, string? serial, Octets values, CancellationToken cancellationToken);

    /// <summary>The card has taken it: the server is to be told, and the values are forgotten. Harmless when it was said before.</summary>
    Task ConfirmAsync(string tenant, string request, CancellationToken cancellationToken);

    /// <summary>It is not needed: the server is to be told, and the values are forgotten. Harmless when it was said before.</summary>
    /// <param name="mayBeOnCard">Whether the card may have taken it all the same: then its serial number goes to no other.</param>
    Task ReleaseAsync(string tenant, string request, bool mayBeOnCard, CancellationToken cancellationToken);

    /// <summary>What a service has in use on a card is not needed any more, as far as it came there before a request that takes it away.</summary>
    /// <param name="by">The request: its own allocation stays, and so does what goes to the card after its jobs.</param>
    Task ReleaseUsedAsync(GrainKey card, string service, string by, CancellationToken cancellationToken);

    /// <summary>Claims allocations of which a server is to be told; the claim ends by itself.</summary>
    Task<IReadOnlyList<Allocation>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>The server knows: what was Confirming is Used, what was Releasing is Released.</summary>
    Task SettleAsync(Allocation told, CancellationToken cancellationToken);

    /// <summary>The server could not be told; it is tried again later.</summary>
    Task PutOffAsync(Allocation untold, TimeSpan pause, CancellationToken cancellationToken);
}

/// <summary>Talks to application servers.</summary>
public interface IApplicationServers
{
    /// <summary>Whether a server can be used for a service now; null when it can.</summary>
    Task<Problem?> AskStatusAsync(string tenant, string server, string service, CancellationToken cancellationToken);

    /// <summary>Asks for an allocation, verifies the answer and seals the values for the card.</summary>
    Task<AllocationOutcome> AllocateAsync(Allocation asked, CancellationToken cancellationToken);

    /// <summary>Tells the server that the card has it; null when it knows.</summary>
    Task<Problem?> ConfirmAsync(Allocation allocation, CancellationToken cancellationToken);

    /// <summary>Tells the server that it is free; null when it knows.</summary>
    Task<Problem?> ReleaseAsync(Allocation allocation, CancellationToken cancellationToken);
}

/// <summary>What came of asking for an allocation.</summary>
/// <param name="AllocationId">The server's name of it; null after a problem.</param>
/// <param name="Serial">The serial number, where it has one.</param>
/// <param name="Values">The values, sealed for the card.</param>
/// <param name="Problem">What is wrong.</param>
public sealed record AllocationOutcome(string? AllocationId, string? Serial, Octets Values, Problem? Problem);
