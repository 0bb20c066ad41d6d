namespace Tsm.Application.Ports;

/// <summary>What is to be looked at in the background. Any node looks; a node that dies is followed by another when its lease ends.</summary>
public interface IDueWork
{
    /// <summary>Asks for a look at an item at a time, or as soon as it was asked for already.</summary>
    Task AskAsync(string tenant, string kind, string item, DateTimeOffset due, CancellationToken cancellationToken);

    /// <summary>Claims items of a kind whose time has come, of all tenants.</summary>
    /// <param name="lease">How long nobody else claims them.</param>
    Task<IReadOnlyList<WorkItem>> ClaimAsync(string kind, int limit, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Says that an item was looked at, and when it is to be looked at again; null for never. What was asked for meanwhile stands.</summary>
    Task SettleAsync(WorkItem item, DateTimeOffset? again, CancellationToken cancellationToken);
}

/// <summary>An item that was claimed.</summary>
/// <param name="Kind">Which work it is for.</param>
/// <param name="Item">What is to be looked at, in the words of the work.</param>
/// <param name="Mark">Rises with everything that asks for a look.</param>
/// <param name="ClaimedUntil">The end of the lease, milliseconds of the database's clock.</param>
public sealed record WorkItem(string Tenant, string Kind, string Item, long Mark, long ClaimedUntil);
