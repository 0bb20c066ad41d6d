using Tsm.Benchmarks.Reporting;
using Tsm.Testing;

namespace Tsm.Benchmarks.Limits;

/// <summary>What the machine can do at most, each measured when it is first asked for.</summary>
/// <param name="span">How long each is measured.</param>
internal sealed class MachineLimits(TimeSpan span) : IDisposable
{
    /// <summary>Rows of a transaction, as many as the host takes commands at once.</summary>
    public const int RowsPerTransaction = 512;

    /// <summary>Octets of a row: the state of a card with a few applications.</summary>
    public const int OctetsPerRow = 720;

    private readonly Dictionary<string, Limit> _known = new(StringComparer.Ordinal);

    /// <summary>The private PostgreSQL of this run, with 256 MiB of buffers; it starts when it is first used.</summary>
    public PrivatePostgres Postgres { get; } = new();

    /// <summary>Writes of 4 KiB that are flushed to the disk.</summary>
    public Task<Limit> FlushAsync() => KnowAsync("write and fsync of 4 KiB", () => DiskFlush.MeasureAsync(span));

    /// <summary>Rows of bare updates in the database of a host.</summary>
    public Task<Limit> RowsAsync(string host) => host == "sqlite"
        ? KnowAsync("bare multi-row upsert in SQLite, 512 rows of 720 octets a transaction", () => SqliteLimit.MeasureAsync(span))
        : KnowAsync("bare UPDATE ... FROM unnest, 512 rows of 720 octets a transaction", () => PostgresLimit.MeasureAsync(Postgres, span));

    /// <summary>PDUs that a socket sends and gets back.</summary>
    public Task<Limit> TcpAsync(int window) => KnowAsync($"bare TCP echo of submit_sm, {window} at a time", () => TcpEcho.MeasureAsync(window, span));

    /// <summary>submit_sm that a server of ours does nothing but answer.</summary>
    public Task<Limit> SmppAsync(int window) => KnowAsync($"bare SMPP echo, window {window}", () => SmppEcho.MeasureAsync(window, span));

    public void Dispose() => Postgres.Dispose();

    private async Task<Limit> KnowAsync(string what, Func<Task<double>> measure)
    {
        if (!_known.TryGetValue(what, out Limit? limit))
        {
            _known[what] = limit = new(what, await measure());
        }

        return limit;
    }
}
