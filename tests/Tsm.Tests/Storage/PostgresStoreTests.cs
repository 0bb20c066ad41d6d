using System.Text;
using Npgsql;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage.Migrations;
using Tsm.Storage.Postgres;
using Tsm.Storage.Vault;
using Tsm.Testing;
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

    [ContractFact]
    public async Task An_entry_of_the_audit_trail_that_is_committed_late_comes_into_a_later_batch()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        await using var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlTransaction late = await connection.BeginTransactionAsync();
        await PostgresAuditRows.AddAsync(connection, "acme", StoreData.Audit("late"), CancellationToken.None);
        await store.Grains.CommitAsync(
            [StoreData.Write(StoreData.Key("1"), 0, "1", null, new RecordAudit(StoreData.Audit("early")))], CancellationToken.None);

        int first = await store.Trail.SealAsync(CancellationToken.None);
        await late.CommitAsync();
        int second = await store.Trail.SealAsync(CancellationToken.None);

        AuditVerdict verdict = await store.Trail.VerifyAsync("acme", null, CancellationToken.None);
        IReadOnlyList<AuditListEntry> entries = (await store.Trail.ListAsync("acme", new(null, null, null, null), null, 10, CancellationToken.None)).Items;
        Assert.Equal((1, 1, 2L, null), (first, second, verdict.Entries, verdict.Break));
        Assert.Equal([("early", 1L), ("late", 2L)], entries.Select(e => (e.Record.Subject, e.Position!.Value)));
        Assert.True(entries[1].Record.Id < entries[0].Record.Id);
    }

    [ContractFact]
    public async Task Who_finds_another_sealing_leaves_it_to_the_other()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        await store.Grains.CommitAsync(
            [StoreData.Write(StoreData.Key("1"), 0, "1", null, new RecordAudit(StoreData.Audit()))], CancellationToken.None);
        await using var other = new NpgsqlConnection(store.ConnectionString);
        await other.OpenAsync();
        await using NpgsqlTransaction sealing = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(x'54736D02'::bigint)", other, sealing))
        {
            await command.ExecuteNonQueryAsync();
        }

        int meanwhile = await store.Trail.SealAsync(CancellationToken.None);
        await sealing.RollbackAsync();
        int afterwards = await store.Trail.SealAsync(CancellationToken.None);

        Assert.Equal((0, 1), (meanwhile, afterwards));
    }

    [ContractFact]
    public void Nodes_that_start_together_migrate_once()
    {
        string connectionString = postgres.CreateDatabase();
        PostgresDatabase[] nodes = [.. Enumerable.Range(0, 4).Select(_ => PostgresDatabase.Open(connectionString + ";Pooling=False"))];

        int[] applied = new int[nodes.Length];
        Parallel.For(0, nodes.Length, new() { MaxDegreeOfParallelism = nodes.Length }, i => applied[i] = nodes[i].Migrate(new ManualTimeProvider()));

        Assert.Equal(Migrator.Scripts("postgres").Count, applied.Sum());
        Assert.All(nodes, n => Assert.Equal(0, n.Migrate(new ManualTimeProvider())));
        Array.ForEach(nodes, n => n.Dispose());
        postgres.DropDatabase(connectionString);
    }

    [ContractFact]
    public void A_database_newer_than_the_program_is_refused_and_left_alone()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        postgres.Execute(
            "INSERT INTO migrations (number, name, hash, applied_at) VALUES (9999, '9999_future', 'AB', 0)",
            new NpgsqlConnectionStringBuilder(store.ConnectionString).Database!);

        MigrationException refused = Assert.Throws<MigrationException>(() => store.Database.Migrate(new ManualTimeProvider()));

        Assert.Contains("9999_future", refused.Message, StringComparison.Ordinal);
    }

    [ContractFact]
    public void Every_commit_is_flushed_even_where_the_server_would_not()
    {
        string connectionString = postgres.CreateDatabase();
        string name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        postgres.Execute($"ALTER DATABASE {name} SET synchronous_commit = off");
        using var database = PostgresDatabase.Open(connectionString + ";Pooling=False");

        Assert.Equal("on", database.Use(c => Show(c, "synchronous_commit")));
        Assert.Equal("on", database.Use(c => Show(c, "fsync")));

        static string Show(NpgsqlConnection connection, string setting)
        {
            using var command = new NpgsqlCommand("SELECT current_setting($1)", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setting });
            return (string)command.ExecuteScalar()!;
        }
    }

    [ContractFact]
    public void A_wrong_password_is_told_without_it()
    {
        string connectionString = postgres.ConnectionString("postgres").Replace(PrivatePostgres.Password, "wrong-Sentinel", StringComparison.Ordinal);

        StoreUnavailableException refused = Assert.Throws<StoreUnavailableException>(() => PostgresDatabase.Open(connectionString));

        Assert.DoesNotContain("wrong-Sentinel", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-Sentinel", postgres.Log, StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task What_was_committed_is_there_after_the_power_failed()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        GrainKey key = StoreData.Key("1");
        await store.Grains.CommitAsync([StoreData.Write(key, 0, "\"durable\"", null, StoreData.Packet("p"))], CancellationToken.None);

        postgres.Crash();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Grains.FindAsync(key));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.Grains.CommitAsync([StoreData.Write(key, 1, "2")], CancellationToken.None));
        postgres.Start();

        Assert.Equal("\"durable\"", (await PatientlyAsync(() => store.Grains.FindAsync(key))).Text());
        Assert.Single(await store.Outbox.ClaimAsync("smsc", 10, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_commit_whose_answer_was_lost_is_not_run_again()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        GrainKey key = StoreData.Key("1");
        await store.Grains.CreateAsync(key);
        await using var proxy = new LossyProxy(new NpgsqlConnectionStringBuilder(store.ConnectionString).Port);
        using var node = PostgresDatabase.Open(
            new NpgsqlConnectionStringBuilder(store.ConnectionString) { Port = proxy.Port, Pooling = false }.ConnectionString, "node-b");
        var grains = new PostgresGrainStore(node, new());
        GrainWrite[] writes = [StoreData.Write(key, 1, "\"once\"", null, new AppendHistory([StoreData.Line("once")]))];
        proxy.LoseAnswerAfter("COMMIT");

        IReadOnlySet<GrainKey> written = await PatientlyAsync(() => grains.CommitAsync(writes, CancellationToken.None));

        Assert.True(proxy.HasLost);
        Assert.Equal([key], written);
        Assert.Equal(2, (await store.Grains.FindAsync(key))!.Version);
        Assert.Single((await store.Cards.HistoryAsync(key, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task A_commit_that_never_arrived_is_run_again()
    {
        using var store = new PostgresStoreUnderTest(postgres, new());
        GrainKey key = StoreData.Key("1");
        await store.Grains.CreateAsync(key);
        await using var proxy = new LossyProxy(new NpgsqlConnectionStringBuilder(store.ConnectionString).Port);
        using var node = PostgresDatabase.Open(
            new NpgsqlConnectionStringBuilder(store.ConnectionString) { Port = proxy.Port, Pooling = false }.ConnectionString, "node-b");
        var grains = new PostgresGrainStore(node, new());
        GrainWrite[] writes = [StoreData.Write(key, 1, "\"once\"", null, new AppendHistory([StoreData.Line("once")]))];
        proxy.LoseRequest("COMMIT");

        IReadOnlySet<GrainKey> written = await PatientlyAsync(() => grains.CommitAsync(writes, CancellationToken.None));

        Assert.True(proxy.HasLost);
        Assert.Equal([key], written);
        Assert.Equal(2, (await store.Grains.FindAsync(key))!.Version);
        Assert.Single((await store.Cards.HistoryAsync(key, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task No_key_is_found_in_the_files_of_the_database()
    {
        byte[] sentinel = [.. "SentinelKey/4711"u8];
        using var store = new PostgresStoreUnderTest(postgres, new());
        using (var vault = new KeyVault(VaultKey.From(new byte[32]), store.Vault))
        using (var keys = new KeySet(3, KeyMaterial.From(sentinel, KeyAlgorithm.Aes), KeyMaterial.From(sentinel, KeyAlgorithm.Aes), dek: null))
        {
            ImportedCard card = StoreData.Card(1);
            await store.Import.ImportAsync("acme", [card with { Keys = [vault.Wrap(card.Grain, keys)] }], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
            await store.Grains.CommitAsync([StoreData.Write(card.Grain, 1, "\"KnownText/0815\"")], CancellationToken.None);
        }

        postgres.Execute("CHECKPOINT");

        byte[][] forms =
        [
            sentinel,
            Encoding.ASCII.GetBytes(Convert.ToHexString(sentinel)),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(sentinel)),
            Encoding.ASCII.GetBytes(Convert.ToBase64String(sentinel)),
        ];
        Assert.Empty(postgres.FilesWith(forms));
        Assert.NotEmpty(postgres.FilesWith("KnownText/0815"u8.ToArray())); // The search does find what is there.
        Assert.Empty(postgres.FilesWith(Encoding.ASCII.GetBytes(PrivatePostgres.Password)));
    }

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> action)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await action();
            }
            catch (StoreUnavailableException) when (attempt < 30)
            {
                // A pool that has not yet noticed gives broken connections, one at a time.
            }
        }
    }
}
