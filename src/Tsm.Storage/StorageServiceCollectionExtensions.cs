using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Postgres;
using Tsm.Storage.Shared;
using Tsm.Storage.Sqlite;
using Tsm.Storage.Vault;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers where things are remembered.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>The environment variable that names the database when the configuration does not.</summary>
    private const string Variable = "TSM_DATABASE";

    /// <summary>How long a node may not know what another has written to the catalogue.</summary>
    private static readonly TimeSpan CatalogueRefresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Adds the store with its vault and catalogue, configured by the section <c>Storage</c>: SQLite for one process, or a
    /// PostgreSQL that many nodes share. The database is opened, checked and brought up to date when the first of these
    /// services is asked for.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="roads">The roads to the cards of a tenant; see <see cref="Catalogue"/>.</param>
    public static IServiceCollection AddTsmStorage(
        this IServiceCollection services, Func<IServiceProvider, Func<string, IReadOnlyList<Road>>> roads)
    {
        services.AddOptions<StorageOptions>()
            .BindConfiguration("Storage")
            .PostConfigure(o => Choose(o, Environment.GetEnvironmentVariable(Variable)))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton(s => EmbeddedStorage.Open(
            Options(s), s.GetRequiredService<TimeProvider>(), s.GetService<ILogger<SqliteDatabase>>()));
        services.TryAddSingleton(s => PostgresStorage.Open(
            Options(s), s.GetRequiredService<TimeProvider>(), s.GetService<ILogger<PostgresDatabase>>()));
        services.TryAddSingleton(s => s.GetRequiredService<EmbeddedStorage>().Database);
        services.TryAddSingleton(s => s.GetRequiredService<PostgresStorage>().Database);
        services.TryAddSingleton<IKeyVault>(Vault);
        services.TryAddSingleton<IAuditTrail>(s => new SealedAuditTrail(
            IsPostgres(s) ? ActivatorUtilities.CreateInstance<PostgresAuditRows>(s) : ActivatorUtilities.CreateInstance<SqliteAuditRows>(s),
            Vault(s),
            s.GetRequiredService<TimeProvider>()));
        services.AddPort<IGrainStore, SqliteGrainStore, PostgresGrainStore>();
        services.TryAddSingleton<IProjectionStore, PostgresProjections>();
        services.AddPort<IOutbox, SqliteOutbox, PostgresOutbox>();
        services.AddPort<IRateLeases, LocalRateLeases, PostgresRateLeases>();
        services.AddPort<IRoadSwitches, SqliteRoadSwitches, PostgresRoadSwitches>();
        services.AddPort<IQuarantine, SqliteQuarantine, PostgresQuarantine>();
        services.AddPort<IAliasIndex, SqliteAliasIndex, PostgresAliasIndex>();
        services.AddPort<IRoadLives, SqliteRoadLives, PostgresRoadLives>();
        services.AddPort<ICardReads, SqliteCardReads, PostgresCardReads>();
        services.AddPort<IJobReads, SqliteJobReads, PostgresJobReads>();
        services.AddPort<ICardImport, SqliteCardImport, PostgresCardImport>();
        services.AddPort<ISql, SqliteSql, PostgresSql>();
        services.TryAddSingleton<IBooks, Books>();
        services.TryAddSingleton<IServiceInstances, ServiceInstances>();
        services.TryAddSingleton<IEvents, Events>();
        services.TryAddSingleton<IRequests, RequestStore>();
        services.TryAddSingleton<IAllocations, AllocationStore>();
        services.TryAddSingleton<INumbers, Numbers>();
        services.TryAddSingleton<IApiTokens, ApiTokens>();
        services.TryAddSingleton<IContractEnds, ContractEnds>();
        services.TryAddSingleton<IWebhookDeliveries, WebhookDeliveries>();
        services.TryAddSingleton<IDueWork, DueWork>();
        services.TryAddSingleton<IUsageRecords, UsageRecords>();
        services.TryAddSingleton<IPolicyActionStore, PolicyActions>();
        services.TryAddSingleton<IPolicyBooks, PolicyBooks>();
        services.TryAddSingleton<ISwaps, Swaps>();
        services.TryAddSingleton(s => IsPostgres(s)
            ? new Catalogue(
                ActivatorUtilities.CreateInstance<PostgresCatalogueStore>(s), roads(s), CatalogueRefresh, s.GetRequiredService<TimeProvider>())
            : new Catalogue(ActivatorUtilities.CreateInstance<SqliteCatalogueStore>(s), roads(s)));
        services.TryAddSingleton<ICatalogue>(s => s.GetRequiredService<Catalogue>());
        services.TryAddSingleton<ICatalogueStore>(s => s.GetRequiredService<Catalogue>());
        return services;
    }

    /// <summary>Whether <see cref="AddTsmStorage"/> will take PostgreSQL: for what else depends on it.</summary>
    public static bool IsPostgres(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new StorageOptions { ConnectionString = configuration[$"Storage:{nameof(StorageOptions.ConnectionString)}"] };
        Choose(options, Environment.GetEnvironmentVariable(Variable));
        return options.ConnectionString is not null;
    }

    /// <summary>Decides between the databases: afterwards there is a connection string exactly when it is PostgreSQL.</summary>
    internal static void Choose(StorageOptions options, string? variable)
    {
        string? name = options.ConnectionString is { Length: > 0 } configured ? configured : variable;
        options.ConnectionString = null;
        if (name is not { Length: > 0 })
        {
            return;
        }

        if (PostgresConnectionString.IsPostgres(name))
        {
            options.ConnectionString = name;
        }
        else
        {
            options.Path = name;
        }
    }

    private static void AddPort<TPort, TSqlite, TPostgres>(this IServiceCollection services)
        where TPort : class
        where TSqlite : TPort
        where TPostgres : TPort =>
        services.TryAddSingleton<TPort>(s => IsPostgres(s)
            ? ActivatorUtilities.CreateInstance<TPostgres>(s)
            : ActivatorUtilities.CreateInstance<TSqlite>(s));

    private static KeyVault Vault(IServiceProvider services) => IsPostgres(services)
        ? services.GetRequiredService<PostgresStorage>().Vault
        : services.GetRequiredService<EmbeddedStorage>().Vault;

    private static bool IsPostgres(IServiceProvider services) => Options(services).ConnectionString is not null;

    private static StorageOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<StorageOptions>>().Value;
}
