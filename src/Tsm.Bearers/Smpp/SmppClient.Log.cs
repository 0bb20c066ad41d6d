using Microsoft.Extensions.Logging;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

internal static partial class SmppClientLog
{
    [LoggerMessage(EventId = EventIds.ClientBound, Level = LogLevel.Information,
        Message = "Bound to {Host}:{Port} as {SystemId}")]
    public static partial void ClientBound(this ILogger logger, string host, int port, string systemId);

    [LoggerMessage(EventId = EventIds.ClientUnbound, Level = LogLevel.Warning,
        Message = "Session with {Host}:{Port} ended, {Reason}: {Detail}")]
    public static partial void ClientUnbound(
        this ILogger logger, string host, int port, SessionEndReason reason, string detail);

    [LoggerMessage(EventId = EventIds.ConnectFailed, Level = LogLevel.Warning, Message = "Cannot connect to {Host}:{Port}")]
    public static partial void ConnectFailed(this ILogger logger, Exception exception, string host, int port);

    [LoggerMessage(EventId = EventIds.BindRefused, Level = LogLevel.Warning,
        Message = "{Host}:{Port} refused the bind of {SystemId}, {Status}: {Meaning}")]
    public static partial void BindRefused(
        this ILogger logger, string host, int port, string systemId, CommandStatus status, string meaning);

    [LoggerMessage(EventId = EventIds.TransceiverRefused, Level = LogLevel.Information,
        Message = "{Host}:{Port} takes no transceiver ({Reason}); trying a transmitter and a receiver")]
    public static partial void TransceiverRefused(this ILogger logger, string host, int port, string reason);

    [LoggerMessage(EventId = EventIds.BindUnanswered, Level = LogLevel.Warning,
        Message = "{Host}:{Port} did not answer the bind of {SystemId}: {Reason}")]
    public static partial void BindUnanswered(this ILogger logger, string host, int port, string systemId, string reason);

    [LoggerMessage(EventId = EventIds.BindAlarm, Level = LogLevel.Critical,
        Message = "{Host}:{Port} does not accept the account {SystemId}, {Status}: {Meaning}. Correct it; attempts are rare now")]
    public static partial void BindAlarm(
        this ILogger logger, string host, int port, string systemId, CommandStatus status, string meaning);

    [LoggerMessage(EventId = EventIds.Throttled, Level = LogLevel.Debug,
        Message = "{Host}:{Port} answered {Status}; waiting {Pause}")]
    public static partial void Throttled(this ILogger logger, string host, int port, CommandStatus status, TimeSpan pause);

    [LoggerMessage(EventId = EventIds.MessageMalformed, Level = LogLevel.Warning, Message = "Cannot read {Request}: {Error}")]
    public static partial void MessageMalformed(this ILogger logger, SmppRequest request, PacketError error);

    [LoggerMessage(EventId = EventIds.ListenerFailed, Level = LogLevel.Error,
        Message = "A listener to the change to {State} failed")]
    public static partial void ListenerFailed(this ILogger logger, Exception exception, SmppClientState state);
}
