using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Tsm.Orleans.Tests;

/// <summary>Orleans' storage of grains, with a place before each write at which a test can look, wait and fail.</summary>
internal sealed class WatchedStorage(IGrainStorage inner, WriteWatch watch) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Puts itself before the storage that was registered under the name.</summary>
    public static void Decorate(IServiceCollection services, string name, WriteWatch watch)
    {
        ServiceDescriptor before = services.Last(d => d.ServiceType == typeof(IGrainStorage) && Equals(d.ServiceKey, name));
        services.Remove(before);
        services.AddKeyedSingleton<IGrainStorage>(
            name, (provider, key) => new WatchedStorage((IGrainStorage)before.KeyedImplementationFactory!(provider, key), watch));
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await watch.EnterAsync();
        await inner.WriteStateAsync(stateName, grainId, grainState);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ClearStateAsync(stateName, grainId, grainState);

    public void Participate(ISiloLifecycle observer) => (inner as ILifecycleParticipant<ISiloLifecycle>)?.Participate(observer);
}

/// <summary>What a test sees of writes, and does to them.</summary>
internal sealed class WriteWatch
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public Func<Task>? Before { get; set; }

    public async Task EnterAsync()
    {
        Interlocked.Increment(ref _count);
        if (Before is { } before)
        {
            await before();
        }
    }
}
