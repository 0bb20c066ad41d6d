using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage;
using Tsm.Storage.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers where things are remembered.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Adds the embedded store on SQLite with its vault and catalogue, configured by the section <c>Storage</c>. The database is
    /// opened, checked and brought up to date when the first of these services is asked for.
    /// </summary>
    /// <param name="services">Where to register.</param>
    /// <param name="roads">The roads to the cards of a tenant; see <see cref="Catalogue"/>.</param>
    public static IServiceCollection AddTsmStorage(
        this IServiceCollection services, Func<IServiceProvider, Func<string, IReadOnlyList<Road>>> roads)
    {
        services.AddOptions<StorageOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton(s => EmbeddedStorage.Open(
            s.GetRequiredService<IOptions<StorageOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => s.GetRequiredService<EmbeddedStorage>().Database);
        services.TryAddSingleton<IKeyVault>(s => s.GetRequiredService<EmbeddedStorage>().Vault);
        services.TryAddSingleton<IGrainStore, SqliteGrainStore>();
        services.TryAddSingleton<IOutbox, SqliteOutbox>();
        services.TryAddSingleton<IQuarantine, SqliteQuarantine>();
        services.TryAddSingleton<IAliasIndex, SqliteAliasIndex>();
        services.TryAddSingleton<ICardReads, SqliteCardReads>();
        services.TryAddSingleton<IJobReads, SqliteJobReads>();
        services.TryAddSingleton<ICardImport, SqliteCardImport>();
        services.TryAddSingleton<SqliteCatalogueStore>();
        services.TryAddSingleton(s => new Catalogue(s.GetRequiredService<SqliteCatalogueStore>(), roads(s)));
        services.TryAddSingleton<ICatalogue>(s => s.GetRequiredService<Catalogue>());
        services.TryAddSingleton<ICatalogueStore>(s => s.GetRequiredService<Catalogue>());
        return services;
    }
}
