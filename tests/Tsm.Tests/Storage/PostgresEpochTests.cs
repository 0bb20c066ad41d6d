using Npgsql;
using Tsm.Application.Hosting;
using Tsm.Storage.Postgres;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>PostgreSQL notices by itself that it has gone back in time, or may have.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresEpochTests(PrivatePostgres postgres) : IDisposable
{
    private readonly PostgresStoreUnderTest _store = new(postgres, new());

    public void Dispose() => _store.Dispose();

    [ContractFact]
    public async Task A_restart_of_the_server_or_of_the_node_begins_no_epoch()
    {
        int before = await EpochAsync(_store.Database);
        postgres.Crash();
        postgres.Start();

        Assert.Equal(before, await EpochAsync(_store.Database));
        using var again = (PostgresStoreUnderTest)_store.OpenAfterDeath();
        Assert.Equal(before, await EpochAsync(again.Database));
    }

    [ContractFact]
    public async Task A_database_that_is_a_copy_is_another_epoch_and_the_original_is_not()
    {
        int before = await EpochAsync(_store.Database);
        string original = new NpgsqlConnectionStringBuilder(_store.ConnectionString).Database!;
        postgres.Execute($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{original}'");
        string copy = postgres.CreateDatabase(original);

        using (var restored = PostgresDatabase.Open(copy + ";Pooling=False"))
        {
            Assert.Equal(before + 1, await EpochAsync(restored));
            Assert.Equal(before + 1, await EpochAsync(restored));
        }

        postgres.DropDatabase(copy);
        Assert.Equal(before, await EpochAsync(_store.Database));
    }

    [ContractFact]
    public async Task A_table_that_a_dump_has_made_anew_is_another_epoch()
    {
        int before = await EpochAsync(_store.Database);

        await ChangeAsync("CREATE TABLE dumped AS TABLE epochs; DROP TABLE epochs; ALTER TABLE dumped RENAME TO epochs");

        using PostgresStoreUnderTest restarted = _store.OpenNode("node-c");
        Assert.Equal(before + 1, await EpochAsync(restarted.Database));
    }

    [ContractFact]
    public async Task A_new_timeline_is_another_epoch_unless_failovers_are_trusted()
    {
        int before = await EpochAsync(_store.Database);

        await ChangeAsync("UPDATE epochs SET place = regexp_replace(place, '/[0-9A-F]{8}/', '/000000FF/')");
        using (var trusting = PostgresDatabase.Open(_store.ConnectionString, "trusting", trustFailover: true))
        {
            Assert.Equal(before, await EpochAsync(trusting));
        }

        await ChangeAsync("UPDATE epochs SET place = regexp_replace(place, '/[0-9A-F]{8}/', '/000000FF/')");
        using var careful = PostgresDatabase.Open(_store.ConnectionString, "careful");
        Assert.Equal(before + 1, await EpochAsync(careful));
    }

    [ContractFact]
    public async Task Nodes_that_come_back_at_once_begin_one_epoch()
    {
        int before = await EpochAsync(_store.Database);
        await ChangeAsync("UPDATE epochs SET place = regexp_replace(place, '/[0-9A-F]{8}/', '/000000FF/')");
        PostgresStoreUnderTest[] nodes = [.. Enumerable.Range(0, 6).Select(i => _store.OpenNode($"node-{i}"))];

        int[] epochs = await Task.WhenAll(nodes.Select(n => Task.Run(() => EpochAsync(n.Database))));

        Array.ForEach(nodes, n => n.Dispose());
        Assert.All(epochs, e => Assert.Equal(before + 1, e));
    }

    private static async Task<int> EpochAsync(PostgresDatabase database)
    {
        var grains = new PostgresGrainStore(database, new());
        GrainKey probe = StoreData.Key("probe");
        try
        {
            await grains.FindAsync(probe);
        }
        catch (StoreUnavailableException)
        {
            // The pool held connections to a server that is gone; it has let go of them now.
        }

        if (await grains.FindAsync(probe) is null)
        {
            await grains.CreateAsync(probe);
        }

        return (await grains.FindAsync(probe))!.Epoch;
    }

    private async Task ChangeAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_store.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Written by this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
