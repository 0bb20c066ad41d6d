using System.ComponentModel.DataAnnotations;

namespace Tsm.Application.Hosting;

/// <summary>How much the embedded host takes at once, and how patient it is.</summary>
public sealed class EmbeddedGrainHostOptions
{
    /// <summary>The most commands in one transaction. 200 to 500 is the knee of a database's curve. Default: 512.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 512;

    /// <summary>
    /// The batches that may be under way at once, each of other grains. With two the next is decided while one is being written;
    /// more only make them smaller. Default: 1; the server takes 2.
    /// </summary>
    [Range(1, 16)]
    public int Lanes { get; set; } = 1;

    /// <summary>The most commands that wait, over all lanes; beyond it callers wait briefly and are then refused. Default: 8192.</summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 8192;

    /// <summary>How long a caller waits for room in the queue before <see cref="HostBusyException"/>. Default: 100 ms.</summary>
    public TimeSpan EnqueueWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the store is asked for grains that are due. Default: 200 ms.</summary>
    public TimeSpan DuePollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The most grains that are woken at one poll; with that many in hand the store is not asked for more. Default: 1024.</summary>
    [Range(1, 100_000)]
    public int DueLimit { get; set; } = 1024;

    /// <summary>How long a grain whose deadline turn failed is left alone; doubled with each failure. Default: 1 s.</summary>
    public TimeSpan ParkedFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest a grain whose deadline turns fail is left alone. Default: 10 min.</summary>
    public TimeSpan ParkedAtMost { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a turn that lost against another writer is run again. Default: 10.</summary>
    [Range(1, 100)]
    public int MaxConflicts { get; set; } = 10;

    /// <summary>The pauses between attempts while the store is down. Default: 50 ms, 250 ms, 1 s.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; set; } =
        [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    /// <summary>The longest state in octets. Default: 32 KiB.</summary>
    [Range(1024, 1_048_576)]
    public int MaxStateOctets { get; set; } = 32 * 1024;
}
