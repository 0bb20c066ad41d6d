using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Orleans.Grains;
using Tsm.Orleans.Messages;
using Tsm.Storage;
using Tsm.Storage.Postgres;
using Tsm.Tests.Hosting;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Orleans.Tests;

/// <summary>What silos of a test have in common.</summary>
internal sealed record SiloSetting(
    PostgresStoreUnderTest Store, ManualTimeProvider Time, ICatalogue Catalogue, IKeyVault Vault, string Cluster, WriteWatch Writes, ProjectionWatch Projections)
{
    public TimeSpan IntentAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether hosts go on asking until a dead silo has been noticed.</summary>
    public bool IsPatient { get; init; }
}

/// <summary>A silo in this process, on a node of its own. Grains live on the test's time, Orleans on the machine's.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly PostgresStoreUnderTest _node;
    private bool _isGone;

    private TestSilo(IHost host, PostgresStoreUnderTest node) => (_host, _node) = (host, node);

    public IGrainHost Grains => _host.Services.GetRequiredService<IGrainHost>();

    public static async Task<TestSilo> StartAsync(SiloSetting setting)
    {
        PostgresStoreUnderTest node = setting.Store.OpenNode($"silo-{Guid.NewGuid():N}");
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        IServiceCollection services = builder.Services;
        services.AddSingleton<IMachine>(new CountingMachine());
        services.AddSingleton(setting.Catalogue);
        services.AddSingleton(setting.Vault);
        services.AddSingleton(node.Database);
        services.AddSingleton(node.Grains);
        services.AddSingleton(new OutboxSignal());
        services.AddSingleton<IProjectionStore>(s => new WatchedProjections(ActivatorUtilities.CreateInstance<PostgresProjections>(s), setting.Projections));
        services.AddSingleton(new GrainMessages(
            typeof(Add), typeof(Ask), typeof(Throw), typeof(Grow), typeof(WakeAt), typeof(UseKeys), typeof(LookUp),
            typeof(Counted), typeof(KeysUsed), typeof(Found), typeof(UnwritableEffect)));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<GrainServices>(s, setting.Time));
        services.Configure<StorageOptions>(o => o.ConnectionString = node.ConnectionString);
        services.Configure<OrleansOptions>(o => Configure(o, setting));
        builder.AddTsmOrleansHost();
        WatchedStorage.Decorate(services, TsmStorage.Name, setting.Writes);
        var silo = new TestSilo(builder.Build(), node);
        await silo._host.StartAsync();
        return silo;
    }

    /// <summary>Two silos of one cluster, started together.</summary>
    public static async Task<IReadOnlyList<TestSilo>> StartTwoAsync(SiloSetting setting)
    {
        TestSilo[] silos = await Task.WhenAll(StartAsync(setting), StartAsync(setting));
        foreach (TestSilo silo in silos)
        {
            IManagementGrain management = silo._host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
            await Patience.UntilAsync(async () => (await management.GetHosts(onlyActive: true)).Count == 2);
        }

        return silos;
    }

    /// <summary>Ends it as nearly as can be like a process that is killed: nobody is told, nothing is finished, what waits for answers gets none.</summary>
    public async Task KillAsync()
    {
        _isGone = true;
        await _host.StopAsync(new CancellationToken(canceled: true));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isGone)
        {
            await ((IAsyncDisposable)Grains).DisposeAsync();
            await _host.StopAsync();
            _host.Dispose();
        }

        _node.Dispose();
    }

    private static void Configure(OrleansOptions options, SiloSetting setting)
    {
        options.ClusterId = setting.Cluster;
        options.SiloPort = FreePort();
        options.Scripts = NeedsOrleansScriptsAttribute.Folder;
        options.Buckets = 4;
        options.SweepInterval = TimeSpan.FromMilliseconds(20);
        options.SweeperReminder = TimeSpan.FromSeconds(1);
        options.IntentAge = setting.IntentAge;
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.MaxConflicts = 500;
        options.RetryDelays = [TimeSpan.Zero, TimeSpan.Zero, .. Enumerable.Repeat(TimeSpan.FromMilliseconds(500), setting.IsPatient ? 60 : 0)];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Waits for conditions, with a limit.</summary>
internal static class Patience
{
    public static async Task UntilAsync(Func<Task<bool>> condition, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
