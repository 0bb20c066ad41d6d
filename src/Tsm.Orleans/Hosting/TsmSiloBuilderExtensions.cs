using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Tsm.Orleans;
using Tsm.Orleans.Grains;
using Tsm.Orleans.Messages;
using Tsm.Orleans.Sweeping;
using Tsm.Storage;
using Tsm.Storage.Postgres;

namespace Orleans.Hosting;

/// <summary>Brings Tsm's grains to a silo.</summary>
public static class TsmSiloBuilderExtensions
{
    private const string Invariant = "Npgsql";

    /// <summary>
    /// Adds the grains, their sweepers and, on the PostgreSQL of <c>AddTsmStorage</c>, clustering, storage and reminders; configured by
    /// <see cref="OrleansOptions"/>. Machines, store, catalogue and vault are expected among the services.
    /// </summary>
    public static ISiloBuilder UseTsm(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddOptions<OrleansOptions>().BindConfiguration("Orleans").ValidateDataAnnotations().ValidateOnStart();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton(_ => new GrainMessages());
        silo.Services.TryAddSingleton<GrainServices>();
        silo.Services.TryAddSingleton(s => new OrleansDatabase(
            OrleansDatabase.Choose(s, s.GetRequiredService<IOptions<StorageOptions>>().Value, x => x.GetRequiredService<PostgresDatabase>()),
            s.GetRequiredService<IOptions<OrleansOptions>>()));
        silo.UseAdoNetClustering(o => o.Configure<OrleansDatabase>((x, d) => (x.Invariant, x.ConnectionString) = (Invariant, d.ConnectionString)));
        silo.UseAdoNetReminderService(o => o.Configure<OrleansDatabase>((x, d) => (x.Invariant, x.ConnectionString) = (Invariant, d.ConnectionString)));
        silo.AddAdoNetGrainStorage(TsmStorage.Name, o => o.Configure<OrleansDatabase, GrainMessages>((x, d, m) =>
            (x.Invariant, x.ConnectionString, x.GrainStorageSerializer) = (Invariant, d.ConnectionString, new GrainRecordSerializer(m))));
        Configure<ClusterOptions>(silo, (x, o) => (x.ClusterId, x.ServiceId) = (o.ClusterId, o.ServiceId));
        Configure<EndpointOptions>(silo, (x, o) =>
        {
            var address = IPAddress.Parse(o.Address);
            (x.AdvertisedIPAddress, x.SiloPort, x.GatewayPort) = (address, o.SiloPort, o.GatewayPort);
            x.SiloListeningEndpoint = new(address, o.SiloPort);
            x.GatewayListeningEndpoint = o.GatewayPort == 0 ? null : new(address, o.GatewayPort);
        });

        // Idle cards cost no memory: what has been quiet for two minutes leaves it.
        silo.Configure<GrainCollectionOptions>(o => (o.CollectionAge, o.CollectionQuantum) = (TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30)));
        Configure<ClusterMembershipOptions>(silo, (x, o) => x.ProbeTimeout = o.ProbeTimeout);
        Configure<ReminderOptions>(silo, (x, o) =>
            x.MinimumReminderPeriod = x.MinimumReminderPeriod < o.SweeperReminder ? x.MinimumReminderPeriod : o.SweeperReminder);
        return silo.AddStartupTask<SweeperStart>();
    }

    private static void Configure<T>(ISiloBuilder silo, Action<T, OrleansOptions> configure) where T : class =>
        silo.Services.AddOptions<T>().Configure<IOptions<OrleansOptions>>((x, o) => configure(x, o.Value));
}
