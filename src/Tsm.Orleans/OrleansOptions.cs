using System.ComponentModel.DataAnnotations;

namespace Tsm.Orleans;

/// <summary>The silo of this process and its cluster: section <c>Orleans</c>.</summary>
public sealed class OrleansOptions
{
    /// <summary>The cluster that this silo joins; silos of one database and one cluster find each other. Default: <c>tsm</c>.</summary>
    [Required]
    public string ClusterId { get; set; } = "tsm";

    /// <summary>The name under which states are stored; it outlives clusters. Default: <c>tsm</c>.</summary>
    [Required]
    public string ServiceId { get; set; } = "tsm";

    /// <summary>
    /// The IP address at which other silos reach this one. Silos trust whoever reaches them: never one that is open to others
    /// than silos. Default: 127.0.0.1, for silos on one machine.
    /// </summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The TCP port for other silos. Default: 11111.</summary>
    [Range(1, 65_535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The TCP port for clients outside of the cluster; 0 for none, for Tsm has none. Default: 0.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; }

    /// <summary>
    /// The folder of Orleans' scripts for PostgreSQL (<c>PostgreSQL-Main.sql</c> and so on), run once where its tables are missing;
    /// null when they have been made already.
    /// </summary>
    public string? Scripts { get; set; }

    /// <summary>Into how many parts due work is divided; the same on every silo. Default: 16.</summary>
    [Range(1, 1024)]
    public int Buckets { get; set; } = 16;

    /// <summary>How often each part is looked through for due grains. Default: 200 ms.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How old an intent must be before its grain is asked what became of it. Default: 10 s.</summary>
    public TimeSpan IntentAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a reminder makes sure that the sweepers are awake. Default: 1 min.</summary>
    public TimeSpan SweeperReminder { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most grains that one part has in hand at once. Default: 256.</summary>
    [Range(1, 100_000)]
    public int DueLimit { get; set; } = 256;

    /// <summary>How long a grain whose deadline turn failed is left alone; doubled with each failure. Default: 1 s.</summary>
    public TimeSpan ParkedFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest a grain whose deadline turns fail is left alone. Default: 10 min.</summary>
    public TimeSpan ParkedAtMost { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a silo may leave probes unanswered, times three, before it counts as dead. Default: 2 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most commands of this process that wait for an answer; beyond it callers wait briefly and are then refused. Default: 8192.</summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 8192;

    /// <summary>How long a caller waits for room before <see cref="Application.Hosting.HostBusyException"/>. Default: 100 ms.</summary>
    public TimeSpan EnqueueWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a turn that lost against another writer is run again. Default: 10.</summary>
    [Range(1, 1000)]
    public int MaxConflicts { get; set; } = 10;

    /// <summary>
    /// The pauses between attempts while the store is down or the grain's silo is gone. Default: 50 ms, 250 ms, 1 s, 2 s, 3 s, 4 s, 5 s,
    /// which is longer than it takes to find a silo dead.
    /// </summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; set; } =
    [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5),
    ];

    /// <summary>The longest state of a machine in octets. Default: 32 KiB.</summary>
    [Range(1024, 1_048_576)]
    public int MaxStateOctets { get; set; } = 32 * 1024;
}
