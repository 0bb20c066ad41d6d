using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <summary>Tokens of the API, in the table <c>api_tokens</c>.</summary>
public sealed class ApiTokens(ISql sql) : IApiTokens
{
    private const string Columns =
        """
        tenant AS Tenant, id AS Id, role AS Role, scope AS Scope, name AS Name, created_at AS CreatedAt, expires_at AS ExpiresAt,
        revoked_at AS RevokedAt, used_on AS UsedOn
        """;

    /// <inheritdoc/>
    public Task AddAsync(ApiTokenRow token, Octets hash, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return sql.TransactAsync(
            token.Tenant,
            [new(
                """
                INSERT INTO api_tokens (tenant, id, hash, role, scope, name, created_at, expires_at)
                VALUES (@tenant, @id, @hash, @role, @scope, @name, @created, @expires)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    tenant = token.Tenant,
                    id = token.Id,
                    hash = hash.ToArray(),
                    role = token.Role,
                    scope = token.Scope,
                    name = token.Name,
                    created = StoredValues.Milliseconds(token.CreatedAt),
                    expires = StoredValues.Milliseconds(token.ExpiresAt),
                })],
            [audit],
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ApiTokenRow?> FindAsync(Octets hash, CancellationToken cancellationToken) =>
        (await sql.QueryAsync<Row>($"SELECT {Columns} FROM api_tokens WHERE hash = @hash", new { hash = hash.ToArray() }, cancellationToken))
            .Select(r => r.ToToken())
            .FirstOrDefault();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ApiTokenRow>> ListAsync(string tenant, CancellationToken cancellationToken) =>
        [.. (await sql.QueryAsync<Row>(
            $"SELECT {Columns} FROM api_tokens WHERE tenant = @tenant ORDER BY created_at DESC, id DESC", new { tenant }, cancellationToken))
            .Select(r => r.ToToken())];

    /// <inheritdoc/>
    public Task<bool> RevokeAsync(string tenant, string id, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken) =>
        sql.TransactAsync(
            tenant,
            [new(
                "UPDATE api_tokens SET revoked_at = @at WHERE tenant = @tenant AND id = @id AND revoked_at IS NULL",
                new { tenant, id, at = StoredValues.Milliseconds(at) },
                MustChange: true)],
            [audit],
            cancellationToken);

    /// <inheritdoc/>
    public Task UsedAsync(string tenant, string id, DateOnly day, CancellationToken cancellationToken) => sql.TransactAsync(
        tenant,
        [new(
            "UPDATE api_tokens SET used_on = @day WHERE tenant = @tenant AND id = @id AND (used_on IS NULL OR used_on < @day)",
            new { tenant, id, day = (long)day.DayNumber })],
        [],
        cancellationToken);

    private sealed class Row
    {
        public string Tenant { get; init; } = "";

        public string Id { get; init; } = "";

        public string Role { get; init; } = "";

        public string? Scope { get; init; }

        public string Name { get; init; } = "";

        public long CreatedAt { get; init; }

        public long? ExpiresAt { get; init; }

        public long? RevokedAt { get; init; }

        public long? UsedOn { get; init; }

        public ApiTokenRow ToToken() => new(
            Tenant, Id, Role, Scope, Name, StoredValues.Time(CreatedAt), StoredValues.Time(ExpiresAt), StoredValues.Time(RevokedAt),
            UsedOn is { } day ? DateOnly.FromDayNumber((int)day) : null);
    }
}
