using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Storage.Vault;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <summary>All ports of one store on one database, for the contract tests.</summary>
internal abstract class StoreUnderTest(ManualTimeProvider time) : IDisposable
{
    public ManualTimeProvider Time { get; } = time;

    public abstract IGrainStore Grains { get; }

    public abstract IOutbox Outbox { get; }

    public abstract IQuarantine Quarantine { get; }

    public abstract IRoadSwitches Switches { get; }

    public abstract IAliasIndex Aliases { get; }

    public abstract ICardReads Cards { get; }

    public abstract IJobReads Jobs { get; }

    public abstract ICardImport Import { get; }

    public abstract ICatalogueStore Catalogue { get; }

    public abstract IVaultTable Vault { get; }

    public abstract Task MoveAliasAsync(string kind, string value, GrainKey to, DateTimeOffset at);

    /// <summary>A second, independent store on the same database.</summary>
    public abstract StoreUnderTest OpenSecond();

    /// <summary>What another program would find if this process died now.</summary>
    public abstract StoreUnderTest OpenAfterDeath();

    public abstract void Dispose();
}
