using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Rows;
using Tsm.Storage;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Shared;
using Tsm.Storage.Sqlite;
using Tsm.Storage.Vault;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>A store on a SQLite file in a folder of its own.</summary>
internal sealed class SqliteStoreUnderTest : StoreUnderTest
{
    private readonly bool _ownsFolder;
    private readonly OutboxSignal _signal = new();

    public SqliteStoreUnderTest(ManualTimeProvider time, TimeSpan? busyTimeout = null)
        : this(time, NewFolder(), ownsFolder: true, busyTimeout)
    {
    }

    private SqliteStoreUnderTest(ManualTimeProvider time, string folder, bool ownsFolder, TimeSpan? busyTimeout = null) : base(time)
    {
        _ownsFolder = ownsFolder;
        Folder = folder;
        Database = SqliteDatabase.Open(Path.Combine(folder, "tsm.db"), busyTimeout: busyTimeout);
        Database.Migrate(time);
        Grains = new SqliteGrainStore(Database, _signal);
        Outbox = new SqliteOutbox(Database, _signal, time);
        Switches = new SqliteRoadSwitches(Database, _signal);
        Quarantine = new SqliteQuarantine(Database, time);
        Cards = new SqliteCardReads(Database);
        Jobs = new SqliteJobReads(Database);
        Import = new SqliteCardImport(Database);
        Catalogue = new SqliteCatalogueStore(Database);
        Vault = new SqliteVaultTable(Database);
    }

    public string Folder { get; }

    public SqliteDatabase Database { get; }

    public override IGrainStore Grains { get; }

    public override IOutbox Outbox { get; }

    public override IQuarantine Quarantine { get; }

    public override IRoadLives RoadLives => new SqliteRoadLives(Database, Time);

    public override IRoadSwitches Switches { get; }

    public override IAliasIndex Aliases => new SqliteAliasIndex(Database);

    public override ICardReads Cards { get; }

    public override IJobReads Jobs { get; }

    public override ICardImport Import { get; }

    public override ICatalogueStore Catalogue { get; }

    public override IVaultTable Vault { get; }

    public override ISql Sql => new SqliteSql(Database, Time);

    private protected override IAuditRows AuditRows => new SqliteAuditRows(Database);

    public override void Tamper(string sql)
    {
        foreach (string trigger in (string[])["audit_trail_stays", "audit_trail_is_kept", "audit_heads_stay", "audit_heads_are_kept"])
        {
            Execute($"DROP TRIGGER IF EXISTS {trigger}");
        }

        Execute(sql);
    }

    public override void Execute(string sql) => Database.Write(s => s.Prepare(sql).Execute());

    public static string NewFolder() => Directory.CreateTempSubdirectory("tsm-tests-").FullName;

    public override Task MoveAliasAsync(string kind, string value, GrainKey to, DateTimeOffset at) =>
        new SqliteAliasIndex(Database).MoveAsync(kind, value, to, at, CancellationToken.None);

    public override void QueueMany(string road, int packets) => Database.Write(s => s.Prepare(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $packets)
        INSERT INTO outbox (tenant, grain, road, packet, attempt, destination, segments)
        SELECT 'acme', 'card/' || i, $road, CAST(i AS TEXT), 1, '491701234567', x'000101' FROM n
        """).Execute(packets, road));

    public override void WakeMany(int grains) => Database.Write(s => s.Prepare(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $grains)
        INSERT INTO grains (tenant, grain, version, schema, due, state) SELECT 'acme', 'card/' || i, 1, 1, $from + i, x'7B7D' FROM n
        """).Execute(grains, StoredValues.Milliseconds(StoreData.Epoch)));

    public override void BeginEpoch() => Database.BeginEpoch("test", Time);

    public override StoreUnderTest OpenSecond() => new SqliteStoreUnderTest(Time, Folder, ownsFolder: false);

    /// <summary>The files as they lie on the disk, the log included; the index of the log is rebuilt as after a crash.</summary>
    public override StoreUnderTest OpenAfterDeath()
    {
        string copy = NewFolder();
        foreach (string file in new[] { "tsm.db", "tsm.db-wal" })
        {
            File.Copy(Path.Combine(Folder, file), Path.Combine(copy, file));
        }

        return new SqliteStoreUnderTest(Time, copy, ownsFolder: true);
    }

    public override void Dispose()
    {
        base.Dispose();
        Database.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
