using System.Net;
using Microsoft.Extensions.Logging;

namespace Tsm.Bearers.Smpp;

internal static partial class SmppServerLog
{
    [LoggerMessage(EventId = EventIds.ServerListening, Level = LogLevel.Information, Message = "SMPP listens on {EndPoint}")]
    public static partial void ServerListening(this ILogger logger, EndPoint endPoint);

    [LoggerMessage(EventId = EventIds.ServerBound, Level = LogLevel.Information,
        Message = "{SystemId} bound from {Remote} as {BindType}")]
    public static partial void ServerBound(this ILogger logger, string systemId, EndPoint? remote, BindType bindType);

    [LoggerMessage(EventId = EventIds.ServerBindRefused, Level = LogLevel.Warning,
        Message = "Bind of {SystemId} from {Remote} refused: {Status}")]
    public static partial void ServerBindRefused(
        this ILogger logger, string systemId, EndPoint? remote, CommandStatus status);

    [LoggerMessage(EventId = EventIds.ServerBindMissing, Level = LogLevel.Warning, Message = "{Remote} did not bind in time")]
    public static partial void ServerBindMissing(this ILogger logger, EndPoint? remote);

    [LoggerMessage(EventId = EventIds.ServerConnectionFailed, Level = LogLevel.Warning, Message = "A connection failed")]
    public static partial void ServerConnectionFailed(this ILogger logger, Exception exception);
}
