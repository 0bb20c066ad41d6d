using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Postgres;
using Tsm.Storage.Vault;
using Tsm.Tests.Hosting;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresRegistrationTests(PrivatePostgres postgres) : IDisposable
{
    private readonly string _folder = SqliteStoreUnderTest.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ContractFact]
    public async Task Two_configured_nodes_share_an_empty_database_from_their_start()
    {
        string connectionString = postgres.CreateDatabase() + ";Pooling=False";
        await using (ServiceProvider a = Build(connectionString, "a"))
        await using (ServiceProvider b = Build(connectionString, "b"))
        {
            await a.GetRequiredService<ICardImport>().ImportAsync("acme", [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
            GrainKey card = StoreData.Card(1).Grain;
            await a.GetRequiredService<IGrainHost>().SendAsync(card, new Add(5, StoreData.Packet("p")), CancellationToken.None);
            IReply reply = await b.GetRequiredService<IGrainHost>().SendAsync(card, new Ask(), CancellationToken.None);

            Assert.Equal(5, Assert.IsType<Counted>(reply).Count.Value);
            Assert.Single(await b.GetRequiredService<IOutbox>().ClaimAsync("smsc", 1, TimeSpan.FromMinutes(1), CancellationToken.None));
            Assert.Equal(0, await b.GetRequiredService<IQuarantine>().CountAsync("acme", CancellationToken.None));
            Assert.Null(await b.GetRequiredService<IJobReads>().FindAsync("acme", "none", CancellationToken.None));
            Assert.NotNull(await b.GetRequiredService<ICardReads>().FindAsync(card, CancellationToken.None));
            Assert.NotNull(await b.GetRequiredService<IAliasIndex>()
                .FindAsync("acme", "iccid", StoreData.Iccid(1), StoreData.Epoch, CancellationToken.None));
            Assert.NotNull(b.GetRequiredService<IKeyVault>());
            Assert.Equal("b", b.GetRequiredService<PostgresDatabase>().Node);
            Assert.False(File.Exists(Path.Combine(_folder, "unused.db")));
        }

        postgres.DropDatabase(connectionString);
    }

    [ContractFact]
    public async Task A_node_with_another_vault_key_does_not_start_and_changes_nothing()
    {
        string connectionString = postgres.CreateDatabase() + ";Pooling=False";
        await using (ServiceProvider a = Build(connectionString, "a"))
        await using (ServiceProvider b = Build(connectionString, "b", keyFile: "other.key"))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "other.key"), new string('7', 64));
            Assert.NotNull(a.GetRequiredService<IKeyVault>());

            Assert.Throws<VaultException>(b.GetRequiredService<IGrainStore>);
        }

        postgres.DropDatabase(connectionString);
    }

    private ServiceProvider Build(string connectionString, string node, string keyFile = "vault.key") => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:ConnectionString"] = connectionString,
            ["Storage:Node"] = node,
            ["Storage:Path"] = Path.Combine(_folder, "unused.db"),
            ["Storage:Vault:KeyFile"] = Path.Combine(_folder, keyFile),
            ["Storage:Vault:CreateKeyFile"] = "true",
            ["Storage:Vault:Variable"] = "TSM_VAULT_KEY_OF_NO_TEST",
        }).Build())
        .AddSingleton<IMachine, CountingMachine>()
        .AddTsmStorage(_ => _ => [])
        .AddTsmGrainHost()
        .BuildServiceProvider();
}
