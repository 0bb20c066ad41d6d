using Microsoft.Extensions.DependencyInjection.Extensions;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Webhooks;
using Tsm.Server.Access;
using Tsm.Server.Api;

namespace Tsm.Server.Hosting;

/// <summary>Providers, contracts, tokens and webhooks, and the work on them that goes on by itself.</summary>
internal static class ProviderSetup
{
    public static void AddProviders(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<TokenKeeper>();
        services.AddSingleton<ProviderAdmission>();
        services.AddSingleton<ContractTerms>();
        services.AddSingleton(new Tenants([Caller.LocalTenant]));
        services.AddOptions<ContractOptions>()
            .BindConfiguration("Contracts")
            .Validate(o => o.LookEvery > TimeSpan.Zero, "LookEvery of section Contracts must be more than 0.")
            .ValidateOnStart();
        services.AddOptions<WebhookOptions>()
            .BindConfiguration("Webhooks")
            .Validate(o => o.IsRight, "The times of section Webhooks must be more than 0, and Lease at least three times Timeout.")
            .ValidateOnStart();
        WebhookOptions options = builder.Configuration.GetSection("Webhooks").Get<WebhookOptions>() ?? new();
        services.AddSingleton(new WebhookAddresses(options.AllowPrivate || options.AllowLoopback, options.AllowPrivate));
        services.AddSingleton<WebhookSender>();
        services.TryAddSingleton<IContractEnding, JobCancelling>();
        services.AddHostedService<ContractWatch>();
        services.AddHostedService<WebhookDeliverer>();
    }
}
