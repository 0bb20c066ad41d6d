using Microsoft.Data.Sqlite;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Sqlite;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>The contract on SQLite, and what is SQLite's own.</summary>
public sealed class SqliteStoreTests : StoreContract
{
    private protected override StoreUnderTest Open(ManualTimeProvider time) => new SqliteStoreUnderTest(time);

    [Fact]
    public async Task History_can_be_neither_changed_nor_deleted()
    {
        using var store = new SqliteStoreUnderTest(new());
        await store.Grains.CommitAsync(
            [StoreData.Write(StoreData.Key("1"), 0, "1", null, new AppendHistory([StoreData.Line("stays")]))], CancellationToken.None);

        Assert.Throws<SqliteException>(() => Execute(store, "UPDATE card_history SET text = 'other'"));
        Assert.Throws<SqliteException>(() => Execute(store, "DELETE FROM card_history"));
        Assert.Single((await store.Cards.HistoryAsync(StoreData.Key("1"), null, null, 10, CancellationToken.None)).Items);
    }

    [Fact]
    public async Task A_database_that_another_process_holds_is_a_store_that_is_down()
    {
        using var store = new SqliteStoreUnderTest(new(), busyTimeout: TimeSpan.FromMilliseconds(1));
        using var other = new SqliteConnection($"Data Source={store.Database.Path};Pooling=False");
        other.Open();
        using SqliteCommand command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Grains.CreateAsync(StoreData.Key("1")));

        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
        await store.Grains.CreateAsync(StoreData.Key("1"));
    }

    [Fact]
    public void Every_commit_is_synchronous()
    {
        using var store = new SqliteStoreUnderTest(new());

        Assert.Equal("wal", store.Database.Write(s => Scalar(s, "PRAGMA journal_mode")));
        Assert.Equal("2", store.Database.Write(s => Scalar(s, "PRAGMA synchronous")));
    }

    private static string? Scalar(SqliteSession session, string sql)
    {
        using SqliteDataReader reader = session.Prepare(sql).Read();
        return reader.Read() ? reader.GetString(0) : null;
    }

    internal static void Execute(SqliteStoreUnderTest store, string sql) => store.Database.Write(s => s.Prepare(sql).Execute());
}
