using Microsoft.Extensions.Logging;

namespace Tsm.Application.Hosting;

/// <summary>Whether the store can be used: told by the host at each use, said once when it changes, asked by whoever reports.</summary>
public sealed partial class StoreHealth(TimeProvider time, ILogger<StoreHealth> logger)
{
    private Down? _down;

    /// <summary>Since when and why the store cannot be used; null when it can.</summary>
    public Down? Trouble => Volatile.Read(ref _down);

    /// <summary>It could not be used.</summary>
    /// <param name="exception">Its message says why, for people.</param>
    /// <param name="writing">Whether it was to be written: a full disk can still be read.</param>
    public void Failed(Exception exception, bool writing)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (Interlocked.CompareExchange(ref _down, new(time.GetUtcNow(), exception.Message, writing), null) is null)
        {
            LogDown(logger, exception.Message);
            LogDetails(logger, exception);
        }
    }

    /// <summary>It was used; only writing shows that it can be written again.</summary>
    public void Worked(bool writing)
    {
        if (Volatile.Read(ref _down) is { } down && (writing || !down.Writing) && Interlocked.CompareExchange(ref _down, null, down) == down)
        {
            LogBack(logger, time.GetUtcNow() - down.Since);
        }
    }

    [LoggerMessage(EventId = 4009, Level = LogLevel.Warning,
        Message = "{Reason} Until it can, requests are refused, SMSCs are asked to deliver again later, and nothing is sent; then all goes on by itself")]
    private static partial void LogDown(ILogger logger, string reason);

    [LoggerMessage(EventId = 4010, Level = LogLevel.Debug, Message = "The database cannot be used")]
    private static partial void LogDetails(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4011, Level = LogLevel.Warning, Message = "The database can be used again, after {Duration}")]
    private static partial void LogBack(ILogger logger, TimeSpan duration);

    /// <summary>A store that cannot be used.</summary>
    /// <param name="Since">When that was noticed.</param>
    /// <param name="Reason">One sentence or more, for people.</param>
    /// <param name="Writing">Whether it could not be written.</param>
    public sealed record Down(DateTimeOffset Since, string Reason, bool Writing);
}
