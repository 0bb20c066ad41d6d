using Microsoft.Extensions.DependencyInjection.Extensions;
using Tsm.Application.Numbers;
using Tsm.Application.Policies;
using Tsm.Application.Work;
using Tsm.Server.Api;

namespace Tsm.Server.Hosting;

/// <summary>Reputation, numbers and swaps, and the work in the background that they need.</summary>
internal static class PolicySetup
{
    public static void AddPolicies(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<WorkOptions>()
            .BindConfiguration("Work")
            .Validate(o => o.IsRight, "Work: Poll must be at least 10 ms and Lease at least 1 s.")
            .ValidateOnStart();
        services.AddSingleton<ServiceScope>();
        services.AddSingleton<PolicyHolds>();
        services.TryAddSingleton<IPolicyActions, RequestPolicyActions>();
        services.TryAddSingleton<ISwapActions, RequestSwapActions>();
        services.AddSingleton<SwapStart>();
        services.AddSingleton<NumberChanges>();
        services.AddSingleton<IWork>(s => s.GetRequiredService<NumberChanges>());
        services.AddSingleton<IWork, PolicyWork>();
        services.AddSingleton<IWork, SwapWork>();
        services.AddHostedService<WorkRunner>();
    }
}
