using Microsoft.Extensions.Options;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Orleans;
using Tsm.Server.Access;
using Tsm.Server.Options;
using Tsm.Storage;
using Tsm.Storage.Postgres;

namespace Tsm.Server.Hosting;

/// <summary>Where the server remembers: database and vault key in its data folder.</summary>
internal static class StorageSetup
{
    public static void AddServerStorage(this WebApplicationBuilder builder, ServerOptions options)
    {
        var roads = new Roads(options.Smsc.Select(s => new Road(s.Name, s.AnswerTimeout, s.IndicatedGrace, s.MaxSends)));
        builder.Services.AddSingleton(roads);
        builder.Services.AddTsmStorage(_ => tenant => string.Equals(tenant, Caller.LocalTenant, StringComparison.Ordinal) ? roads.All : []);
        builder.Services.Configure<StorageOptions>(storage =>
        {
            storage.Path = Path.Combine(options.Data, "tsm.db");

            // A server that comes back to its data folder is the same node: its own claims need not run out first.
            storage.Node ??= $"{Environment.MachineName}:{Path.GetFullPath(options.Data)}";
            storage.Vault.KeyFile ??= Path.Combine(options.Data, "vault.key");
            storage.Vault.CreateKeyFile = true;
        });
        builder.Services.AddSingleton<StoreHealth>();
        if (options.IsOrleans)
        {
            builder.AddTsmOrleansHost();
        }
        else
        {
            // Checked before there is a host, for it wakes what is due from its first moment on.
            builder.Services.AddSingleton<IGrainHost>(services =>
            {
                RequireEmbedded(services);
                return ActivatorUtilities.CreateInstance<EmbeddedGrainHost>(services);
            });
            builder.Services.AddTsmGrainHost();
        }
    }

    /// <summary>On SQLite there is no other host.</summary>
    private static void RequireEmbedded(IServiceProvider services)
    {
        if (services.GetRequiredService<IOptions<StorageOptions>>().Value.ConnectionString is not null)
        {
            new PostgresHosting(services.GetRequiredService<PostgresDatabase>()).RequireEmbedded();
        }
    }
}
