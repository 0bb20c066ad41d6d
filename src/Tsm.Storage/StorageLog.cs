using Microsoft.Extensions.Logging;

namespace Tsm.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning,
        Message = "Epoch {Epoch} begins: {Reason}. Each card moves its counters ahead and is audited before its next job, because what was sent last may be forgotten")]
    public static partial void EpochBegun(this ILogger logger, int epoch, string reason);
}
