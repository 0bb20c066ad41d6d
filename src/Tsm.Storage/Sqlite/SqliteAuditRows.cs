using System.Globalization;
using Microsoft.Data.Sqlite;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Security.AuditTrail;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Sqlite;

/// <summary>Audit trails in SQLite. Its single writer is the lock of the sealer.</summary>
internal sealed class SqliteAuditRows(SqliteDatabase database) : IAuditRows
{
    private const string InsertSql =
        """
        INSERT INTO audit_trail (tenant, at, actor_kind, actor, claimed, action, subject_kind, subject, job, text, details)
        VALUES ($tenant, $at, $actor_kind, $actor, $claimed, $action, $subject_kind, $subject, $job, $text, $details)
        """;

    private const string Columns = "id, at, actor_kind, actor, claimed, action, subject_kind, subject, job, text, details, position, hash";

    private const string UnsealedTenantsSql = "SELECT DISTINCT tenant FROM audit_trail WHERE position IS NULL ORDER BY tenant";

    private const string UnsealedSql =
        $"SELECT {Columns} FROM audit_trail WHERE tenant = $tenant AND position IS NULL ORDER BY id LIMIT $limit";

    private const string SealSql =
        "UPDATE audit_trail SET position = $position, hash = $hash WHERE tenant = $tenant AND id = $id AND position IS NULL";

    private const string LastHeadSql =
        """
        SELECT number, position, hash, at, key, signature FROM audit_heads WHERE tenant = $tenant ORDER BY number DESC LIMIT 1
        """;

    private const string AddHeadSql =
        """
        INSERT INTO audit_heads (tenant, number, position, hash, at, key, signature)
        VALUES ($tenant, $number, $position, $hash, $at, $key, $signature)
        """;

    private const string AddKeySql =
        """
        INSERT INTO audit_keys (tenant, id, public_key, wrapped, created_at) VALUES ($tenant, $id, $public_key, $wrapped, $created_at)
        ON CONFLICT DO NOTHING
        """;

    private const string ExtentSql =
        """
        SELECT (SELECT coalesce(max(number), 0) FROM audit_heads WHERE tenant = $tenant),
               (SELECT coalesce(max(position), 0) FROM audit_trail WHERE tenant = $tenant AND position IS NOT NULL),
               (SELECT count(*) FROM audit_trail WHERE tenant = $tenant AND position IS NULL),
               (SELECT min(at) FROM audit_trail WHERE tenant = $tenant AND position IS NULL)
        """;

    private const string EntriesSql =
        $"""
        SELECT {Columns} FROM audit_trail
        WHERE tenant = $tenant AND position IS NOT NULL AND position > $after AND position <= $up_to ORDER BY position LIMIT $limit
        """;

    private const string HeadsSql =
        """
        SELECT number, position, hash, at, key, signature FROM audit_heads
        WHERE tenant = $tenant AND number > $after AND number <= $up_to ORDER BY number LIMIT $limit
        """;

    private const string NoteSql =
        """
        INSERT INTO audit_checks (tenant, at, entries, broken, code, what) VALUES ($tenant, $at, $entries, $broken, $code, $what)
        ON CONFLICT (tenant) DO UPDATE SET
            at = excluded.at, entries = excluded.entries, broken = excluded.broken, code = excluded.code, what = excluded.what
        """;

    /// <summary>Adds an entry in the transaction that is open on the session.</summary>
    public static void Add(SqliteSession session, string tenant, AuditEntry entry) => session.Prepare(InsertSql).Execute(
        tenant,
        StoredValues.Milliseconds(entry.At),
        AuditColumns.Kind(entry.Actor),
        entry.Actor.Name,
        entry.Actor.Claimed,
        entry.Action,
        entry.SubjectKind,
        entry.Subject,
        entry.Job,
        entry.Text,
        AuditColumns.Write(entry.Details));

    public Task<IReadOnlyList<string>> UnsealedTenantsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(session => Read(session.Prepare(UnsealedTenantsSql).Read(), r => r.GetString(0)), cancellationToken);

    public Task<int> SealAsync(
        string tenant, int limit, Func<AuditHead?, IReadOnlyList<AuditRecord>, SealedBatch> seal, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                List<AuditRecord> pending =
                    Read(session.Prepare(UnsealedSql).Read(tenant, limit), r => AuditColumns.Record(tenant, r));
                if (pending.Count == 0)
                {
                    return 0;
                }

                AuditHead? last = First(session.Prepare(LastHeadSql).Read(tenant), r => AuditColumns.Head(tenant, r));
                SealedBatch batch = seal(last, pending);
                foreach (SealedRecord entry in batch.Entries)
                {
                    session.Prepare(SealSql).Execute(entry.Position, entry.Hash.ToArray(), tenant, entry.Record.Id);
                }

                AuditHead head = batch.Head;
                session.Prepare(AddHeadSql).Execute(
                    tenant, head.Number, head.Position, head.Hash.ToArray(), StoredValues.Milliseconds(head.At), head.Key, head.Signature.ToArray());
                return pending.Count;
            },
            cancellationToken);

    public Task<StoredSigningKey?> FindKeyAsync(string tenant, CancellationToken cancellationToken) => database.ReadAsync(
        session => First(
            session.Prepare("SELECT id, public_key, wrapped FROM audit_keys WHERE tenant = $tenant").Read(tenant),
            r => new StoredSigningKey(r.GetString(0), AuditColumns.Octets(r, 1), AuditColumns.Octets(r, 2))),
        cancellationToken);

    public Task AddKeyAsync(string tenant, StoredSigningKey key, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Prepare(AddKeySql)
            .Execute(tenant, key.Id, key.PublicKey.ToArray(), key.Wrapped.ToArray(), StoredValues.Milliseconds(at)),
        cancellationToken);

    public Task<AuditExtent> ExtentAsync(string tenant, CancellationToken cancellationToken) => database.ReadAsync(
        session => First(session.Prepare(ExtentSql).Read(tenant), AuditColumns.Extent)!, cancellationToken);

    public Task<IReadOnlyList<SealedRecord>> EntriesAsync(
        string tenant, long after, long upTo, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SealedRecord>>(
            session => Read(session.Prepare(EntriesSql).Read(tenant, after, upTo, limit), r => AuditColumns.Sealed(tenant, r)),
            cancellationToken);

    public Task<IReadOnlyList<AuditHead>> HeadsAsync(
        string tenant, long after, long upTo, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditHead>>(
            session => Read(session.Prepare(HeadsSql).Read(tenant, after, upTo, limit), r => AuditColumns.Head(tenant, r)),
            cancellationToken);

    public Task<IReadOnlyList<AuditListEntry>> ListAsync(
        string tenant, AuditFilter filter, long before, int limit, CancellationToken cancellationToken)
    {
        // One text for each set of filters, so that each is prepared once and finds its index.
        List<object?> values = [tenant, before];
        string Condition(object? value, string condition)
        {
            if (value is null)
            {
                return "";
            }

            values.Add(value);
            return " AND " + condition;
        }

        string sql = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {Columns} FROM audit_trail WHERE tenant = $tenant AND id < $before
            {Condition(filter.Action, "action = $action")}{Condition(filter.Subject, "subject = $subject")}
            {Condition(StoredValues.Milliseconds(filter.From), "at >= $from")}{Condition(StoredValues.Milliseconds(filter.To), "at < $to")}
            ORDER BY id DESC LIMIT $limit
            """);
        values.Add(limit);
        return database.ReadAsync<IReadOnlyList<AuditListEntry>>(
            session => Read(session.Prepare(sql).Read([.. values]), r => AuditColumns.Listed(tenant, r)), cancellationToken);
    }

    public Task NoteAsync(string tenant, AuditCheck check, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Prepare(NoteSql).Execute(
            tenant, StoredValues.Milliseconds(check.At), check.Entries, check.Break?.Position, check.Break?.Code, check.Break?.What),
        cancellationToken);

    public Task<AuditCheck?> LastCheckAsync(string tenant, CancellationToken cancellationToken) => database.ReadAsync(
        session => First(
            session.Prepare("SELECT at, entries, broken, code, what FROM audit_checks WHERE tenant = $tenant").Read(tenant),
            AuditColumns.Check),
        cancellationToken);

    private static T? First<T>(SqliteDataReader reader, Func<SqliteDataReader, T> read) where T : class =>
        Read(reader, read) is [var first, ..] ? first : null;

    private static List<T> Read<T>(SqliteDataReader reader, Func<SqliteDataReader, T> read)
    {
        using (reader)
        {
            List<T> rows = [];
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }
}
