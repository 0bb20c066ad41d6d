using Microsoft.Extensions.Logging;

namespace Tsm.Bearers.Smpp;

internal static partial class SmppSessionLog
{
    [LoggerMessage(EventId = EventIds.SessionEnded, Level = LogLevel.Debug, Message = "Session ended, {Reason}: {Detail}")]
    public static partial void SessionEnded(this ILogger logger, SessionEndReason reason, string detail);

    [LoggerMessage(EventId = EventIds.MalformedPdu, Level = LogLevel.Warning, Message = "PDU of impossible length: {Header}")]
    public static partial void MalformedPdu(this ILogger logger, SmppPdu header);

    [LoggerMessage(EventId = EventIds.UnexpectedResponse, Level = LogLevel.Debug, Message = "Nobody waits for {Answer}")]
    public static partial void UnexpectedResponse(this ILogger logger, SmppPdu answer);

    [LoggerMessage(EventId = EventIds.UnknownCommand, Level = LogLevel.Warning, Message = "Unknown operation {Request}")]
    public static partial void UnknownCommand(this ILogger logger, SmppPdu request);

    [LoggerMessage(EventId = EventIds.HandlerFailed, Level = LogLevel.Error, Message = "Handling {Request} failed")]
    public static partial void HandlerFailed(this ILogger logger, Exception exception, SmppRequest request);

    [LoggerMessage(EventId = EventIds.TooManyRequests, Level = LogLevel.Warning,
        Message = "Too many requests at once; {Request} is put off")]
    public static partial void TooManyRequests(this ILogger logger, SmppRequest request);

    [LoggerMessage(EventId = EventIds.PduReceived, Level = LogLevel.Trace, Message = "Received {Pdu}")]
    public static partial void PduReceived(this ILogger logger, SmppPdu pdu);

    [LoggerMessage(EventId = EventIds.PduSent, Level = LogLevel.Trace, Message = "Sent {Pdu}")]
    public static partial void PduSent(this ILogger logger, SmppPdu pdu);
}
