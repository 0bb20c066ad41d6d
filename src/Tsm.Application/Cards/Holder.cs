using Tsm.Application.Requests;

namespace Tsm.Application.Cards;

/// <summary>Who holds a service suspended: a side, and of the providers which one. Within the other sides one speaks for all.</summary>
/// <param name="Origin">The side.</param>
/// <param name="Provider">The provider; empty for the other sides.</param>
public sealed record Holder(RequestOrigin Origin, string Provider)
{
    /// <summary>The carrier itself, by a job of its own.</summary>
    public static Holder Carrier { get; } = new(RequestOrigin.Operator, "");

    /// <summary>Who asks, as a holder.</summary>
    public static Holder Of(RequestOrigin origin, string requester) => new(origin, origin == RequestOrigin.Provider ? requester : "");
}
