namespace Tsm.Server.Access;

/// <summary>On whose behalf a request comes.</summary>
/// <param name="Tenant">The tenant whose cards, applications and jobs it sees.</param>
internal sealed record Caller(string Tenant)
{
    /// <summary>The tenant of the local token and of the configured SMSCs.</summary>
    public const string LocalTenant = "default";

    /// <summary>The caller of an authenticated request.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request has not passed the token check."));
}
