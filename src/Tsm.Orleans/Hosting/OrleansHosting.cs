using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tsm.Application.Hosting;

namespace Tsm.Orleans;

/// <summary>Grains on Orleans.</summary>
public static class OrleansHosting
{
    /// <summary>Why grains cannot live on Orleans here, and what to do; null when they can.</summary>
    public static string? WhyNot => null;

    /// <summary>Makes the process a silo and <see cref="OrleansGrainHost"/> its <see cref="IGrainHost"/>.</summary>
    public static void AddTsmOrleansHost(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Orleans tells at Information what only its makers act on.
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.UseOrleans(silo => silo.UseTsm());
        builder.Services.TryAddSingleton<IGrainHost, OrleansGrainHost>();
    }
}
