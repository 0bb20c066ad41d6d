using System.Collections.Frozen;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Which ends of contracts were noticed, in the table <c>contract_ends</c>.</summary>
public sealed class ContractEnds(ISql sql) : IContractEnds
{
    /// <inheritdoc/>
    public Task<bool> NoteAsync(
        string tenant, string contract, long version, bool undo, ServiceEvent raised, AuditEntry audit, CancellationToken cancellationToken) =>
        sql.TransactAsync(
            tenant,
            [
                new(
                    "UPDATE books SET version = version + 1 WHERE tenant = @tenant AND kind = @kind AND id = @contract AND version = @version",
                    new { tenant, kind = Contract.Kind, contract, version },
                    MustChange: true),
                new(
                    """
                    INSERT INTO contract_ends (tenant, contract, undone, lease_until) VALUES (@tenant, @contract, @undone, 0)
                    ON CONFLICT (tenant, contract) DO NOTHING
                    """,
                    new { tenant, contract, undone = undo ? 0L : 1L },
                    MustChange: true),
                new(StoredEventRow.AddSql, StoredEventRow.Values(tenant, raised)),
            ],
            [audit],
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> NotedAsync(string tenant, CancellationToken cancellationToken) =>
        (await sql.QueryAsync<string>("SELECT contract FROM contract_ends WHERE tenant = @tenant", new { tenant }, cancellationToken))
            .ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ClaimAsync(string tenant, TimeSpan lease, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        return await sql.ChangeAsync<string>(
            $"""
            UPDATE contract_ends SET lease_until = @until WHERE tenant = @tenant AND contract IN (
                SELECT contract FROM contract_ends WHERE tenant = @tenant AND undone = 0 AND lease_until <= @now
                ORDER BY contract LIMIT 10 {sql.SkipLocked})
            RETURNING contract
            """,
            new { tenant, now, until = now + (long)lease.TotalMilliseconds },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task DoneAsync(string tenant, string contract, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant,
        [new("UPDATE contract_ends SET undone = 1 WHERE tenant = @tenant AND contract = @contract", new { tenant, contract })],
        [],
        cancellationToken);
}
