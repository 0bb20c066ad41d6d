using System.ComponentModel.DataAnnotations;

namespace Tsm.Simulator.Networks;

/// <summary>How one direction of the network misbehaves.</summary>
public sealed record FaultRates
{
    /// <summary>
    /// The probability, 0..1, that a short message is lost: nobody hears of it again, no receipt either. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double Loss { get; init; }

    /// <summary>The probability, 0..1, that a short message arrives twice. Default: 0.</summary>
    [Range(0, 1)]
    public double Repeat { get; init; }

    /// <summary>
    /// The probability, 0..1, that a short message is held back so that later ones overtake it. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double Reorder { get; init; }

    /// <summary>
    /// The mean time in milliseconds a short message is under way; each takes half to one and a half of it. Default: 0.
    /// </summary>
    [Range(0, 3_600_000)]
    public int Delay { get; init; }
}

/// <summary>How the network and its SMSC misbehave, both directions and the SMPP side.</summary>
public sealed record Faults
{
    /// <summary>A network without faults.</summary>
    public static Faults None { get; } = new();

    /// <summary>From the SMSC to the card.</summary>
    public FaultRates ToCard { get; init; } = new();

    /// <summary>From the card to the SMSC.</summary>
    public FaultRates FromCard { get; init; } = new();

    /// <summary>The probability, 0..1, that submit_sm is answered by ESME_RTHROTTLED. Default: 0.</summary>
    [Range(0, 1)]
    public double Throttle { get; init; }

    /// <summary>After how many submit_sm the SMSC drops the connection, once; 0 for never. Default: 0.</summary>
    [Range(0, int.MaxValue)]
    public int DropAfter { get; init; }

    /// <summary>
    /// Whether the connection is dropped before the submit_sm_resp is sent, or after it. Default: after.
    /// </summary>
    public bool DropBeforeResponse { get; init; }

    /// <summary>The same rates for both directions.</summary>
    public static Faults Both(FaultRates rates) => new() { ToCard = rates, FromCard = rates };
}
