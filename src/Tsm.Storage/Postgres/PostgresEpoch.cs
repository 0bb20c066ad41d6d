using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Tsm.Storage.Postgres;

/// <summary>
/// Notices when the database has gone back in time: each new connection is asked where the data lie, because a failover or a
/// restore breaks the connections before it. Another place begins a new epoch, in which no write of an earlier one wins.
/// </summary>
/// <param name="trustFailover">Whether a promoted replica is known to have lost nothing: then a new timeline alone begins no epoch.</param>
/// <param name="logger">Is told of new epochs; null for nobody.</param>
internal sealed class PostgresEpoch(bool trustFailover, ILogger? logger)
{
    /// <summary>Tsm's own lock among all users of the database cluster: 'T', 's', 'm', 3.</summary>
    private const int EpochLock = 0x54736D03;

    private const string NowSql = "SELECT epoch, place, database_place() FROM epochs ORDER BY epoch DESC LIMIT 1";

    private const string BeginSql =
        """
        INSERT INTO epochs (epoch, place, since, reason)
        SELECT greatest(max(epoch) + 1, (now_ms() - 1767225600000) / 1000)::integer, @place, now_ms(), @reason FROM epochs RETURNING epoch
        """;

    // What was ready to leave does not: it counts as abandoned, so that its grain is told and comes back.
    private const string RecallSql = "UPDATE outbox SET claimed_by = NULL, claimed_until = 0";

    private const string MoveSql = "UPDATE epochs SET place = @place WHERE epoch = @epoch";

    private int _current;

    /// <summary>The epoch as the newest connection has found it; 0 before the first.</summary>
    public int Current => Volatile.Read(ref _current);

    /// <summary>Looks at a connection that was just opened.</summary>
    public void Look(NpgsqlConnection connection)
    {
        (int epoch, string was, string place) = connection.QuerySingle<(int, string, string)>(NowSql);
        if (!string.Equals(was, place, StringComparison.Ordinal))
        {
            epoch = Move(connection);
        }

        Volatile.Write(ref _current, epoch);
    }

    /// <summary>Begins a new epoch because somebody says that the database has gone back in time.</summary>
    public void Begin(NpgsqlConnection connection, string reason)
    {
        using NpgsqlTransaction transaction = Lock(connection);
        (_, _, string place) = connection.QuerySingle<(int, string, string)>(NowSql, transaction: transaction);
        int epoch = Begin(connection, place, reason, transaction);
        transaction.Commit();
        Volatile.Write(ref _current, epoch);
        logger?.EpochBegun(epoch, reason);
    }

    /// <summary>Of nodes that find the database at another place at once, one begins the epoch and the others find it begun.</summary>
    private int Move(NpgsqlConnection connection)
    {
        using NpgsqlTransaction transaction = Lock(connection);
        (int epoch, string was, string place) = connection.QuerySingle<(int, string, string)>(NowSql, transaction: transaction);
        string? reason = Reason(was, place);
        if (reason is not null)
        {
            epoch = Begin(connection, place, reason, transaction);
        }
        else if (!string.Equals(was, place, StringComparison.Ordinal))
        {
            connection.Execute(MoveSql, new { place, epoch }, transaction);
        }

        transaction.Commit();
        if (reason is not null)
        {
            logger?.EpochBegun(epoch, reason);
        }

        return epoch;
    }

    private static int Begin(NpgsqlConnection connection, string place, string reason, NpgsqlTransaction transaction)
    {
        connection.Execute(RecallSql, transaction: transaction);
        return connection.QuerySingle<int>(BeginSql, new { place, reason }, transaction);
    }

    /// <summary>Why a place is another epoch's; null when it is not.</summary>
    private string? Reason(string was, string place)
    {
        if (was.Length == 0 || string.Equals(was, place, StringComparison.Ordinal))
        {
            return null;
        }

        string[] before = was.Split('/'), now = place.Split('/');
        return !Same(0) ? "the data lie in another PostgreSQL cluster"
            : !Same(2) || !Same(3) ? "the database was made anew from a dump or a copy"
            : trustFailover ? null
            : string.Create(CultureInfo.InvariantCulture, $"PostgreSQL went from timeline {before[1]} to {now[1]}: a replica was promoted, or a backup recovered");

        bool Same(int part) => string.Equals(before[part], now[part], StringComparison.Ordinal);
    }

    private static NpgsqlTransaction Lock(NpgsqlConnection connection)
    {
        NpgsqlTransaction transaction = connection.BeginTransaction();
        connection.Execute("SELECT pg_advisory_xact_lock(@key)", new { key = (long)EpochLock }, transaction);
        return transaction;
    }
}
