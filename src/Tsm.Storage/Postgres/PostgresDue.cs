using Npgsql;
using Tsm.Application.Hosting;

namespace Tsm.Storage.Postgres;

/// <summary>The queue of grains that want to be woken: written with their turns, claimed by the node that wakes them.</summary>
internal static class PostgresDue
{
    // What is ours with half of its lease left is given without being written again. A row that a turn has moved while it was
    // looked at is not found at its place, and given at the next look.
    private const string Waiting =
        """
        WITH waiting AS MATERIALIZED (
            SELECT tenant, grain, due, ctid AS place, claimed_by IS DISTINCT FROM $3 OR claimed_until < now_ms() + $4 / 2 AS fresh
            FROM due WHERE due <= $1 AND (claimed_until IS NULL OR claimed_until <= now_ms() OR claimed_by = $3)
        """;

    private const string Claimed =
        """
            ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE due AS d SET claimed_by = $3, claimed_until = now_ms() + $4
            FROM waiting AS w WHERE w.fresh AND d.ctid = w.place
            RETURNING d.tenant, d.grain, d.due
        )
        SELECT tenant, grain, due FROM claimed UNION ALL SELECT tenant, grain, due FROM waiting WHERE NOT fresh ORDER BY due
        """;

    /// <summary>Due before $1, at most $2, for the node $3, for $4 milliseconds.</summary>
    public const string ClaimSql = $"{Waiting}\n{Claimed}";

    /// <summary>As <see cref="ClaimSql"/>; of $5 parts of all grains the one with the number $6.</summary>
    public const string ClaimBucketSql = $"{Waiting}\nAND mod(hashtext(grain) & 2147483647, $5) = $6\n{Claimed}";

    private const string WaitsSql =
        """
        INSERT INTO due (tenant, grain, due) SELECT * FROM unnest($1, $2, $3)
        ON CONFLICT (tenant, grain) DO UPDATE SET due = excluded.due, claimed_by = NULL, claimed_until = NULL
        """;

    private const string WokenSql = "DELETE FROM due WHERE tenant = $1 AND grain = ANY ($2)";

    /// <summary>Adds the statements for due times that have changed.</summary>
    public static void Add(NpgsqlBatch batch, List<(GrainKey Key, long? Due)> changed)
    {
        List<(GrainKey Key, long? Due)> waits = changed.FindAll(w => w.Due is not null);
        if (waits.Count > 0)
        {
            batch.BatchCommands.Add(PostgresValues.Command(
                WaitsSql, [.. PostgresValues.Keys(waits, w => w.Key), PostgresValues.Longs(waits, w => w.Due!.Value)]));
        }

        PostgresValues.AddByTenant(batch, WokenSql, changed.Where(w => w.Due is null).Select(w => w.Key));
    }
}
