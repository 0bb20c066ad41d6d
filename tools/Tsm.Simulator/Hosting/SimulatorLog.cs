namespace Tsm.Simulator.Hosting;

/// <summary>What an operator of the simulator is told; event ids 7000 to 7999.</summary>
internal static partial class SimulatorLog
{
    [LoggerMessage(EventId = 7000, Level = LogLevel.Information,
        Message = "{Cards} cards behind SMPP port {SmppPort}, control at {ControlUrl}")]
    public static partial void Ready(this ILogger logger, int cards, int smppPort, string controlUrl);

    [LoggerMessage(EventId = 7001, Level = LogLevel.Error,
        Message = "A card failed; this is an error of the simulator")]
    public static partial void CardFailed(this ILogger logger, Exception exception);
}
