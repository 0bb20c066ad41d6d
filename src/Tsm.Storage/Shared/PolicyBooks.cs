using Dapper;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Policies;
using Tsm.Application.Ports;

namespace Tsm.Storage.Shared;

/// <summary>Policies and overrules, in the table <c>books</c>, with the looks they need in <c>work_due</c>.</summary>
public sealed class PolicyBooks(ISql sql) : IPolicyBooks
{
    /// <inheritdoc/>
    public async Task<bool> SaveAsync(
        string tenant, Policy policy, IReadOnlyCollection<string> services, long expected, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        List<SqlStatement> statements = [Books.Save(tenant, policy, expected)];
        if (services.Count > 0)
        {
            var values = new DynamicParameters(new { tenant, now = await sql.NowAsync(cancellationToken) });
            statements.Add(new(
                $"""
                INSERT INTO work_due (tenant, kind, item, due, mark)
                SELECT DISTINCT tenant, '{PolicyWork.WorkKind}', service || '|' || card, CAST(@now AS bigint), 1 FROM usage_records
                WHERE tenant = @tenant AND service IN {SqlList.Add(values, "service", services)}
                {DueWork.OnceMore}
                """,
                values));
        }

        return await sql.TransactAsync(tenant, statements, [audit], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> SaveAsync(string tenant, PolicyOverrule overrule, long expected, AuditEntry audit, CancellationToken cancellationToken) =>
        ChangeAsync(tenant, overrule, Books.Save(tenant, overrule, expected), audit, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string tenant, PolicyOverrule overrule, long expected, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(overrule);
        return ChangeAsync(tenant, overrule, Books.Delete<PolicyOverrule>(tenant, overrule.Id, expected), audit, cancellationToken);
    }

    private async Task<bool> ChangeAsync(
        string tenant, PolicyOverrule overrule, SqlStatement change, AuditEntry audit, CancellationToken cancellationToken)
    {
        string item = PolicyWork.Item(overrule.Service, new(tenant, CardMachine.GrainKind, overrule.Card));
        SqlStatement look = DueWork.Ask(tenant, PolicyWork.WorkKind, item, await sql.NowAsync(cancellationToken));
        return await sql.TransactAsync(tenant, [change, look], [audit], cancellationToken);
    }
}
