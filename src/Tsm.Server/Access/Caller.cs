using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;

namespace Tsm.Server.Access;

/// <summary>On whose behalf a request comes.</summary>
/// <param name="Tenant">The tenant whose cards, applications and jobs it sees.</param>
/// <param name="Actor">Who it is, for the audit trail.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scope">What it is limited to: the id of a provider or of an application server, or the MSISDN of a phone; null for all.</param>
internal sealed record Caller(string Tenant, Actor Actor, Role Role = Role.Operator, string? Scope = null)
{
    /// <summary>The provider that it is; null for everybody else.</summary>
    public string? Provider => Role == Role.Provider ? Scope : null;

    /// <summary>The header in which a caller may say on whose behalf it acts. Nobody checks it, and the trail says so.</summary>
    public const string ClaimHeader = "Tsm-Claimed-By";

    /// <summary>The name under which who holds the token of the data folder stands in the audit trail.</summary>
    private const string LocalToken = "local-token";

    /// <summary>The tenant of the local token and of the configured SMSCs.</summary>
    public const string LocalTenant = "default";

    /// <summary>Who holds the token of the data folder.</summary>
    /// <param name="claim">On whose behalf, as they say; null when they say nothing.</param>
    public static Caller Local(string? claim) => new(LocalTenant, new(ActorKind.Operator, LocalToken, claim));

    /// <summary>Who holds a token that was made for somebody.</summary>
    /// <param name="claim">On whose behalf, as they say; null when they say nothing.</param>
    public static Caller Of(ApiTokenRow token, Role role, string? claim) => new(
        token.Tenant,
        new(
            role switch
            {
                Role.CustomerService => ActorKind.CustomerService,
                Role.Provider => ActorKind.Provider,
                Role.Phone => ActorKind.Phone,
                Role.ApplicationServer => ActorKind.ApplicationServer,
                _ => ActorKind.Operator,
            },

            // Names of tokens are what people like; ids are given once.
            token.Scope ?? $"{token.Name} ({token.Id})",
            claim),
        role,
        token.Scope);

    /// <summary>The caller of an authenticated request.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request has not passed the token check."));
}
