using Tsm.Application.AuditTrail;
using Tsm.Card.Encoding;

namespace Tsm.Application.Ports;

/// <summary>A token of the API as it is stored: what it opens, never the token itself.</summary>
/// <param name="Id">The name by which it is revoked.</param>
/// <param name="Role">What its holder may do, a name of the server's roles.</param>
/// <param name="Scope">What its holder is limited to; null for all.</param>
/// <param name="Name">What people call it.</param>
/// <param name="ExpiresAt">Until when it opens; null for as long as it is not revoked.</param>
/// <param name="RevokedAt">Since when it does not open any more.</param>
/// <param name="UsedOn">The last day, in UTC, on which it was used.</param>
public sealed record ApiTokenRow(
    string Tenant,
    string Id,
    string Role,
    string? Scope,
    string Name,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateOnly? UsedOn);

/// <summary>Tokens of the API, known by the SHA-256 of what their holders send.</summary>
public interface IApiTokens
{
    /// <summary>Writes a new token with the entry of the audit trail.</summary>
    Task AddAsync(ApiTokenRow token, Octets hash, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>The token with this hash, whatever its tenant; null when there is none.</summary>
    Task<ApiTokenRow?> FindAsync(Octets hash, CancellationToken cancellationToken);

    /// <summary>The tokens of a tenant, the newest first, those included that do not open any more.</summary>
    Task<IReadOnlyList<ApiTokenRow>> ListAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Revokes a token, with the entry of the audit trail; false when there is none that was not revoked.</summary>
    Task<bool> RevokeAsync(string tenant, string id, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Notes that a token was used on a day.</summary>
    Task UsedAsync(string tenant, string id, DateOnly day, CancellationToken cancellationToken);
}
