using Npgsql;
using Tsm.Application.AuditTrail;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Postgres;
using Tsm.Storage.Shared;
using Tsm.Storage.Vault;
using Tsm.Testing;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>A store on a database of its own in the private PostgreSQL, whose clock is the test's.</summary>
internal sealed class PostgresStoreUnderTest : StoreUnderTest
{
    private readonly PrivatePostgres _postgres;
    private readonly bool _ownsDatabase;
    private readonly OutboxSignal _signal = new();

    public PostgresStoreUnderTest(PrivatePostgres postgres, ManualTimeProvider time)
        : this(postgres, time, CreateDatabase(postgres), "node-a", ownsDatabase: true)
    {
    }

    private PostgresStoreUnderTest(
        PrivatePostgres postgres, ManualTimeProvider time, string connectionString, string node, bool ownsDatabase) : base(time)
    {
        _postgres = postgres;
        _ownsDatabase = ownsDatabase;
        ConnectionString = connectionString;
        Database = PostgresDatabase.Open(connectionString, node);
        Grains = new PostgresGrainStore(Database, _signal);
        Outbox = new ClockedOutbox(new PostgresOutbox(Database, _signal, time), this);
        Switches = new PostgresRoadSwitches(Database, _signal);
        Quarantine = new PostgresQuarantine(Database, time);
        Cards = new PostgresCardReads(Database);
        Jobs = new PostgresJobReads(Database);
        Import = new PostgresCardImport(Database);
        Catalogue = new PostgresCatalogueStore(Database);
        Vault = new PostgresVaultTable(Database);
    }

    public string ConnectionString { get; }

    public PostgresDatabase Database { get; }

    public override IGrainStore Grains { get; }

    public override IOutbox Outbox { get; }

    public override IQuarantine Quarantine { get; }

    public override IRoadLives RoadLives => new ClockedRoadLives(new(Database), this);

    public override IRoadSwitches Switches { get; }

    public override IAliasIndex Aliases => new PostgresAliasIndex(Database);

    public override ICardReads Cards { get; }

    public override IJobReads Jobs { get; }

    public override ICardImport Import { get; }

    public override ICatalogueStore Catalogue { get; }

    public override IVaultTable Vault { get; }

    public override ISql Sql => new ClockedSql(new(Database), this);

    private protected override IAuditRows AuditRows => new PostgresAuditRows(Database);

    public override void Tamper(string sql) => Execute(
        $"ALTER TABLE audit_trail DISABLE TRIGGER USER; ALTER TABLE audit_heads DISABLE TRIGGER USER; {sql}");

    public override void Execute(string sql) => _postgres.Execute(sql, new NpgsqlConnectionStringBuilder(ConnectionString).Database!);

    public override Task MoveAliasAsync(string kind, string value, GrainKey to, DateTimeOffset at) =>
        new PostgresAliasIndex(Database).MoveAsync(kind, value, to, at, CancellationToken.None);

    public override void QueueMany(string road, int packets) => Execute(
        $"""
        INSERT INTO outbox (tenant, grain, road, packet, attempt, destination, segments)
        SELECT 'acme', 'card/' || i, '{road}', i::text, 1, '491701234567', '\x000101' FROM generate_series(1, {packets}) AS i
        """);

    public override void WakeMany(int grains)
    {
        long from = StoreData.Epoch.ToUnixTimeMilliseconds();
        Execute(
            $$"""
            INSERT INTO grains (tenant, grain, version, schema, due, state)
            SELECT 'acme', 'card/' || i, 1, 1, {{from}} + i, '{}' FROM generate_series(1, {{grains}}) AS i;
            INSERT INTO due (tenant, grain, due) SELECT 'acme', 'card/' || i, {{from}} + i FROM generate_series(1, {{grains}}) AS i
            """);
    }

    public override void BeginEpoch() => Database.BeginEpoch("test");

    /// <summary>Another node.</summary>
    public override StoreUnderTest OpenSecond() => OpenNode("node-b");

    public PostgresStoreUnderTest OpenNode(string node) => new(_postgres, Time, ConnectionString, node, ownsDatabase: false);

    /// <summary>The same node, started again while nothing of the old process was told to the server.</summary>
    public override StoreUnderTest OpenAfterDeath() => OpenNode("node-a");

    /// <summary>Brings the clock of the database to the test's.</summary>
    public override async Task SetClockAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("UPDATE test_clock SET ms = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Time.GetUtcNow().ToUnixTimeMilliseconds() });
        await command.ExecuteNonQueryAsync();
    }

    public override void Dispose()
    {
        base.Dispose();
        Database.Dispose();
        if (_ownsDatabase)
        {
            using (var connection = new NpgsqlConnection(ConnectionString))
            {
                NpgsqlConnection.ClearPool(connection);
            }

            _postgres.DropDatabase(ConnectionString);
        }
    }

    /// <summary>A copy of a database that was migrated once in this run.</summary>
    private static string CreateDatabase(PrivatePostgres postgres)
    {
        const string Template = "template_tsm";
        lock (postgres)
        {
            if (!postgres.Exists(Template))
            {
                string made = postgres.CreateDatabase();
                using (var database = PostgresDatabase.Open(made + ";Pooling=False"))
                {
                    database.Migrate(new ManualTimeProvider());
                }

                string name = new NpgsqlConnectionStringBuilder(made).Database!;
                postgres.Execute(
                    $"""
                    CREATE TABLE test_clock AS SELECT {StoreData.Epoch.ToUnixTimeMilliseconds()}::bigint AS ms;
                    CREATE OR REPLACE FUNCTION now_ms() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT ms FROM test_clock $$
                    """,
                    name);
                postgres.Execute($"ALTER DATABASE {name} RENAME TO {Template}");
            }
        }

        return postgres.CreateDatabase(Template);
    }

    /// <summary>As <see cref="ClockedOutbox"/>.</summary>
    private sealed class ClockedRoadLives(PostgresRoadLives inner, PostgresStoreUnderTest store) : IRoadLives
    {
        public async Task<RoadLife> BeatAsync(string road, CancellationToken cancellationToken)
        {
            await store.SetClockAsync();
            return await inner.BeatAsync(road, cancellationToken);
        }

        public Task<RoadLife> ReadAsync(string road, CancellationToken cancellationToken) => inner.ReadAsync(road, cancellationToken);
    }

    /// <summary>As <see cref="ClockedOutbox"/>.</summary>
    private sealed class ClockedSql(PostgresSql inner, PostgresStoreUnderTest store) : ISql
    {
        public string SkipLocked => inner.SkipLocked;

        public async Task<long> NowAsync(CancellationToken cancellationToken)
        {
            await store.SetClockAsync();
            return await inner.NowAsync(cancellationToken);
        }

        public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
            inner.QueryAsync<T>(sql, values, cancellationToken);

        public Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object values, CancellationToken cancellationToken) =>
            inner.ChangeAsync<T>(sql, values, cancellationToken);

        public Task<bool> TransactAsync(
            string tenant, IReadOnlyList<SqlStatement> statements, IReadOnlyList<AuditEntry> audit, CancellationToken cancellationToken) =>
            inner.TransactAsync(tenant, statements, audit, cancellationToken);
    }

    /// <summary>An outbox before whose every use the clocks are set.</summary>
    private sealed class ClockedOutbox(IOutbox inner, PostgresStoreUnderTest store) : IOutbox
    {
        public async Task<IReadOnlyList<OutboxPacket>> ClaimAsync(
            string road, int limit, TimeSpan lease, CancellationToken cancellationToken)
        {
            await store.SetClockAsync();
            return await inner.ClaimAsync(road, limit, lease, cancellationToken);
        }

        public Task ReleaseAsync(IReadOnlyCollection<OutboxPacket> packets, CancellationToken cancellationToken) =>
            inner.ReleaseAsync(packets, cancellationToken);

        public async Task<IReadOnlyList<OutboxPacket>> AbandonedAsync(int limit, CancellationToken cancellationToken)
        {
            await store.SetClockAsync();
            return await inner.AbandonedAsync(limit, cancellationToken);
        }

        public Task ExpireClaimsAsync(CancellationToken cancellationToken) => inner.ExpireClaimsAsync(cancellationToken);

        public Task WaitAsync(string road, CancellationToken cancellationToken) => inner.WaitAsync(road, cancellationToken);
    }
}
