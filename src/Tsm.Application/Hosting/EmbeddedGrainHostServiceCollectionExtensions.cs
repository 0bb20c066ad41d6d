using Microsoft.Extensions.DependencyInjection.Extensions;
using Tsm.Application.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the embedded host.</summary>
public static class EmbeddedGrainHostServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="EmbeddedGrainHost"/> as the <see cref="IGrainHost"/>, configured by the section <c>Host</c>. It starts
    /// when it is first asked for and needs a grain store, machines, a catalogue and a vault.
    /// </summary>
    public static IServiceCollection AddTsmGrainHost(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedGrainHostOptions>().Configure(o => o.Lanes = 2).BindConfiguration("Host").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreHealth>();
        services.TryAddSingleton<IGrainHost, EmbeddedGrainHost>();
        return services;
    }
}
