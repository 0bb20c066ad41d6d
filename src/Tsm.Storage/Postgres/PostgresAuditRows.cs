using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Security.AuditTrail;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Postgres;

/// <summary>Audit trails in PostgreSQL: any node may seal, one at a time does.</summary>
internal sealed class PostgresAuditRows(PostgresDatabase database) : IAuditRows
{
    /// <summary>The sealer's own lock among all users of the database cluster: 'T', 's', 'm', 2.</summary>
    private const long SealerLock = 0x54736D02;

    private const string AddSql =
        """
        INSERT INTO audit_trail (tenant, at, actor_kind, actor, claimed, action, subject_kind, subject, job, text, details)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string Columns = "id, at, actor_kind, actor, claimed, action, subject_kind, subject, job, text, details, position, hash";

    private const string UnsealedTenantsSql = "SELECT DISTINCT tenant FROM audit_trail WHERE position IS NULL ORDER BY tenant";

    private const string LockSql = "SELECT pg_try_advisory_xact_lock($1)";

    private const string UnsealedSql =
        $"SELECT {Columns} FROM audit_trail WHERE tenant = $1 AND position IS NULL ORDER BY id LIMIT $2";

    private const string SealSql =
        """
        UPDATE audit_trail AS t SET position = i.position, hash = i.hash
        FROM unnest($2, $3, $4) AS i (id, position, hash)
        WHERE t.tenant = $1 AND t.id = i.id AND t.position IS NULL
        """;

    private const string HeadColumns = "number, position, hash, at, key, signature";

    private const string LastHeadSql = $"SELECT {HeadColumns} FROM audit_heads WHERE tenant = $1 ORDER BY number DESC LIMIT 1";

    private const string AddHeadSql =
        $"INSERT INTO audit_heads (tenant, {HeadColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7)";

    private const string ExtentSql =
        """
        SELECT (SELECT coalesce(max(number), 0) FROM audit_heads WHERE tenant = $1),
               (SELECT coalesce(max(position), 0) FROM audit_trail WHERE tenant = $1 AND position IS NOT NULL),
               (SELECT count(*) FROM audit_trail WHERE tenant = $1 AND position IS NULL),
               (SELECT min(at) FROM audit_trail WHERE tenant = $1 AND position IS NULL)
        """;

    private const string EntriesSql =
        $"SELECT {Columns} FROM audit_trail WHERE tenant = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4";

    private const string HeadsSql =
        $"SELECT {HeadColumns} FROM audit_heads WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4";

    private const string AddKeySql =
        """
        INSERT INTO audit_keys (tenant, id, public_key, wrapped, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
        """;

    private const string NoteSql =
        """
        INSERT INTO audit_checks (tenant, at, entries, broken, code, what) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant) DO UPDATE SET
            at = excluded.at, entries = excluded.entries, broken = excluded.broken, code = excluded.code, what = excluded.what
        """;

    /// <summary>A statement that adds entries in the transaction of its batch.</summary>
    public static NpgsqlBatchCommand Add(List<(string Tenant, AuditEntry Entry)> rows) => PostgresValues.Command(AddSql, Parameters(rows));

    /// <summary>Adds an entry in the transaction that is open on the connection.</summary>
    public static Task AddAsync(NpgsqlConnection connection, string tenant, AuditEntry entry, CancellationToken cancellationToken) =>
        connection.ChangeAsync(AddSql, Parameters([(tenant, entry)]), cancellationToken);

    public async Task<IReadOnlyList<string>> UnsealedTenantsAsync(CancellationToken cancellationToken) => await database.UseAsync(
        connection => connection.QueryAsync(UnsealedTenantsSql, [], r => r.GetString(0), cancellationToken), cancellationToken);

    /// <remarks>
    /// The lock ends with the transaction, and the next holder sees what this one has committed. Not repeated when the
    /// connection breaks: what became of it is seen when sealing goes on.
    /// </remarks>
    public Task<int> SealAsync(
        string tenant, int limit, Func<AuditHead?, IReadOnlyList<AuditRecord>, SealedBatch> seal, CancellationToken cancellationToken) =>
        database.TurnAsync(
            async connection =>
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (!(await connection.QueryAsync(LockSql, [PostgresValues.Number(SealerLock)], r => r.GetBoolean(0), cancellationToken))[0])
                {
                    return 0;
                }

                IReadOnlyList<AuditRecord> pending = await connection.QueryAsync(
                    UnsealedSql, [PostgresValues.Text(tenant), PostgresValues.Number(limit)], r => AuditColumns.Record(tenant, r), cancellationToken);
                if (pending.Count == 0)
                {
                    return 0;
                }

                IReadOnlyList<AuditHead> last = await connection.QueryAsync(
                    LastHeadSql, [PostgresValues.Text(tenant)], r => AuditColumns.Head(tenant, r), cancellationToken);
                SealedBatch batch = seal(last is [var head] ? head : null, pending);
                await WriteAsync(connection, tenant, batch, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return pending.Count;
            },
            cancellationToken);

    public Task<StoredSigningKey?> FindKeyAsync(string tenant, CancellationToken cancellationToken) => FirstAsync(
        "SELECT id, public_key, wrapped FROM audit_keys WHERE tenant = $1",
        tenant,
        r => new StoredSigningKey(r.GetString(0), AuditColumns.Octets(r, 1), AuditColumns.Octets(r, 2)),
        cancellationToken);

    public Task AddKeyAsync(string tenant, StoredSigningKey key, DateTimeOffset at, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ChangeAsync(
            AddKeySql,
            [
                PostgresValues.Text(tenant), PostgresValues.Text(key.Id), Blob(key.PublicKey), Blob(key.Wrapped),
                PostgresValues.Number(StoredValues.Milliseconds(at)),
            ],
            cancellationToken),
        cancellationToken);

    public async Task<AuditExtent> ExtentAsync(string tenant, CancellationToken cancellationToken) =>
        (await FirstAsync(ExtentSql, tenant, AuditColumns.Extent, cancellationToken))!;

    public async Task<IReadOnlyList<SealedRecord>> EntriesAsync(
        string tenant, long after, long upTo, int limit, CancellationToken cancellationToken) => await database.UseAsync(
            connection => connection.QueryAsync(
                EntriesSql, Range(tenant, after, upTo, limit), r => AuditColumns.Sealed(tenant, r), cancellationToken),
            cancellationToken);

    public async Task<IReadOnlyList<AuditHead>> HeadsAsync(
        string tenant, long after, long upTo, int limit, CancellationToken cancellationToken) => await database.UseAsync(
            connection => connection.QueryAsync(
                HeadsSql, Range(tenant, after, upTo, limit), r => AuditColumns.Head(tenant, r), cancellationToken),
            cancellationToken);

    public async Task<IReadOnlyList<AuditListEntry>> ListAsync(
        string tenant, AuditFilter filter, long before, int limit, CancellationToken cancellationToken)
    {
        List<NpgsqlParameter> parameters = [PostgresValues.Text(tenant), PostgresValues.Number(before), PostgresValues.Number(limit)];
        string Condition(NpgsqlParameter? value, string condition)
        {
            if (value is null)
            {
                return "";
            }

            parameters.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $" AND {condition} ${parameters.Count}");
        }

        string sql =
            $"""
            SELECT {Columns} FROM audit_trail WHERE tenant = $1 AND id < $2
            {Condition(TextOrNone(filter.Action), "action =")}{Condition(TextOrNone(filter.Subject), "subject =")}
            {Condition(TimeOrNone(filter.From), "at >=")}{Condition(TimeOrNone(filter.To), "at <")}
            ORDER BY id DESC LIMIT $3
            """;
        return await database.UseAsync(
            connection => connection.QueryAsync(sql, Copies(parameters), r => AuditColumns.Listed(tenant, r), cancellationToken),
            cancellationToken);
    }

    public Task NoteAsync(string tenant, AuditCheck check, CancellationToken cancellationToken) => database.UseAsync(
        connection => connection.ChangeAsync(
            NoteSql,
            [
                PostgresValues.Text(tenant),
                PostgresValues.Number(StoredValues.Milliseconds(check.At)),
                PostgresValues.Number(check.Entries),
                new NpgsqlParameter { Value = (object?)check.Break?.Position ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new NpgsqlParameter { Value = (object?)check.Break?.Code ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter { Value = (object?)check.Break?.What ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            ],
            cancellationToken),
        cancellationToken);

    public Task<AuditCheck?> LastCheckAsync(string tenant, CancellationToken cancellationToken) => FirstAsync(
        "SELECT at, entries, broken, code, what FROM audit_checks WHERE tenant = $1", tenant, AuditColumns.Check, cancellationToken);

    private static async Task WriteAsync(
        NpgsqlConnection connection, string tenant, SealedBatch sealedBatch, CancellationToken cancellationToken)
    {
        AuditHead head = sealedBatch.Head;
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(PostgresValues.Command(
            SealSql,
            PostgresValues.Text(tenant),
            PostgresValues.Longs(sealedBatch.Entries, e => e.Record.Id),
            PostgresValues.Longs(sealedBatch.Entries, e => e.Position),
            PostgresValues.Blobs(sealedBatch.Entries, e => e.Hash.ToArray())));
        batch.BatchCommands.Add(PostgresValues.Command(
            AddHeadSql,
            PostgresValues.Text(tenant),
            PostgresValues.Number(head.Number),
            PostgresValues.Number(head.Position),
            Blob(head.Hash),
            PostgresValues.Number(StoredValues.Milliseconds(head.At)),
            PostgresValues.Text(head.Key),
            Blob(head.Signature)));
        if (await batch.ExecuteNonQueryAsync(cancellationToken) != sealedBatch.Entries.Count + 1)
        {
            throw new InvalidOperationException("Entries of the audit trail changed while they were being sealed; nothing of it was written.");
        }
    }

    private static NpgsqlParameter[] Parameters(List<(string Tenant, AuditEntry Entry)> rows) =>
    [
        PostgresValues.Texts(rows, r => r.Tenant),
        PostgresValues.Longs(rows, r => StoredValues.Milliseconds(r.Entry.At)),
        PostgresValues.Texts(rows, r => AuditColumns.Kind(r.Entry.Actor)),
        PostgresValues.Texts(rows, r => r.Entry.Actor.Name),
        PostgresValues.Texts(rows, r => r.Entry.Actor.Claimed),
        PostgresValues.Texts(rows, r => r.Entry.Action),
        PostgresValues.Texts(rows, r => r.Entry.SubjectKind),
        PostgresValues.Texts(rows, r => r.Entry.Subject),
        PostgresValues.Texts(rows, r => r.Entry.Job),
        PostgresValues.Texts(rows, r => r.Entry.Text),
        PostgresValues.Texts(rows, r => AuditColumns.Write(r.Entry.Details)),
    ];

    private Task<T?> FirstAsync<T>(string sql, string tenant, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class => database.UseAsync(
            async connection =>
                (await connection.QueryAsync(sql, [PostgresValues.Text(tenant)], read, cancellationToken)).FirstOrDefault(),
            cancellationToken);

    private static NpgsqlParameter[] Range(string tenant, long after, long upTo, int limit) =>
        [PostgresValues.Text(tenant), PostgresValues.Number(after), PostgresValues.Number(upTo), PostgresValues.Number(limit)];

    private static NpgsqlParameter<byte[]> Blob(Card.Encoding.Octets octets) =>
        new NpgsqlParameter<byte[]> { TypedValue = octets.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter? TextOrNone(string? value) => value is null ? null : PostgresValues.Text(value);

    private static NpgsqlParameter? TimeOrNone(DateTimeOffset? value) =>
        value is { } time ? PostgresValues.Number(StoredValues.Milliseconds(time)) : null;

    /// <summary>A parameter belongs to one command, and the work may be done twice.</summary>
    private static NpgsqlParameter[] Copies(List<NpgsqlParameter> parameters) => [.. parameters.Select(p => p.Clone())];
}
