using Microsoft.Extensions.Logging;
using Tsm.Application.Hosting;

namespace Tsm.Orleans;

internal static partial class OrleansLog
{
    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "A turn of {Grain} is in doubt: the store failed; the same command again will tell")]
    public static partial void TurnInDoubt(this ILogger logger, GrainKey grain, Exception exception);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "{Grain} is written, what it caused is not yet; it is tried again")]
    public static partial void ProjectionFailed(this ILogger logger, GrainKey grain, Exception exception);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Debug, Message = "{Grain} lost against another writer, attempt {Attempt}")]
    public static partial void TurnLostThere(this ILogger logger, GrainKey grain, int attempt);

    [LoggerMessage(EventId = 4104, Level = LogLevel.Warning, Message = "{Grain} cannot be reached, attempt {Attempt}: {Problem}")]
    public static partial void GrainUnavailable(this ILogger logger, GrainKey grain, int attempt, string problem);

    [LoggerMessage(EventId = 4105, Level = LogLevel.Error, Message = "Bucket {Bucket} could not be swept")]
    public static partial void SweepFailed(this ILogger logger, int bucket, Exception exception);

    [LoggerMessage(EventId = 4106, Level = LogLevel.Information, Message = "{Count} turns were left half done in bucket {Bucket}; their grains are asked")]
    public static partial void IntentsFound(this ILogger logger, int count, int bucket);

    [LoggerMessage(EventId = 4107, Level = LogLevel.Warning, Message = "Sweepers could not be woken yet; their reminders will")]
    public static partial void SweepersAsleep(this ILogger logger, Exception exception);
}
