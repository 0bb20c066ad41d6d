using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;
using Tsm.Application.AuditTrail;
using Tsm.Server.Api;

namespace Tsm.Server.Access;

/// <summary>Lets a request pass when it carries the token or its endpoint is open to everybody.</summary>
internal sealed class TokenCheck(RequestDelegate next, ApiToken token)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        // Routes that do not exist want the token too, so that nobody maps the API from outside.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return next(context);
        }

        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            return ApiProblems.Result(ApiProblems.TokenMissing).ExecuteAsync(context);
        }

        if (!token.Matches(header[Scheme.Length..].Trim()))
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer error=\"invalid_token\"";
            return ApiProblems.Result(ApiProblems.TokenWrong).ExecuteAsync(context);
        }

        string claim = context.Request.Headers[Caller.ClaimHeader].ToString();
        if (claim.Length > 0 && !Actor.IsClaim(claim))
        {
            return ApiProblems.Result(ApiProblems.ClaimInvalid).ExecuteAsync(context);
        }

        context.Features.Set(Caller.Local(claim.Length > 0 ? claim : null));
        return next(context);
    }
}
