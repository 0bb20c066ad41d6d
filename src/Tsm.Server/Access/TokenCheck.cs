using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Server.Api;

namespace Tsm.Server.Access;

/// <summary>Lets a request pass when its endpoint is open to everybody, or when it carries a token whose holder the endpoint is for.</summary>
internal sealed class TokenCheck(RequestDelegate next, TokenKeeper tokens)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        // Routes that do not exist want the token too, so that nobody maps the API from outside.
        Endpoint? endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context);
            return;
        }

        if (Offered(context) is not { } offered)
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            await ApiProblems.Result(ApiProblems.TokenMissing).ExecuteAsync(context);
            return;
        }

        string claim = context.Request.Headers[Caller.ClaimHeader].ToString();
        (Caller? caller, Problem? problem) = await tokens.FindAsync(offered, claim.Length > 0 ? claim : null, context.RequestAborted);
        if (caller is null)
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer error=\"invalid_token\"";
            await ApiProblems.Result(problem!).ExecuteAsync(context);
            return;
        }

        if (claim.Length > 0 && !Actor.IsClaim(claim))
        {
            await ApiProblems.Result(ApiProblems.ClaimInvalid).ExecuteAsync(context);
            return;
        }

        if (endpoint is not null && !IsFor(endpoint, caller.Role))
        {
            await ApiProblems.Result(ApiProblems.RoleForbidden(caller.Role)).ExecuteAsync(context);
            return;
        }

        context.Features.Set(caller);
        await next(context);
    }

    /// <summary>The token that a request carries; null when it carries none.</summary>
    public static string? Offered(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    private static bool IsFor(Endpoint endpoint, Role role) =>
        role == Role.Operator || endpoint.Metadata.GetMetadata<AllowedRoles>() is { } allowed && allowed.Roles.Contains(role);
}
