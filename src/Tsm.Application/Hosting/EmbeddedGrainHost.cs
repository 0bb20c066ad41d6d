using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tsm.Application.Ports;

namespace Tsm.Application.Hosting;

/// <summary>
/// Hosts grains in this process with group commit: what waits is taken together, run, written in one transaction, and only
/// then answered. It works from its construction until it is disposed; what was accepted before that is still done.
/// </summary>
/// <remarks>
/// There is no timer: the next batch is whatever came in while the previous one was being written. So a lone command pays for
/// one write, and a flood shares it. Grains are spread over a few lanes, so that one batch is decided while another is being
/// written; a grain has one lane, in which its commands keep their order.
/// </remarks>
public sealed partial class EmbeddedGrainHost : IGrainHost, IAsyncDisposable
{
    private readonly IGrainStore _store;
    private readonly TurnRunner _runner;
    private readonly ICatalogue _catalogue;
    private readonly EmbeddedGrainHostOptions _options;
    private readonly TimeProvider _time;
    private readonly StoreHealth _health;
    private readonly ILogger<EmbeddedGrainHost> _logger;
    private readonly Lane[] _lanes;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pumps;
    private readonly Task _watch;
    private int _disposed;

    /// <summary>Starts the pumps and the watch over due grains.</summary>
    public EmbeddedGrainHost(
        IGrainStore store,
        IEnumerable<IMachine> machines,
        ICatalogue catalogue,
        IKeyVault vault,
        IOptions<EmbeddedGrainHostOptions> options,
        TimeProvider time,
        StoreHealth health,
        ILogger<EmbeddedGrainHost> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _store = store;
        _catalogue = catalogue;
        _options = options.Value;
        _runner = new(machines, catalogue, vault, _options.MaxStateOctets, time, logger);
        _parked = new(_options.ParkedFirst, _options.ParkedAtMost);
        _time = time;
        _health = health;
        _logger = logger;
        _lanes = [.. Enumerable.Range(0, _options.Lanes).Select(_ => new Lane(Math.Max(1, _options.QueueCapacity / _options.Lanes)))];
        _pumps = Task.WhenAll(_lanes.Select(lane => Task.Run(() => PumpAsync(lane))));
        _watch = Task.Run(WatchAsync);
    }

    /// <inheritdoc/>
    public async Task<IReply> SendAsync(GrainKey key, IGrainCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var work = new Work(key, command, After: null);
        await EnqueueAsync(work, cancellationToken);
        Diagnostics.QueueLength.Add(1);
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Work)state!).Cancel(token), work);
        return await work.Reply;
    }

    /// <summary>Takes no more commands, finishes those that wait, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (Lane lane in _lanes)
        {
            lane.Commands.Writer.TryComplete();
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_pumps, _watch);
        _stopping.Dispose();
    }

    private Lane LaneOf(GrainKey key) => _lanes[unchecked((uint)key.GetHashCode()) % (uint)_lanes.Length];

    private async Task EnqueueAsync(Work work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ChannelWriter<Work> commands = LaneOf(work.Key).Commands.Writer;
        if (commands.TryWrite(work))
        {
            return;
        }

        using var patience = new CancellationTokenSource(_options.EnqueueWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await commands.WriteAsync(work, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostBusyException($"{_options.QueueCapacity} commands wait already.", exception);
        }
        catch (ChannelClosedException exception)
        {
            throw new ObjectDisposedException($"{nameof(EmbeddedGrainHost)} takes no more commands.", exception);
        }
    }

    private async Task PumpAsync(Lane lane)
    {
        Task<bool>? commands = null;
        Task<bool>? deadlines = null;
        var batch = new List<Work>(_options.BatchSize);
        while (true)
        {
            Take(lane, batch);
            if (batch.Count > 0)
            {
                await RunAsync(batch);
                batch.Clear();
                continue;
            }

            commands ??= lane.Commands.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            deadlines ??= lane.Deadlines.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            Task<bool> first = await Task.WhenAny(commands, deadlines);
            if (first == deadlines)
            {
                deadlines = null;
                continue;
            }

            commands = null;
            if (!await first)
            {
                return;
            }
        }
    }

    /// <summary>Takes what waits: commands first, then deadlines that no command from before them is still queued behind.</summary>
    private void Take(Lane lane, List<Work> batch)
    {
        int taken = 0;
        while (taken < _options.BatchSize && lane.Commands.Reader.TryRead(out Work? work))
        {
            taken++;
            if (!work.Reply.IsCompleted)
            {
                batch.Add(work);
            }
        }

        lane.Taken += taken;
        Diagnostics.QueueLength.Add(-taken);

        // Under a flood of commands deadlines get a quarter on top, so that they are late but never starve.
        int room = Math.Max(_options.BatchSize - taken, _options.BatchSize / 4 + 1);
        while (room-- > 0 && lane.Deadlines.Reader.TryPeek(out Work? next) && next.After <= lane.Taken
            && lane.Deadlines.Reader.TryRead(out Work? deadline))
        {
            batch.Add(deadline);
        }
    }

    /// <summary>What waits for the turns of some of the grains.</summary>
    private sealed class Lane(int capacity)
    {
        private long _taken;

        public Channel<Work> Commands { get; } =
            Channel.CreateBounded<Work>(new BoundedChannelOptions(capacity) { SingleReader = true });

        public Channel<Work> Deadlines { get; } = Channel.CreateUnbounded<Work>(new() { SingleReader = true, SingleWriter = true });

        /// <summary>How many commands were taken so far; written by the pump alone.</summary>
        public long Taken
        {
            get => Volatile.Read(ref _taken);
            set => Volatile.Write(ref _taken, value);
        }
    }

    /// <summary>A command that waits for its answer.</summary>
    /// <param name="Key">The grain.</param>
    /// <param name="Command">What it is told.</param>
    /// <param name="After">For a deadline: how many commands must have been taken before it; null for others.</param>
    private sealed record Work(GrainKey Key, IGrainCommand Command, long? After)
    {
        private readonly TaskCompletionSource<IReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReply> Reply => _reply.Task;

        public void Answer(IReply reply) => _reply.TrySetResult(reply);

        public void Fail(Exception exception) => _reply.TrySetException(exception);

        public void Cancel(CancellationToken token) => _reply.TrySetCanceled(token);
    }
}
