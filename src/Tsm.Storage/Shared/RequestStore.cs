using System.Globalization;
using Dapper;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Requests;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Requests, in the table <c>requests</c>.</summary>
public sealed class RequestStore(ISql sql, TimeProvider time) : IRequests
{
    private const string HasJobEndedSql =
        "EXISTS (SELECT 1 FROM jobs WHERE jobs.tenant = requests.tenant AND jobs.id = requests.watch AND jobs.ended_at IS NOT NULL)";

    // Whatever asks for the same service on the same card twice brings one instance.
    private const string CountGrantedSql =
        $"""
        SELECT count(*) FROM (
            SELECT DISTINCT card, service FROM requests
            WHERE tenant = @tenant AND contract = @contract AND ended_at IS NULL
                AND operation IN ('download', 'deploy') AND status NOT IN ('Received', 'Checking')) AS granted
        WHERE NOT EXISTS (
            SELECT 1 FROM service_instances
            WHERE tenant = @tenant AND service_instances.card = granted.card AND service_instances.service = granted.service
                AND {ServiceInstances.IsThereSql})
        """;

    /// <inheritdoc/>
    public async Task<(ServiceRequest Request, bool IsNew)> AddAsync(
        ServiceRequest request, TimeSpan claim, AuditEntry? audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await FindAsync(request.Tenant, request.Id, cancellationToken) is { } known)
        {
            return (known, false);
        }

        long lease = await LeaseAsync(claim, cancellationToken);
        bool isNew = await sql.TransactAsync(
            request.Tenant,
            [new(StoredRequest.AddSql, StoredRequest.Values(request, lease), MustChange: true)],
            audit is null ? [] : [audit],
            cancellationToken);
        return isNew
            ? (request with { Revision = 1 }, true)
            : (await FindAsync(request.Tenant, request.Id, cancellationToken) ?? throw new StoreUnavailableException("The request is neither new nor known.", inner: null), false);
    }

    /// <inheritdoc/>
    public async Task<ServiceRequest?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await sql.QueryAsync<StoredRequest>(
            $"SELECT {StoredRequest.Columns} FROM requests WHERE tenant = @tenant AND id = @id", new { tenant, id }, cancellationToken) is [var row]
            ? row.ToRequest()
            : null;

    /// <inheritdoc/>
    public async Task<Page<ServiceRequest>> ListAsync(
        string tenant, RequestFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        StoredValues.CheckLimit(limit);
        IReadOnlyList<StoredRequest> rows = await sql.QueryAsync<StoredRequest>(
            $"SELECT {StoredRequest.Columns} FROM requests WHERE tenant = @tenant AND seq < @before"
            + (filter.Provider is null ? "" : " AND provider = @provider")
            + (filter.Requester is null ? "" : " AND requester = @requester")
            + (filter.Origin is null ? "" : " AND origin = @origin")
            + (filter.Status is null ? "" : " AND status = @status")
            + (filter.Service is null ? "" : " AND service = @service")
            + (filter.Card is null ? "" : " AND card = @card")
            + (filter.Contract is null ? "" : " AND contract = @contract")
            + (filter.Live ? " AND ended_at IS NULL" : "")
            + " ORDER BY seq DESC LIMIT @take",
            new
            {
                tenant,
                provider = filter.Provider,
                requester = filter.Requester,
                origin = filter.Origin?.ToString(),
                status = filter.Status?.ToString(),
                service = filter.Service,
                card = filter.Card is { } card ? StoredValues.Grain(card) : null,
                contract = filter.Contract,
                before = StoredValues.Before(cursor),
                take = limit + 1,
            },
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToRequest())],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceRequest>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        var values = new { now, until = now + (long)lease.TotalMilliseconds, at = StoredValues.Milliseconds(time.GetUtcNow()), limit };

        // Asked first without a lock or a writer: most looks find nothing.
        const string Ready = "due <= @at AND lease <= @now";
        if ((await sql.QueryAsync<long>($"SELECT 1 FROM requests WHERE {Ready} LIMIT 1", values, cancellationToken)).Count == 0)
        {
            return [];
        }

        IReadOnlyList<StoredRequest> rows = await sql.ChangeAsync<StoredRequest>(
            $"""
            WITH picked AS MATERIALIZED (
                SELECT seq FROM requests WHERE {Ready} ORDER BY due LIMIT @limit {sql.SkipLocked})
            UPDATE requests SET lease = @until WHERE seq IN (SELECT seq FROM picked)
            RETURNING {StoredRequest.Columns}
            """,
            values,
            cancellationToken);
        return [.. rows.Select(r => r.ToRequest())];
    }

    /// <inheritdoc/>
    public Task WakeAsync(CancellationToken cancellationToken) => sql.ChangeAsync<long>(
        $"UPDATE requests SET due = @at WHERE watch IS NOT NULL AND due IS NULL AND {HasJobEndedSql} RETURNING seq",
        new { at = StoredValues.Milliseconds(time.GetUtcNow()) },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> SaveAsync(
        ServiceRequest request, ServiceEvent? raised, AuditEntry? audit, TimeSpan hold, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        long lease = await LeaseAsync(hold, cancellationToken);
        object values = StoredRequest.Values(request, lease);
        List<SqlStatement> statements = [new(StoredRequest.SaveSql, values, MustChange: true)];
        if (request is { Watch: not null, Due: null })
        {
            // A job that has ended since it was looked at has found the request still due, and will not say so again.
            statements.Add(new($"UPDATE requests SET due = @updated WHERE tenant = @tenant AND id = @id AND {HasJobEndedSql}", values));
        }

        if (raised is not null)
        {
            statements.Add(new(StoredEventRow.AddSql, StoredEventRow.Values(request.Tenant, raised)));
        }

        return await sql.TransactAsync(request.Tenant, statements, audit is null ? [] : [audit], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> GrantAsync(ServiceRequest request, int room, TimeSpan hold, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var values = new DynamicParameters(StoredRequest.Values(request, await LeaseAsync(hold, cancellationToken)));
        values.Add("room", room);
        values.Add("kind", Contract.Kind);
        return await sql.TransactAsync(
            request.Tenant,
            [
                // One after another: who has waited for the contract's row sees what was granted before.
                new("UPDATE books SET version = version WHERE tenant = @tenant AND kind = @kind AND id = @contract", values, MustChange: true),
                new($"{StoredRequest.SaveSql} AND ({ServiceInstances.CountSql} AND contract = @contract) + ({CountGrantedSql}) < @room", values, MustChange: true),
            ],
            [],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<int> CountGrantedAsync(string tenant, string contract, CancellationToken cancellationToken) =>
        (int)(await sql.QueryAsync<long>(CountGrantedSql, new { tenant, contract }, cancellationToken))[0];

    /// <inheritdoc/>
    public Task<bool> CancelAsync(string tenant, string id, AuditEntry audit, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant,
        [new(
            """
            UPDATE requests SET cancel = 1, due = @at, revision = revision + 1
            WHERE tenant = @tenant AND id = @id AND cancel = 0 AND ended_at IS NULL
            """,
            new { tenant, id, at = StoredValues.Milliseconds(time.GetUtcNow()) },
            MustChange: true)],
        [audit],
        cancellationToken);

    // Zero is before every time: the claim is over.
    private async Task<long> LeaseAsync(TimeSpan hold, CancellationToken cancellationToken) =>
        hold <= TimeSpan.Zero ? 0 : await sql.NowAsync(cancellationToken) + (long)hold.TotalMilliseconds;
}
