using System.Globalization;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Policies;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>What policies have decided, in the table <c>policy_actions</c>.</summary>
public sealed class PolicyActions(ISql sql) : IPolicyActionStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<PolicyAction>> LatestAsync(GrainKey card, string service, CancellationToken cancellationToken) =>
        [.. (await sql.QueryAsync<StoredPolicyAction>(
            $"""
            SELECT {StoredPolicyAction.Columns} FROM policy_actions AS a
            WHERE tenant = @tenant AND card = @card AND service = @service AND number = (
                SELECT max(b.number) FROM policy_actions AS b
                WHERE b.tenant = a.tenant AND b.policy = a.policy AND b.card = a.card AND b.service = a.service)
            """,
            new { tenant = card.Tenant, card = StoredValues.Grain(card), service },
            cancellationToken)).Select(r => r.ToAction(card.Tenant))];

    /// <inheritdoc/>
    public Task<bool> DecideAsync(PolicyAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        return sql.TransactAsync(
            action.Card.Tenant, [new(StoredPolicyAction.AddSql, StoredPolicyAction.Values(action), MustChange: true)], [], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> SettleAsync(PolicyAction action, AuditEntry audit, ServiceEvent? raised, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        string tenant = action.Card.Tenant;
        List<SqlStatement> statements = [new(StoredPolicyAction.SettleSql, StoredPolicyAction.Values(action), MustChange: true)];
        if (raised is not null)
        {
            statements.Add(new(StoredEventRow.AddSql, StoredEventRow.Values(tenant, raised)));
        }

        return sql.TransactAsync(tenant, statements, [audit], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Page<PolicyAction>> ListAsync(
        string tenant, string policy, GrainKey? card, string? cursor, int limit, CancellationToken cancellationToken)
    {
        StoredValues.CheckLimit(limit);
        IReadOnlyList<StoredPolicyAction> rows = await sql.QueryAsync<StoredPolicyAction>(
            $"SELECT {StoredPolicyAction.Columns} FROM policy_actions WHERE tenant = @tenant AND policy = @policy AND seq < @before"
            + (card is null ? "" : " AND card = @card")
            + " ORDER BY seq DESC LIMIT @take",
            new { tenant, policy, card = card is { } c ? StoredValues.Grain(c) : null, before = StoredValues.Before(cursor), take = limit + 1 },
            cancellationToken);
        return new(
            [.. rows.Take(limit).Select(r => r.ToAction(tenant))],
            rows.Count > limit ? rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null);
    }
}
