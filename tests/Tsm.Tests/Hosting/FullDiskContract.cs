using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Storage.Vault;
using Tsm.Testing;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>A disk that is full: nothing is acknowledged, nothing is lost, and all goes on when there is room.</summary>
public abstract class FullDiskContract
{
    /// <summary>Fills the disk on which the store of the test lies.</summary>
    private protected static async Task RefuseAndGoOnAsync(StoreUnderTest store, Action fill, Action clear)
    {
        await store.Grains.CreateAsync(StoreData.Key("1"));
        using var vault = new KeyVault(VaultKey.From(new byte[32]), store.Vault);
        var health = new StoreHealth(TimeProvider.System, NullLogger<StoreHealth>.Instance);
        await using var host = new EmbeddedGrainHost(
            store.Grains, [new CountingMachine()], new NoCatalogue(), vault,
            Options.Create(new EmbeddedGrainHostOptions { RetryDelays = [TimeSpan.FromMilliseconds(1)] }),
            TimeProvider.System, health, NullLogger<EmbeddedGrainHost>.Instance);

        // Random octets: the same ones again would be packed.
        Task<IReply> SendAsync() => host.SendAsync(StoreData.Key("1"), new Add(1, new AppendHistory(
            [new HistoryEntry(StoreData.Epoch, null, "sent", null, "", Octets.Own(RandomNumberGenerator.GetBytes(100_000)))])), CancellationToken.None);
        await SendAsync();

        fill();
        int done = 1;
        StoreUnavailableException? full = null;
        while (full is null)
        {
            Assert.True(done < 1000, "The disk never became full.");
            try
            {
                await SendAsync();
                done++;
            }
            catch (StoreUnavailableException exception)
            {
                full = exception;
            }
        }

        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        Assert.Contains("is full", health.Trouble!.Reason, StringComparison.Ordinal);

        // Reading goes on, and does not hide that nothing can be written.
        Assert.Equal(done, ((Counted)await host.SendAsync(StoreData.Key("1"), new Ask(), CancellationToken.None)).Count.Value);
        Assert.NotNull(health.Trouble);

        clear();
        await SendAsync();
        Assert.Null(health.Trouble);
        Assert.Equal(done + 1, ((Counted)await host.SendAsync(StoreData.Key("1"), new Ask(), CancellationToken.None)).Count.Value);
    }
}

/// <summary>SQLite, whose limit of pages is the disk.</summary>
public sealed class SqliteFullDiskTests : FullDiskContract
{
    [Fact]
    public async Task A_full_disk_refuses_says_so_and_goes_on_by_itself()
    {
        using var store = new SqliteStoreUnderTest(new());
        await RefuseAndGoOnAsync(
            store,
            () => SetLimit(store, store.Database.Write(s => (long)Scalar(s, "PRAGMA page_count")) + 60),
            () => SetLimit(store, 1_000_000));
    }

    private static void SetLimit(SqliteStoreUnderTest store, long pages) => store.Database.Write(
        s => Scalar(s, $"PRAGMA max_page_count = {pages.ToString(CultureInfo.InvariantCulture)}"), transaction: false);

    private static object Scalar(Tsm.Storage.Sqlite.SqliteSession session, string sql)
    {
        using var command = session.Connection.CreateCommand();
#pragma warning disable CA2100 // Written by this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar()!;
    }
}

/// <summary>PostgreSQL, with the history of cards on a disk of 16 MiB.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres, NeedsSmallDisk]
public sealed class PostgresFullDiskTests(PrivatePostgres postgres) : FullDiskContract
{
    [ContractFact]
    public async Task A_full_disk_refuses_says_so_and_goes_on_by_itself()
    {
        const string Tablespace = "small_disk";
        using SmallDisk disk = SmallDisk.Mount();
        postgres.Execute($"CREATE TABLESPACE {Tablespace} LOCATION '{PrivatePostgres.OwnFolder(disk.Folder)}'");
        try
        {
            using var store = new PostgresStoreUnderTest(postgres, new());
            store.Execute($"ALTER TABLE card_history SET TABLESPACE {Tablespace}");
            await RefuseAndGoOnAsync(store, disk.Fill, disk.Clear);
        }
        finally
        {
            postgres.Execute($"DROP TABLESPACE {Tablespace}");
        }
    }
}
