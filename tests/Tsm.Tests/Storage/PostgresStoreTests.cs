using Npgsql;
using Tsm.Application.Ports;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>The contract on PostgreSQL, and what is PostgreSQL's own.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresStoreTests(PrivatePostgres postgres) : StoreContract
{
    private protected override StoreUnderTest Open(ManualTimeProvider time) => new PostgresStoreUnderTest(postgres, time);

    [ContractFact]
    public async Task History_can_be_neither_changed_nor_deleted()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        string database = new NpgsqlConnectionStringBuilder(store.ConnectionString).Database!;
        await store.Grains.CommitAsync(
            [StoreData.Write(StoreData.Key("1"), 0, "1", null, new AppendHistory([StoreData.Line("stays")]))], CancellationToken.None);

        Assert.Throws<PostgresException>(() => postgres.Execute("UPDATE card_history SET text = 'other'", database));
        Assert.Throws<PostgresException>(() => postgres.Execute("DELETE FROM card_history", database));
        Assert.Throws<PostgresException>(() => postgres.Execute("TRUNCATE card_history", database));
        Assert.Single((await store.Cards.HistoryAsync(StoreData.Key("1"), null, null, 10, CancellationToken.None)).Items);
    }
}
