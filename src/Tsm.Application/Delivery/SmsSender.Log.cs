using Microsoft.Extensions.Logging;
using Tsm.Application.Hosting;

namespace Tsm.Application.Delivery;

internal static partial class SmsSenderLog
{
    [LoggerMessage(EventId = 4100, Level = LogLevel.Debug, Message = "{Grain}: packet {Packet}, attempt {Attempt}, accepted in {Segments} short messages")]
    public static partial void PacketAccepted(this ILogger logger, GrainKey grain, string packet, int attempt, int segments);

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "{Grain}: packet {Packet} refused by SMSC {Road} with {Status}")]
    public static partial void PacketRefused(this ILogger logger, GrainKey grain, string packet, string road, string status);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "{Grain}: packet {Packet} may have left by SMSC {Road}; its outcome is unknown")]
    public static partial void PacketUnknown(this ILogger logger, GrainKey grain, string packet, string road);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Error, Message = "{Grain}: what became of packet {Packet} could not be told; its claim will run out")]
    public static partial void PacketUnsettled(this ILogger logger, GrainKey grain, string packet, Exception exception);

    [LoggerMessage(EventId = 4104, Level = LogLevel.Error, Message = "Sending by SMSC {Road} interrupted")]
    public static partial void SendingInterrupted(this ILogger logger, string road, Exception exception);

    [LoggerMessage(EventId = 4105, Level = LogLevel.Warning, Message = "{Count} packets were claimed and never settled; they count as possibly sent")]
    public static partial void ClaimsAbandoned(this ILogger logger, int count);

    [LoggerMessage(EventId = 4106, Level = LogLevel.Error, Message = "Abandoned packets could not be settled")]
    public static partial void RecoveryInterrupted(this ILogger logger, Exception exception);
}
