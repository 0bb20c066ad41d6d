using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Security.Keys;
using Tsm.Storage.AuditTrail;
using Tsm.Storage.Shared;
using Tsm.Storage.Vault;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>All ports of one store on one database, for the contract tests.</summary>
internal abstract class StoreUnderTest(ManualTimeProvider time) : IDisposable
{
    private SealedAuditTrail? _trail;
    private KeyVault? _vault;

    public ManualTimeProvider Time { get; } = time;

    public abstract IGrainStore Grains { get; }

    public abstract IOutbox Outbox { get; }

    public abstract IQuarantine Quarantine { get; }

    public abstract IRoadLives RoadLives { get; }

    public abstract IRoadSwitches Switches { get; }

    public abstract IAliasIndex Aliases { get; }

    public abstract ICardReads Cards { get; }

    public abstract IJobReads Jobs { get; }

    public abstract ICardImport Import { get; }

    public abstract ICatalogueStore Catalogue { get; }

    public abstract IVaultTable Vault { get; }

    /// <summary>Shared statements, on the test's clock.</summary>
    public abstract ISql Sql { get; }

    /// <summary>Brings the clock of the database to the test's.</summary>
    public virtual Task SetClockAsync() => Task.CompletedTask;

    public IAuditTrail Trail => _trail ??= new SealedAuditTrail(
        AuditRows, _vault = new(VaultKey.From([.. Enumerable.Range(1, VaultKey.Size).Select(i => (byte)i)]), Vault), Time);

    private protected abstract IAuditRows AuditRows { get; }

    /// <summary>Does what somebody can do who owns the database: the triggers are out of the way.</summary>
    public abstract void Tamper(string sql);

    /// <summary>Does it as the program could, by mistake.</summary>
    public abstract void Execute(string sql);

    public abstract Task MoveAliasAsync(string kind, string value, GrainKey to, DateTimeOffset at);

    /// <summary>Queues packets 1, 2, 3, ... of as many grains.</summary>
    public abstract void QueueMany(string road, int packets);

    /// <summary>Makes grains 1, 2, 3, ... that are due one millisecond after the other.</summary>
    public abstract void WakeMany(int grains);

    /// <summary>Says that the database was restored.</summary>
    public abstract void BeginEpoch();

    /// <summary>A second, independent store on the same database.</summary>
    public abstract StoreUnderTest OpenSecond();

    /// <summary>What another program would find if this process died now.</summary>
    public abstract StoreUnderTest OpenAfterDeath();

    public virtual void Dispose()
    {
        _trail?.Dispose();
        _vault?.Dispose();
    }
}
