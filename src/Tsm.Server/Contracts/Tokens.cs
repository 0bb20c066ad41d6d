using Tsm.Application.Ports;
using Tsm.Server.Access;

namespace Tsm.Server.Contracts;

/// <summary>A token to be made.</summary>
/// <param name="Role">What its holder may do.</param>
/// <param name="Scope">What its holder is limited to: the id of a provider or of an application server, the MSISDN of a phone; absent for operator and customerService.</param>
/// <param name="Name">What people call it, 1 to 100 characters.</param>
/// <param name="ExpiresAt">Until when it opens; absent for as long as it is not revoked.</param>
public sealed record TokenRequest(Role? Role, string? Scope, string? Name, DateTimeOffset? ExpiresAt);

/// <summary>A token as it is listed: never the token itself.</summary>
/// <param name="Id">The name by which it is revoked.</param>
/// <param name="Role">What its holder may do.</param>
/// <param name="Scope">What its holder is limited to.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it opens.</param>
/// <param name="RevokedAt">Since when it does not open any more.</param>
/// <param name="UsedOn">The last day, in UTC, on which it was used.</param>
public sealed record TokenSummary(
    string Id,
    Role Role,
    string? Scope,
    string Name,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateOnly? UsedOn)
{
    internal static TokenSummary From(ApiTokenRow token) => new(
        token.Id,
        Enum.TryParse(token.Role, out Role role) ? role : Role.Phone,
        token.Scope,
        token.Name,
        token.CreatedAt,
        token.ExpiresAt,
        token.RevokedAt,
        token.UsedOn);
}

/// <summary>A token that was just made. It is shown this once and can never be shown again.</summary>
/// <param name="Token">What its holder sends as Authorization: Bearer.</param>
/// <param name="Details">What it opens.</param>
public sealed record TokenCreated(string Token, TokenSummary Details);
