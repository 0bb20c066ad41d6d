using System.Globalization;
using Tsm.Application.Ports;
using Tsm.Application.Services;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Services on cards, in the table <c>service_instances</c>.</summary>
public sealed class ServiceInstances(ISql sql) : IServiceInstances
{
    /// <summary>Whether an instance is on its card or on its way there.</summary>
    internal const string IsThereSql = "(state <> 'Absent' OR wanted <> 'Absent' OR pending <> 0)";

    /// <summary>How many of a tenant are on cards or on their way there; more conditions may follow.</summary>
    internal const string CountSql = $"SELECT count(*) FROM service_instances WHERE tenant = @tenant AND {IsThereSql}";

    /// <inheritdoc/>
    public async Task<Page<ServiceInstanceRow>> ListAsync(
        string tenant, ServiceInstanceFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        IReadOnlyList<StoredServiceInstance> rows = await sql.QueryAsync<StoredServiceInstance>(
            $"SELECT {StoredServiceInstance.Columns} FROM service_instances WHERE {Condition(filter)} AND seq < @before ORDER BY seq DESC LIMIT @take",
            Values(tenant, filter, StoredValues.Before(cursor), limit + 1),
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToRow(tenant))],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public async Task<int> CountAsync(string tenant, ServiceInstanceFilter filter, CancellationToken cancellationToken) =>
        (int)(await sql.QueryAsync<long>(
            $"{CountSql} AND {Condition(filter)}",
            Values(tenant, filter, 0, 0),
            cancellationToken))[0];

    private static string Condition(ServiceInstanceFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return "tenant = @tenant"
            + (filter.Provider is null ? "" : " AND provider = @provider")
            + (filter.Service is null ? "" : " AND service = @service")
            + (filter.Card is null ? "" : " AND card = @card")
            + (filter.Contract is null ? "" : " AND contract = @contract")
            + (filter.State is null ? "" : " AND state = @state");
    }

    private static object Values(string tenant, ServiceInstanceFilter filter, long before, int take) => new
    {
        tenant,
        provider = filter.Provider,
        service = filter.Service,
        card = filter.Card is { } card ? StoredValues.Grain(card) : null,
        contract = filter.Contract,
        state = filter.State?.ToString(),
        before,
        take,
    };
}
