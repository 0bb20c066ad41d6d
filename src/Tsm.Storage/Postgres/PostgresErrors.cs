using Npgsql;
using Tsm.Application.Hosting;

namespace Tsm.Storage.Postgres;

/// <summary>Tells a database that is down from one that was in the way and from a statement that is wrong.</summary>
internal static class PostgresErrors
{
    /// <summary>How often something is tried that others are in the way of.</summary>
    public const int MaxCollisions = 10;

    /// <summary>A deadlock or a serialisation failure: nothing was written, and the same may succeed now.</summary>
    public static bool IsCollision(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>The server is gone, going, full, read-only after a failover, or does not let us in.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState[..2] is "08" or "28" or "3D" or "53" or "57" or "58"
            || refused.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable,
        NpgsqlException => true, // The connection, not an answer of the server.
        TimeoutException => true,
        _ => false,
    };

    /// <summary>The connection is gone, and with it probably all that lie in the pool.</summary>
    public static bool IsBroken(Exception exception) => exception switch
    {
        PostgresException ended => ended.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow,
        NpgsqlException { InnerException: not TimeoutException } => true,
        _ => false,
    };

    /// <summary>Whether the server has said that the transaction came to nothing; otherwise its end is in doubt.</summary>
    public static bool IsAbort(Exception exception) => exception is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>The messages of server and driver name hosts and users, never passwords.</summary>
    public static StoreUnavailableException Unavailable(Exception exception) =>
        new(exception is PostgresException { SqlState: PostgresErrorCodes.DiskFull } full
            ? $"The disk of the database server is full: nothing can be written ({full.MessageText})."
            : $"The database cannot be used now: {exception.Message.TrimEnd('.')}.", exception);
}
