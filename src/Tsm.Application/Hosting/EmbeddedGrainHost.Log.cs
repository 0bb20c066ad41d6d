using Microsoft.Extensions.Logging;

namespace Tsm.Application.Hosting;

internal static partial class EmbeddedGrainHostLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "{Command} to {Grain} failed; nothing was changed")]
    public static partial void TurnFailed(this ILogger logger, GrainKey grain, string command, Exception exception);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "State of {Grain} cannot be read")]
    public static partial void StateUnreadable(this ILogger logger, GrainKey grain, Exception exception);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error,
        Message = "State of {Grain} has schema {Schema}, newer than {Known}: left alone")]
    public static partial void NewerSchema(this ILogger logger, GrainKey grain, int schema, int known);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Error, Message = "Turns of {Grains} grains could not be written together")]
    public static partial void CommitFailed(this ILogger logger, int grains, Exception exception);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Debug, Message = "{Grain} was written by another; run again, attempt {Attempt}")]
    public static partial void TurnLost(this ILogger logger, GrainKey grain, int attempt);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Debug, Message = "Store is not available, attempt {Attempt}")]
    public static partial void StoreUnavailable(this ILogger logger, int attempt, Exception exception);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Error, Message = "Batch of {Commands} commands given up")]
    public static partial void BatchFailed(this ILogger logger, int commands, Exception exception);

    [LoggerMessage(EventId = 4008, Level = LogLevel.Error, Message = "Due grains could not be read")]
    public static partial void WatchFailed(this ILogger logger, Exception exception);
}
