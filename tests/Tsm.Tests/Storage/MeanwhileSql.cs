using Tsm.Application.AuditTrail;
using Tsm.Storage.Shared;

namespace Tsm.Tests.Storage;

/// <summary>Somebody else does something between what was read and the first transaction that follows from it.</summary>
internal sealed class MeanwhileSql(ISql inner, Func<Task> meanwhile) : ISql
{
    private bool _isDone;

    public string SkipLocked => inner.SkipLocked;

    public Task<long> NowAsync(CancellationToken cancellationToken) => inner.NowAsync(cancellationToken);

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        inner.QueryAsync<T>(sql, values, cancellationToken);

    public Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
        inner.ChangeAsync<T>(sql, values, cancellationToken);

    public async Task<bool> TransactAsync(
        string tenant, IReadOnlyList<SqlStatement> statements, IReadOnlyList<AuditEntry> audit, CancellationToken cancellationToken)
    {
        if (!_isDone)
        {
            _isDone = true;
            await meanwhile();
        }

        return await inner.TransactAsync(tenant, statements, audit, cancellationToken);
    }
}
