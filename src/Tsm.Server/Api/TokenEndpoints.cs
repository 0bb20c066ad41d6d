using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Tokens of the API: making, lists, revoking. A token itself is shown once.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder tokens = routes.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapPost("", CreateAsync)
            .WithName("CreateToken")
            .WithSummary("Makes a token for a role; the answer is the only place where it is ever shown")
            .Produces<TokenCreated>(StatusCodes.Status201Created)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity);
        tokens.MapGet("", ListAsync)
            .WithName("ListTokens")
            .WithSummary("Lists tokens, the newest first, those included that do not open any more")
            .Produces<ListOf<TokenSummary>>();
        tokens.MapDelete("/{id}", RevokeAsync)
            .WithName("RevokeToken")
            .WithSummary("Revokes a token; within five seconds it opens no node any more")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CreateAsync(
        TokenRequest body, Caller caller, IApiTokens tokens, IBooks books, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var faults = new Faults();
        faults.Demand(
            body.Role is not null,
            "role", "ROLE_MISSING", "The role is missing.", "Write operator, customerService, provider, phone or applicationServer.");
        faults.DemandName("name", body.Name);
        faults.Demand(
            body.ExpiresAt is not { } expires || expires > now,
            "expiresAt", "EXPIRES_PAST", "The token would have expired already.", "Write a time to come, or leave it out.");
        string? scope = await ScopeAsync(faults, caller.Tenant, body, books, cancellationToken);
        if (faults.Any)
        {
            return ApiProblems.Result(ApiProblems.TokenInvalid(faults.Found[0].Problem), faults.Found);
        }

        (string token, Octets hash) = TokenKeeper.Create();
        string id = Guid.CreateVersion7(now).ToString("N");
        var row = new ApiTokenRow(caller.Tenant, id, body.Role!.Value.ToString(), scope, body.Name!, now, body.ExpiresAt, null, null);
        await tokens.AddAsync(row, hash, AuditEntries.TokenCreated(now, caller.Actor, row), cancellationToken);
        return Results.Created($"/api/v1/tokens/{id}", new TokenCreated(token, TokenSummary.From(row)));
    }

    private static async Task<IResult> ListAsync(Caller caller, IApiTokens tokens, CancellationToken cancellationToken) =>
        Results.Ok(new ListOf<TokenSummary>([.. (await tokens.ListAsync(caller.Tenant, cancellationToken)).Select(TokenSummary.From)]));

    private static async Task<IResult> RevokeAsync(
        string id, Caller caller, IApiTokens tokens, TokenKeeper keeper, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool revoked = await tokens.RevokeAsync(caller.Tenant, id, now, AuditEntries.TokenRevoked(now, caller.Actor, id), cancellationToken);
        keeper.Forget();
        return revoked ? Results.NoContent() : ApiProblems.Result(ApiProblems.TokenUnknown(id));
    }

    /// <summary>What the token is limited to, in the form in which it is compared.</summary>
    private static async Task<string?> ScopeAsync(
        Faults faults, string tenant, TokenRequest body, IBooks books, CancellationToken cancellationToken)
    {
        switch (body.Role)
        {
            case Role.Operator or Role.CustomerService:
                faults.Demand(body.Scope is null, "scope", "SCOPE_UNEXPECTED", "This role has no scope.", "Leave it out.");
                return null;
            case Role.Provider:
                faults.Demand(
                    body.Scope is not null && await books.FindAsync<Provider>(tenant, body.Scope, cancellationToken) is { Document.EndedAt: null },
                    "scope", "PROVIDER_UNKNOWN", $"No active provider is called '{body.Scope}'.", "Write the id of a provider; GET /api/v1/providers lists them.");
                return body.Scope;
            case Role.Phone:
                bool isNumber = Msisdn.TryParse(body.Scope, out Msisdn msisdn, out string problem);
                faults.Demand(isNumber, "scope", "MSISDN_INVALID", problem, "Write the number of the phone, in digits with its country code.");
                return isNumber ? msisdn.Digits : null;
            case Role.ApplicationServer:
                faults.DemandId("scope", body.Scope);
                return body.Scope;
            default:
                return null;
        }
    }
}
