using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;
using Tsm.Storage.Vault;
using Tsm.Tests.Storage;

namespace Tsm.Tests.Hosting;

/// <summary>A disk that is full: nothing is acknowledged, nothing is lost, and all goes on when there is room.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_says_so_and_goes_on_by_itself()
    {
        using var store = new SqliteStoreUnderTest(new());
        await store.Grains.CreateAsync(StoreData.Key("1"));
        using var vault = new KeyVault(VaultKey.From(new byte[32]), store.Vault);
        var health = new StoreHealth(TimeProvider.System, NullLogger<StoreHealth>.Instance);
        await using var host = new EmbeddedGrainHost(
            store.Grains, [new CountingMachine()], new NoCatalogue(), vault,
            Options.Create(new EmbeddedGrainHostOptions { RetryDelays = [TimeSpan.FromMilliseconds(1)] }),
            TimeProvider.System, health, NullLogger<EmbeddedGrainHost>.Instance);
        var line = new HistoryEntry(StoreData.Epoch, null, "sent", null, "", Octets.Own(new byte[100_000]));
        Task<IReply> SendAsync() => host.SendAsync(StoreData.Key("1"), new Add(1, new AppendHistory([line])), CancellationToken.None);

        long pages = store.Database.Write(s => (long)Scalar(s, "PRAGMA page_count"));
        SetLimit(store, pages + 60);
        int done = 0;
        StoreUnavailableException? full = null;
        while (full is null)
        {
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

        SetLimit(store, 1_000_000);
        await SendAsync();
        Assert.Null(health.Trouble);
        Assert.Equal(done + 1, ((Counted)await host.SendAsync(StoreData.Key("1"), new Ask(), CancellationToken.None)).Count.Value);
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
