using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Tsm.Simulator.Networks;

namespace Tsm.Simulator.Control;

/// <summary>The body of <c>PUT /faults</c>: what is left out stays as it is.</summary>
/// <remarks>Plain rates hold for both directions; <c>toCard</c> and <c>fromCard</c> replace those of one.</remarks>
public sealed record FaultsRequest
{
    /// <summary>The probability of loss in both directions.</summary>
    public double? Loss { get; init; }

    /// <summary>The probability of repetition in both directions.</summary>
    public double? Repeat { get; init; }

    /// <summary>The probability of being overtaken in both directions.</summary>
    public double? Reorder { get; init; }

    /// <summary>The mean time under way in milliseconds in both directions.</summary>
    public int? Delay { get; init; }

    /// <summary>All rates from the SMSC to the card.</summary>
    public FaultRates? ToCard { get; init; }

    /// <summary>All rates from the card to the SMSC.</summary>
    public FaultRates? FromCard { get; init; }

    /// <summary>The probability that submit_sm is throttled.</summary>
    public double? Throttle { get; init; }

    /// <summary>After how many further submit_sm the connection is dropped, once.</summary>
    public int? DropAfter { get; init; }

    /// <summary>Whether it is dropped before the response.</summary>
    public bool? DropBeforeResponse { get; init; }

    /// <summary>The probability that submit_sm is answered by ESME_RMSGQFUL.</summary>
    public double? QueueFull { get; init; }

    /// <summary>The probability that submit_sm is answered by another temporary error.</summary>
    public double? TemporaryError { get; init; }

    /// <summary>The probability that a submit_sm is taken and the connection dropped before the answer.</summary>
    public double? DisconnectBefore { get; init; }

    /// <summary>The probability that the connection is dropped after the answer.</summary>
    public double? DisconnectAfter { get; init; }

    /// <summary>The probability that a submit_sm is taken and never answered.</summary>
    public double? ResponseLost { get; init; }

    /// <summary>The probability that it is answered late.</summary>
    public double? ResponseLate { get; init; }

    /// <summary>How late, in milliseconds.</summary>
    public int? ResponseDelay { get; init; }

    /// <summary>The probability that a submit_sm makes the SMSC break the protocol.</summary>
    public double? Malformed { get; init; }

    /// <summary>The probability that a damaged copy goes before a message of a card.</summary>
    public double? Damaged { get; init; }

    /// <summary>Applies the request to the faults that hold; false when a value is out of range.</summary>
    public bool TryApply(Faults current, [NotNullWhen(true)] out Faults? faults)
    {
        ArgumentNullException.ThrowIfNull(current);
        Faults changed = current with
        {
            ToCard = ToCard ?? Apply(current.ToCard),
            FromCard = FromCard ?? Apply(current.FromCard),
            Throttle = Throttle ?? current.Throttle,
            DropAfter = DropAfter ?? current.DropAfter,
            DropBeforeResponse = DropBeforeResponse ?? current.DropBeforeResponse,
            QueueFull = QueueFull ?? current.QueueFull,
            TemporaryError = TemporaryError ?? current.TemporaryError,
            DisconnectBefore = DisconnectBefore ?? current.DisconnectBefore,
            DisconnectAfter = DisconnectAfter ?? current.DisconnectAfter,
            ResponseLost = ResponseLost ?? current.ResponseLost,
            ResponseLate = ResponseLate ?? current.ResponseLate,
            ResponseDelay = ResponseDelay ?? current.ResponseDelay,
            Malformed = Malformed ?? current.Malformed,
            Damaged = Damaged ?? current.Damaged,
        };
        faults = IsValid(changed) && IsValid(changed.ToCard) && IsValid(changed.FromCard) ? changed : null;
        return faults is not null;
    }

    private static bool IsValid(object value) =>
        Validator.TryValidateObject(value, new(value), null, validateAllProperties: true);

    private FaultRates Apply(FaultRates rates) => rates with
    {
        Loss = Loss ?? rates.Loss,
        Repeat = Repeat ?? rates.Repeat,
        Reorder = Reorder ?? rates.Reorder,
        Delay = Delay ?? rates.Delay,
    };
}
