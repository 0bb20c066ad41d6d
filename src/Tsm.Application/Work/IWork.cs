using Tsm.Application.Ports;

namespace Tsm.Application.Work;

/// <summary>Something that goes on in the background, item by item, on any node.</summary>
public interface IWork
{
    /// <summary>The kind of items it takes from <see cref="IDueWork"/>.</summary>
    string Kind { get; }

    /// <summary>Looks at an item and does what is to be done. It may be called again for what was done already.</summary>
    /// <returns>When to look at it again; null for not before somebody asks.</returns>
    Task<DateTimeOffset?> DoAsync(WorkItem item, CancellationToken cancellationToken);
}
