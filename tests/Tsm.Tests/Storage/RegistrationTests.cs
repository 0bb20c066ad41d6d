using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage;
using Tsm.Tests.Hosting;

namespace Tsm.Tests.Storage;

public sealed class RegistrationTests : IDisposable
{
    private readonly string _folder = SqliteStoreUnderTest.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_configured_process_hosts_grains_on_a_new_database_and_finds_them_again()
    {
        await using (ServiceProvider first = Build())
        {
            await first.GetRequiredService<ICardImport>().ImportAsync("acme", [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
            await first.GetRequiredService<IGrainHost>().SendAsync(StoreData.Card(1).Grain, new Add(5), CancellationToken.None);
            Assert.True(first.GetRequiredService<ICatalogue>().TryGetRoad("acme", "smsc", out _));
            Assert.Same(first.GetRequiredService<ICatalogue>(), first.GetRequiredService<ICatalogueStore>());
        }

        await using ServiceProvider second = Build();
        IReply reply = await second.GetRequiredService<IGrainHost>().SendAsync(StoreData.Card(1).Grain, new Ask(), CancellationToken.None);

        Assert.Equal(5, Assert.IsType<Counted>(reply).Count.Value);
        Assert.Empty(await second.GetRequiredService<IOutbox>().ClaimAsync("smsc", 1, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(0, await second.GetRequiredService<IQuarantine>().CountAsync("acme", CancellationToken.None));
        Assert.Null(await second.GetRequiredService<IJobReads>().FindAsync("acme", "none", CancellationToken.None));
        Assert.NotNull(await second.GetRequiredService<ICardReads>().FindAsync(StoreData.Card(1).Grain, CancellationToken.None));
        Assert.NotNull(await second.GetRequiredService<IAliasIndex>()
            .FindAsync("acme", "iccid", StoreData.Iccid(1), StoreData.Epoch, CancellationToken.None));
        Assert.NotNull(second.GetRequiredService<IKeyVault>());
    }

    [Fact]
    public async Task A_bad_option_is_refused_by_name()
    {
        await using ServiceProvider services = Build(("Storage:Readers", "0"));

        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IGrainStore>);

        Assert.Contains(nameof(StorageOptions.Readers), refused.Message, StringComparison.Ordinal);
    }

    private ServiceProvider Build(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:Path"] = Path.Combine(_folder, "data", "tsm.db"),
            ["Storage:Vault:KeyFile"] = Path.Combine(_folder, "vault.key"),
            ["Storage:Vault:CreateKeyFile"] = "true",
            ["Storage:Vault:Variable"] = "TSM_VAULT_KEY_OF_NO_TEST",
            ["Host:BatchSize"] = "64",
        };
        foreach ((string key, string value) in more)
        {
            settings[key] = value;
        }

        var road = new Road("smsc", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 3);
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton<IMachine, CountingMachine>()
            .AddTsmStorage(_ => _ => [road])
            .AddTsmGrainHost()
            .BuildServiceProvider();
    }
}
