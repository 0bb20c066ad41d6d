using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Postgres;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>What a turn costs must not depend on what the planner believed when its statements were prepared.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresPlanTests(PrivatePostgres postgres)
{
    [ContractFact]
    public async Task Turns_read_their_own_rows_only_though_the_tables_were_empty_when_planned()
    {
        const int Cards = 3000, Batch = 10, Batches = 20;
        using var store = new PostgresStoreUnderTest(postgres, new());
        string database = new NpgsqlConnectionStringBuilder(store.ConnectionString).Database!;
        postgres.Execute("VACUUM ANALYZE", database);
        GrainKey[] keys = [.. Enumerable.Range(0, Cards).Select(i => StoreData.Key($"{i}"))];
        using (var node = PostgresDatabase.Open(store.ConnectionString + ";Maximum Pool Size=1", "planned"))
        {
            // All statements are prepared on nearly nothing, by the one session that goes on with them.
            var grains = new PostgresGrainStore(node, new());
            var outbox = new PostgresOutbox(node, new(), TimeProvider.System);
            for (int version = 0; version < 6; version++)
            {
                await TurnAsync(grains, outbox, keys[..2], version);
            }

            await grains.CreateAsync(keys[2..]);
            foreach (GrainKey[] chunk in keys[2..].Chunk(500))
            {
                await grains.CommitAsync(
                    [.. chunk.Select(k => StoreData.Write(k, 1, "2", StoreData.Epoch.AddDays(1), StoreData.Packet("p", road: "other")))], CancellationToken.None);
            }

            postgres.Execute("SELECT pg_stat_reset()", database);
            for (int i = 0; i < Batches; i++)
            {
                await TurnAsync(grains, outbox, keys[(100 + i * Batch)..(100 + (i + 1) * Batch)], version: 2);
            }
        }

        // A session tells its figures at the latest when it ends.
        (long Written, long Read) seen = default;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((seen = Figures(store.ConnectionString)).Written < Batches * Batch)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.InRange(seen.Read, Batches * Batch, Batches * Batch * 30);
    }

    /// <summary>Everything a node does to some grains: load, write with due time, card, line and packet, claim, give back, withdraw.</summary>
    private static async Task TurnAsync(PostgresGrainStore grains, PostgresOutbox outbox, GrainKey[] keys, int version)
    {
        await grains.LoadAsync(keys, CancellationToken.None);
        IReadOnlySet<GrainKey> written = await grains.CommitAsync(
            [
                .. keys.Select(k => StoreData.Write(
                    k, version, "3", version % 2 == 0 ? StoreData.Epoch : null, new SaveCard(StoreData.CardRow(k, k.Id, k.Id)),
                    new AppendHistory([StoreData.Line("x")]), version % 2 == 0 ? StoreData.Packet("p") : new WithdrawPacket())),
            ],
            CancellationToken.None);
        Assert.Equal(keys.Length, written.Count);
        await grains.DueAsync(StoreData.Epoch, 10, CancellationToken.None);
        await outbox.ReleaseAsync(await outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None), CancellationToken.None);
        await outbox.AbandonedAsync(10, CancellationToken.None);
    }

    private static (long Written, long Read) Figures(string connectionString)
    {
        using var connection = new NpgsqlConnection(connectionString + ";Pooling=False");
        connection.Open();
        using var command = new NpgsqlCommand(
            """
            SELECT (SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'grains'),
                   (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes)
                 + (SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname NOT IN ('test_clock', 'migrations'))
            """,
            connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
