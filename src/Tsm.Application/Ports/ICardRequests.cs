using Tsm.Card.Services;

namespace Tsm.Application.Ports;

/// <summary>Takes what cards ask for by short message.</summary>
public interface ICardRequests
{
    /// <summary>Makes a request durable, and does nothing more before this returns; null when it was taken, or taken before.</summary>
    /// <param name="tenant">The tenant whose cards the road leads to.</param>
    /// <param name="sender">The number it came from, digits.</param>
    /// <param name="request">What the card asks for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Why it was not taken; one sentence.</returns>
    Task<string?> TakeAsync(string tenant, string sender, CardRequest request, CancellationToken cancellationToken);
}
