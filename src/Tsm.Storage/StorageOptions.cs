using System.ComponentModel.DataAnnotations;
using Tsm.Storage.Vault;

namespace Tsm.Storage;

/// <summary>Where things are remembered.</summary>
public sealed class StorageOptions
{
    /// <summary>
    /// The PostgreSQL that many nodes share: <c>postgres://user:password@host:port/database</c> or <c>Host=...;Password=...</c>;
    /// a path names a SQLite file instead. Default: what the environment variable <c>TSM_DATABASE</c> says; without it
    /// <see cref="Path"/> is taken. It may hold a password and is never logged.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The reason of an epoch that <see cref="AfterRestore"/> begins.</summary>
    internal const string RestoredByOperator = "the operator says that the database was restored";

    /// <summary>
    /// The name of this node among those on one PostgreSQL, unique among the running ones; a node that starts with the name it
    /// had before finds its claims again at once. Default: a new name for each process, whose claims end by their leases.
    /// </summary>
    public string? Node { get; set; }

    /// <summary>The SQLite file, where there is no <see cref="ConnectionString"/>; its folder is created when it is missing. Default: <c>data/tsm.db</c>.</summary>
    [Required]
    public string Path { get; set; } = "data/tsm.db";

    /// <summary>
    /// Whether the database was restored from a backup before this start: every card then moves its counters ahead and is audited
    /// before its next job. PostgreSQL notices most restores and failovers by itself; a SQLite file cannot. Default: false.
    /// </summary>
    public bool AfterRestore { get; set; }

    /// <summary>
    /// Whether a promoted PostgreSQL replica is known to have lost nothing, as with synchronous replication: then a failover alone
    /// makes no card move its counters. Default: false.
    /// </summary>
    public bool TrustFailover { get; set; }

    /// <summary>The most connections that read a SQLite file at once. Default: 4.</summary>
    [Range(1, 64)]
    public int Readers { get; set; } = 4;

    /// <summary>Where the vault key comes from.</summary>
    public VaultOptions Vault { get; set; } = new();
}
