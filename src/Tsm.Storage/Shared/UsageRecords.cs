using System.Globalization;
using Dapper;
using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Application.Usage;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Usage records, in the table <c>usage_records</c>.</summary>
public sealed class UsageRecords(ISql sql) : IUsageRecords
{
    /// <inheritdoc/>
    public async Task<UsageIntake> AddAsync(string tenant, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        UsageIntake? intake;
        do
        {
            intake = await TryAddAsync(tenant, records, cancellationToken);
        }
        while (intake is null);
        return intake;
    }

    /// <summary>Adds records; null, and nothing is written, when another node has added one of them meanwhile: its record decides.</summary>
    private async Task<UsageIntake?> TryAddAsync(string tenant, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken)
    {
        Dictionary<(string, string), StoredUsageRecord> known = await KnownAsync(tenant, records, cancellationToken);
        int[] differing = [.. Enumerable.Range(0, records.Count)
            .Where(i => known.TryGetValue((records[i].Server, records[i].Id), out StoredUsageRecord? there) && !there.Tells(records[i]))];
        if (differing.Length > 0)
        {
            return new(0, 0, differing);
        }

        UsageRecord[] fresh = [.. records.Where(r => !known.ContainsKey((r.Server, r.Id))).DistinctBy(r => (r.Server, r.Id))];
        bool added = fresh.Length == 0 || await sql.TransactAsync(
            tenant,
            [
                .. fresh.Select(r => new SqlStatement(StoredUsageRecord.AddSql, StoredUsageRecord.Values(tenant, r), MustChange: true)),
                .. fresh
                    .GroupBy(r => PolicyWork.Item(r.Service, r.Card), StringComparer.Ordinal)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => DueWork.Ask(tenant, PolicyWork.WorkKind, g.Key, g.Min(r => StoredValues.Milliseconds(r.ReceivedAt)))),
            ],
            [],
            cancellationToken);
        return added ? new(fresh.Length, records.Count - fresh.Length, []) : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageRecord>> OfCardAsync(
        GrainKey card, string service, DateTimeOffset since, CancellationToken cancellationToken) =>
        [.. (await sql.QueryAsync<StoredUsageRecord>(
            $"""
            SELECT {StoredUsageRecord.Columns} FROM usage_records
            WHERE tenant = @tenant AND card = @card AND service = @service AND at >= @since ORDER BY at, server, id
            """,
            new { tenant = card.Tenant, card = StoredValues.Grain(card), service, since = StoredValues.Milliseconds(since) },
            cancellationToken)).Select(r => r.ToRecord(card.Tenant))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageRecord>> BetweenAsync(
        string tenant, IReadOnlyCollection<string> services, DateTimeOffset from, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Count == 0)
        {
            return [];
        }

        var values = new DynamicParameters(new { tenant, from = StoredValues.Milliseconds(from), until = StoredValues.Milliseconds(until), limit });
        return [.. (await sql.QueryAsync<StoredUsageRecord>(
            $"""
            SELECT {StoredUsageRecord.Columns} FROM usage_records
            WHERE tenant = @tenant AND service IN {SqlList.Add(values, "service", services)} AND at >= @from AND at < @until
            ORDER BY at, server, id LIMIT @limit
            """,
            values,
            cancellationToken)).Select(r => r.ToRecord(tenant))];
    }

    /// <inheritdoc/>
    public async Task<Page<UsageRecord>> ListAsync(
        string tenant, UsageFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        StoredValues.CheckLimit(limit);
        long before = StoredValues.Before(cursor);
        if (filter.Services is { Count: 0 })
        {
            return new([], null);
        }

        var values = new DynamicParameters(new
        {
            tenant,
            before,
            card = filter.Card is { } card ? StoredValues.Grain(card) : null,
            server = filter.Server,
            take = limit + 1,
        });
        IReadOnlyList<StoredUsageRecord> rows = await sql.QueryAsync<StoredUsageRecord>(
            $"SELECT {StoredUsageRecord.Columns} FROM usage_records WHERE tenant = @tenant AND seq < @before"
            + (filter.Card is null ? "" : " AND card = @card")
            + (filter.Services is null ? "" : $" AND service IN {SqlList.Add(values, "service", filter.Services)}")
            + (filter.Server is null ? "" : " AND server = @server")
            + " ORDER BY seq DESC LIMIT @take",
            values,
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToRecord(tenant))],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }

    private async Task<Dictionary<(string, string), StoredUsageRecord>> KnownAsync(
        string tenant, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken)
    {
        Dictionary<(string, string), StoredUsageRecord> known = [];
        foreach (IGrouping<string, UsageRecord> server in records.GroupBy(r => r.Server, StringComparer.Ordinal))
        {
            foreach (string[] ids in server.Select(r => r.Id).Chunk(500))
            {
                var values = new DynamicParameters(new { tenant, server = server.Key });
                foreach (StoredUsageRecord row in await sql.QueryAsync<StoredUsageRecord>(
                    $"SELECT {StoredUsageRecord.Columns} FROM usage_records WHERE tenant = @tenant AND server = @server AND id IN {SqlList.Add(values, "id", ids)}",
                    values,
                    cancellationToken))
                {
                    known[(row.Server, row.Id)] = row;
                }
            }
        }

        return known;
    }
}
