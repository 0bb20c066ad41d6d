using System.Globalization;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Events, in the table <c>events</c>.</summary>
public sealed class Events(ISql sql) : IEvents
{
    /// <inheritdoc/>
    public Task AddAsync(string tenant, ServiceEvent raised, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant, [new(StoredEventRow.AddSql, StoredEventRow.Values(tenant, raised))], [], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredEvent>> AfterAsync(
        string tenant, string? provider, long after, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        return [.. (await sql.QueryAsync<StoredEventRow>(
            $"""
            SELECT {StoredEventRow.Columns} FROM events
            WHERE tenant = @tenant AND seq > @after {(provider is null ? "" : "AND provider = @provider")} ORDER BY seq LIMIT @limit
            """,
            new { tenant, provider, after, limit },
            cancellationToken)).Select(r => r.ToEvent())];
    }

    /// <inheritdoc/>
    public async Task<Page<StoredEvent>> ListAsync(
        string tenant, EventFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        StoredValues.CheckLimit(limit);
        IReadOnlyList<StoredEventRow> rows = await sql.QueryAsync<StoredEventRow>(
            $"SELECT {StoredEventRow.Columns} FROM events WHERE tenant = @tenant AND seq < @before"
            + (filter.Provider is null ? "" : " AND provider = @Provider")
            + (filter.Kind is null ? "" : " AND kind = @Kind")
            + (filter.Service is null ? "" : " AND service = @Service")
            + (filter.Iccid is null ? "" : " AND iccid = @Iccid")
            + " ORDER BY seq DESC LIMIT @take",
            new { tenant, filter.Provider, filter.Kind, filter.Service, filter.Iccid, before = StoredValues.Before(cursor), take = limit + 1 },
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToEvent())],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }
}
