using Tsm.Application.AuditTrail;

namespace Tsm.Storage.Shared;

/// <summary>A statement with its values, named <c>@like_this</c>.</summary>
/// <param name="Sql">Text that both databases understand.</param>
/// <param name="Values">An object whose properties are the values.</param>
/// <param name="MustChange">Whether the whole transaction is undone when it changes no row.</param>
public sealed record SqlStatement(string Sql, object Values, bool MustChange = false);

/// <summary>Statements that SQLite and PostgreSQL understand alike, for what is not hot: one store serves both.</summary>
/// <remarks>What turns write and read has statements of its own for each database.</remarks>
public interface ISql
{
    /// <summary>What follows a SELECT whose rows are claimed: <c>FOR UPDATE SKIP LOCKED</c>, or nothing where there is one writer.</summary>
    string SkipLocked { get; }

    /// <summary>The clock that claims end on, milliseconds since 1970: of the database where nodes share one.</summary>
    Task<long> NowAsync(CancellationToken cancellationToken);

    /// <summary>Reads rows.</summary>
    Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken);

    /// <summary>Runs a statement that changes rows and returns some (<c>RETURNING</c>), in a transaction of its own.</summary>
    Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object values, CancellationToken cancellationToken);

    /// <summary>
    /// Runs statements and writes the entries of the audit trail in one transaction; false, and nothing is written, when one that
    /// must change a row did not.
    /// </summary>
    Task<bool> TransactAsync(string tenant, IReadOnlyList<SqlStatement> statements, IReadOnlyList<AuditEntry> audit, CancellationToken cancellationToken);
}
