using Microsoft.Extensions.Logging;

namespace Tsm.Application.Delivery;

internal static partial class InboxLog
{
    [LoggerMessage(EventId = 4120, Level = LogLevel.Warning, Message = "Message of {Source} by SMSC {Road} fits nobody and is kept: {Reason}")]
    public static partial void Quarantined(this ILogger logger, string road, string source, string reason);

    [LoggerMessage(EventId = 4121, Level = LogLevel.Debug, Message = "Message of {Source} by SMSC {Road} put off: the host or its store cannot take it now")]
    public static partial void Deferred(this ILogger logger, string road, string source);

    [LoggerMessage(EventId = 4122, Level = LogLevel.Error, Message = "Message of {Source} by SMSC {Road} could not be taken; the SMSC tries again")]
    public static partial void NotTaken(this ILogger logger, string road, string source, Exception exception);

    [LoggerMessage(EventId = 4123, Level = LogLevel.Debug, Message = "Receipt of {Source} by SMSC {Road} belongs to no card")]
    public static partial void ReceiptWithoutCard(this ILogger logger, string road, string source);
}
