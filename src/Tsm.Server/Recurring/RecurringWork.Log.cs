using Tsm.Security.AuditTrail;

namespace Tsm.Server.Recurring;

/// <summary>What recurring work tells operators.</summary>
internal static partial class RecurringWorkLog
{
    [LoggerMessage(EventId = 6030, Level = LogLevel.Debug, Message = "{Count} entries of the audit trail sealed")]
    public static partial void Sealed(this ILogger logger, int count);

    [LoggerMessage(EventId = 6031, Level = LogLevel.Error, Message = "The audit trail could not be sealed; its entries wait")]
    public static partial void NotSealed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6032, Level = LogLevel.Information, Message = "The audit trail is sealed again")]
    public static partial void SealedAgain(this ILogger logger);

    [LoggerMessage(EventId = 6033, Level = LogLevel.Information, Message = "Audit trail of tenant {Tenant} verified: {Entries} entries are intact, head {Head}")]
    public static partial void Intact(this ILogger logger, string tenant, long entries, AuditAnchor? head);

    [LoggerMessage(EventId = 6034, Level = LogLevel.Critical, Message = "Audit trail of tenant {Tenant} is broken at entry {Position}: {What} ({Code})")]
    public static partial void Broken(this ILogger logger, string tenant, long position, string what, string code);

    [LoggerMessage(EventId = 6035, Level = LogLevel.Error, Message = "The audit trail could not be verified; it is tried again at the next turn")]
    public static partial void NotVerified(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6036, Level = LogLevel.Information, Message = "{Count} commit tokens that dead nodes had left were taken away")]
    public static partial void CommitsForgotten(this ILogger logger, int count);

    [LoggerMessage(EventId = 6037, Level = LogLevel.Warning, Message = "Commit tokens of dead nodes could not be taken away; it is tried again at the next turn")]
    public static partial void CommitsNotForgotten(this ILogger logger, Exception exception);
}
