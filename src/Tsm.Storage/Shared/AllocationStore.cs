using Tsm.Application.ApplicationServers;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Allocations, in the tables <c>allocations</c> and <c>serials</c>.</summary>
public sealed class AllocationStore(ISql sql, TimeProvider time) : IAllocations
{
    private long Now => StoredValues.Milliseconds(time.GetUtcNow());

    /// <inheritdoc/>
    public async Task<Allocation> BeginAsync(Allocation asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(asked);
        await sql.TransactAsync(
            asked.Tenant,
            [new(
                """
                INSERT INTO allocations (tenant, request, server, service, card, iccid, operation, msisdn, names, state, sealed, created_at)
                VALUES (@Tenant, @Request, @Server, @Service, @card, @Iccid, @Operation, @Msisdn, @Names, 'Asked', @nothing, @created)
                ON CONFLICT (tenant, request) DO NOTHING
                """,
                new
                {
                    asked.Tenant,
                    asked.Request,
                    asked.Server,
                    asked.Service,
                    card = StoredValues.Grain(asked.Card),
                    asked.Iccid,
                    asked.Operation,
                    asked.Msisdn,
                    asked.Names,
                    nothing = Array.Empty<byte>(),
                    created = StoredValues.Milliseconds(asked.CreatedAt),
                })],
            [],
            cancellationToken);
        return await FindAsync(asked.Tenant, asked.Request, cancellationToken)
            ?? throw new StoreUnavailableException("The allocation is neither new nor known.", inner: null);
    }

    /// <inheritdoc/>
    public async Task<Allocation?> FindAsync(string tenant, string request, CancellationToken cancellationToken) =>
        await sql.QueryAsync<StoredAllocation>(
            $"SELECT {StoredAllocation.Columns} FROM allocations WHERE tenant = @tenant AND request = @request",
            new { tenant, request },
            cancellationToken) is [var row] ? row.ToAllocation() : null;

    /// <inheritdoc/>
    public Task<bool> KeepAsync(
        string tenant, string request, string allocationId, string? serial, Octets values, CancellationToken cancellationToken)
    {
        var row = new { tenant, request, allocationId, serial, values = values.ToArray() };
        List<SqlStatement> statements = [];
        if (serial is not null)
        {
            // Of two cards that are given the same number at once, the first keeps it.
            statements.Add(new(
                """
                INSERT INTO serials (tenant, service, serial, card)
                SELECT tenant, service, @serial, card FROM allocations WHERE tenant = @tenant AND request = @request
                ON CONFLICT (tenant, service, serial) DO NOTHING
                """,
                row));
        }

        statements.Add(new(
            $"""
            UPDATE allocations SET state = 'Allocated', allocation = @allocationId, serial = @serial, sealed = @values
            WHERE tenant = @tenant AND request = @request AND state = 'Asked'
            {(serial is null ? "" : """
                AND EXISTS (
                    SELECT 1 FROM serials
                    WHERE serials.tenant = allocations.tenant AND serials.service = allocations.service AND serials.serial = @serial
                        AND serials.card = allocations.card)
                """)}
            """,
            row,
            MustChange: true));
        return sql.TransactAsync(tenant, statements, [], cancellationToken);
    }

    /// <inheritdoc/>
    public Task ConfirmAsync(string tenant, string request, CancellationToken cancellationToken) => TurnAsync(
        tenant,
        "state = 'Confirming', was_used = 1",
        "request = @request AND state = 'Allocated'",
        new { tenant, request, now = Now, nothing = Array.Empty<byte>() },
        cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(string tenant, string request, bool mayBeOnCard, CancellationToken cancellationToken) => TurnAsync(
        tenant,
        mayBeOnCard ? "state = 'Releasing', was_used = 1" : "state = 'Releasing'",
        "request = @request AND state IN ('Asked', 'Allocated')",
        new { tenant, request, now = Now, nothing = Array.Empty<byte>() },
        cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseUsedAsync(GrainKey card, string service, string by, CancellationToken cancellationToken) => TurnAsync(
        card.Tenant,
        "state = 'Releasing', was_used = 1",

        // The card does its jobs in the order of their rows, and a job's id begins with its request's. A request whose jobs the card has had
        // may be behind with saying so; where the asking one has no job left to compare with, nothing is released.
        """
        card = @card AND service = @service AND request <> @by
            AND (state IN ('Confirming', 'Used') OR (state = 'Allocated' AND EXISTS (
                SELECT 1 FROM requests
                WHERE requests.tenant = @tenant AND requests.id = allocations.request AND requests.status IN ('Running', 'PendingConfirmation'))))
            AND COALESCE((SELECT max(seq) FROM jobs WHERE jobs.tenant = @tenant AND jobs.card = @card AND jobs.id LIKE allocations.request || '-%'), 0)
                < (SELECT min(seq) FROM jobs WHERE jobs.tenant = @tenant AND jobs.card = @card AND jobs.id LIKE @by || '-%')
        """,
        new { tenant = card.Tenant, card = StoredValues.Grain(card), service, by, now = Now, nothing = Array.Empty<byte>() },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Allocation>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        long now = await sql.NowAsync(cancellationToken);
        IReadOnlyList<StoredAllocation> rows = await sql.ChangeAsync<StoredAllocation>(
            $"""
            WITH picked AS MATERIALIZED (
                SELECT tenant, request FROM allocations WHERE due <= @at AND lease <= @now ORDER BY due LIMIT @limit {sql.SkipLocked})
            UPDATE allocations SET lease = @until WHERE (tenant, request) IN (SELECT tenant, request FROM picked)
            RETURNING {StoredAllocation.Columns}
            """,
            new { now, at = Now, until = now + (long)lease.TotalMilliseconds, limit },
            cancellationToken);
        return [.. rows.Select(r => r.ToAllocation())];
    }

    /// <inheritdoc/>
    public Task SettleAsync(Allocation told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(told);
        bool isReleased = told.State == AllocationState.Releasing;
        var row = new
        {
            told.Tenant,
            told.Request,
            told.Service,
            told.Serial,
            was = told.State.ToString(),
            state = (isReleased ? AllocationState.Released : AllocationState.Used).ToString(),
        };
        List<SqlStatement> statements =
        [
            new(
                """
                UPDATE allocations SET state = @state, due = NULL, lease = 0, attempts = 0
                WHERE tenant = @Tenant AND request = @Request AND state = @was
                """,
                row),
        ];
        if (isReleased && told.Serial is not null)
        {
            // A number that no card has used may go to another.
            statements.Add(new(
                """
                DELETE FROM serials
                WHERE tenant = @Tenant AND service = @Service AND serial = @Serial AND NOT EXISTS (
                    SELECT 1 FROM allocations a
                    WHERE a.tenant = @Tenant AND a.service = @Service AND a.serial = @Serial AND (a.was_used = 1 OR a.state <> 'Released'))
                """,
                row));
        }

        return sql.TransactAsync(told.Tenant, statements, [], cancellationToken);
    }

    /// <inheritdoc/>
    public Task PutOffAsync(Allocation untold, TimeSpan pause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(untold);
        return sql.TransactAsync(
            untold.Tenant,
            [new(
                """
                UPDATE allocations SET due = @due, lease = 0, attempts = attempts + 1
                WHERE tenant = @Tenant AND request = @Request AND state = @was
                """,
                new { untold.Tenant, untold.Request, was = untold.State.ToString(), due = StoredValues.Milliseconds(time.GetUtcNow() + pause) })],
            [],
            cancellationToken);
    }

    private Task<bool> TurnAsync(string tenant, string change, string condition, object values, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant,
        [new($"UPDATE allocations SET {change}, sealed = @nothing, attempts = 0, due = @now WHERE tenant = @tenant AND {condition}", values)],
        [],
        cancellationToken);
}
