using Tsm.Application.Hosting;

namespace Tsm.Application.Usage;

/// <summary>What an application server tells of the use of a service on a card.</summary>
/// <param name="Server">The application server that tells it.</param>
/// <param name="Id">The server's own name for it, unique for the server.</param>
/// <param name="Service">The service that was used.</param>
/// <param name="Card">The card's grain.</param>
/// <param name="Iccid">The card's ICCID.</param>
/// <param name="Msisdn">The number of the card when the record came in; empty when it had none.</param>
/// <param name="At">When it was used.</param>
/// <param name="Kind">What happened, in the server's words: lower-case letters, digits and hyphens.</param>
/// <param name="Amount">How much, in the server's unit: 0 to <see cref="MaxAmount"/>, four decimals at most.</param>
/// <param name="ReceivedAt">When the record came in.</param>
public sealed record UsageRecord(
    string Server,
    string Id,
    string Service,
    GrainKey Card,
    string Iccid,
    string Msisdn,
    DateTimeOffset At,
    string Kind,
    decimal Amount,
    DateTimeOffset ReceivedAt)
{
    /// <summary>The largest amount.</summary>
    public const decimal MaxAmount = 1_000_000_000m;

    /// <summary>The decimals of an amount.</summary>
    public const int Decimals = 4;

    /// <summary>The longest id, in characters.</summary>
    public const int MaxIdLength = 128;

    /// <summary>The name by which actions refer to it: server and id.</summary>
    public string Name => $"{Server}/{Id}";

    /// <summary>Whether a number is an amount.</summary>
    public static bool IsAmount(decimal amount) => amount is >= 0 and <= MaxAmount && decimal.Round(amount, Decimals) == amount;
}
