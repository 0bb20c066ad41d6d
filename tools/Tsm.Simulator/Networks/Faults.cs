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

    /// <summary>
    /// The probability, 0..1, that submit_sm is answered by ESME_RMSGQFUL and the message not taken. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double QueueFull { get; init; }

    /// <summary>
    /// The probability, 0..1, that submit_sm is answered by another temporary error and the message not taken:
    /// ESME_RSYSERR, or ESME_RX_T_APPN. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double TemporaryError { get; init; }

    /// <summary>
    /// The probability, 0..1, that the SMSC takes a message and drops the connection before it has answered, again and
    /// again. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double DisconnectBefore { get; init; }

    /// <summary>The same, but the connection is dropped right after the answer. Default: 0.</summary>
    [Range(0, 1)]
    public double DisconnectAfter { get; init; }

    /// <summary>The probability, 0..1, that the SMSC takes a message and never answers. Default: 0.</summary>
    [Range(0, 1)]
    public double ResponseLost { get; init; }

    /// <summary>The probability, 0..1, that it answers late, by <see cref="ResponseDelay"/>. Default: 0.</summary>
    [Range(0, 1)]
    public double ResponseLate { get; init; }

    /// <summary>How late a late answer is, in milliseconds. Default: 1000.</summary>
    [Range(0, 3_600_000)]
    public int ResponseDelay { get; init; } = 1000;

    /// <summary>
    /// The probability, 0..1, that a submit_sm makes the SMSC break the protocol, each time in one of the ways of
    /// <see cref="Smsc.Breach"/>. The message itself is taken. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double Malformed { get; init; }

    /// <summary>
    /// The probability, 0..1, that a message of a card is preceded by a damaged copy of itself, whose user data header
    /// or secured packet is broken. Default: 0.
    /// </summary>
    [Range(0, 1)]
    public double Damaged { get; init; }

    /// <summary>The same rates for both directions.</summary>
    public static Faults Both(FaultRates rates) => new() { ToCard = rates, FromCard = rates };
}
