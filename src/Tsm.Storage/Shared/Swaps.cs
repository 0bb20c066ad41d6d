using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Numbers;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Swaps, in the table <c>books</c>.</summary>
public sealed class Swaps(ISql sql) : ISwaps
{
    /// <inheritdoc/>
    public async Task<bool> SaveAsync(
        string tenant,
        Swap swap,
        long expected,
        IReadOnlyList<ServiceEvent> raised,
        IReadOnlyList<AuditEntry> audit,
        bool look,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        List<SqlStatement> statements =
        [
            Books.Save(tenant, swap, expected),
            .. raised.Select(e => new SqlStatement(StoredEventRow.AddSql, StoredEventRow.Values(tenant, e))),
        ];
        if (look && swap.EndedAt is null)
        {
            statements.Add(DueWork.Ask(tenant, ISwaps.WorkKind, swap.Id, await sql.NowAsync(cancellationToken)));
        }

        return await sql.TransactAsync(tenant, statements, audit, cancellationToken);
    }
}
