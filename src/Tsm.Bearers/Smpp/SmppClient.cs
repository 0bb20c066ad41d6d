using Microsoft.Extensions.Logging;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>An ESME: stays bound to one SMSC until it is stopped, submits messages and takes what is delivered.</summary>
/// <remarks>
/// Who submits waits: for the window, for the rate, for a pause the SMSC asked for. While there is no session nothing
/// waits, and the result is <see cref="SubmitResult.NotSent"/>: queues belong to the caller.
/// </remarks>
public sealed partial class SmppClient : IAsyncDisposable
{
    private readonly SmppClientOptions _options;
    private readonly Func<DeliverSm, CancellationToken, ValueTask<CommandStatus>> _onDeliver;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SendPace _pace;
    private readonly Func<CancellationToken, ValueTask>? _turn;
    private readonly Octets _bind;

    // No message leaves any more; then: the session is over.
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SmppSession? _session;

    // The same as the session that sends, unless the SMSC wants two.
    private SmppSession? _receiving;
    private bool _parted;

    // How long the last bind lasted.
    private TimeSpan _held;
    private SmppClientState _state;
    private Task _running = Task.CompletedTask;

    private bool IsLeaving => _leaving.IsCancellationRequested;

    /// <summary>A client that is not yet started.</summary>
    /// <param name="options">Where to bind and how.</param>
    /// <param name="onDeliver">
    /// Takes a deliver_sm or data_sm; the SMSC is answered with the status it returns, when its task has ended. If it
    /// throws, the SMSC is told of a temporary error and delivers again.
    /// </param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Where the client reports.</param>
    /// <param name="turn">
    /// Waited for before every submit_sm, repetitions included, for a limit that is kept elsewhere; null for none.
    /// </param>
    /// <exception cref="ArgumentException">Account or password are longer than SMPP allows.</exception>
    public SmppClient(
        SmppClientOptions options,
        Func<DeliverSm, CancellationToken, ValueTask<CommandStatus>> onDeliver,
        TimeProvider time,
        ILogger<SmppClient> logger,
        Func<CancellationToken, ValueTask>? turn = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onDeliver);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _onDeliver, _time, _logger, _turn) = (options, onDeliver, time, logger, turn);
        _bind = SmppFields.ToOctets(new BindRequest
        {
            SystemId = options.SystemId,
            Password = options.Password,
            SystemType = options.SystemType,
        });
        _pace = new(options.ThroughputPerSecond, options.ThrottleBackoff, options.MaxThrottleBackoff, time);
    }

    /// <summary>Raised after every change of <see cref="State"/>, on the thread that changed it; must not block.</summary>
    public event EventHandler<SmppClientStateChangedEventArgs>? StateChanged;

    /// <summary>What the client is doing.</summary>
    public SmppClientState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>How many messages may be submitted now without waiting for the window; 0 if unbound or paused.</summary>
    public int FreeWindow => _pace.IsPaused || IsLeaving ? 0 : Volatile.Read(ref _session)?.FreeWindow ?? 0;

    /// <summary>Begins to bind, and to bind again whenever the session ends.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (State != SmppClientState.Created)
        {
            throw new InvalidOperationException("The client was started before.");
        }

        ChangeState(SmppClientState.Connecting, "started");
        _running = RunAsync();
    }

    /// <summary>Waits until <see cref="FreeWindow"/> is above zero. Others may take the slot first.</summary>
    /// <returns>False if the client is stopped.</returns>
    public async Task<bool> WaitForSlotAsync(CancellationToken cancellationToken)
    {
        while (!IsLeaving)
        {
            Task changed = Changed;
            if (Volatile.Read(ref _session) is { } session)
            {
                await _pace.WaitForPauseAsync(cancellationToken);
                if (await session.WaitForSlotAsync(cancellationToken))
                {
                    return true;
                }
            }

            await changed.WaitAsync(cancellationToken);
        }

        return false;
    }

    /// <summary>Takes no message any more, waits for open answers, unbinds and closes.</summary>
    /// <param name="cancellationToken">Cuts the waiting short: what is open then becomes unknown.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync();
        if (Volatile.Read(ref _session) is { } session)
        {
            SmppSession receiving = Volatile.Read(ref _receiving) ?? session;
            await session.UnbindAsync(cancellationToken);
            if (receiving != session)
            {
                await receiving.UnbindAsync(cancellationToken);
            }
        }

        await _stop.CancelAsync();
        await _running;
        ChangeState(SmppClientState.Stopped, "stopped");
    }

    /// <summary>Stops at once: what is open becomes unknown. Use <see cref="StopAsync"/> to leave in order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _stop.CancelAsync();
        await _running;
        ChangeState(SmppClientState.Stopped, "disposed");
    }

    private Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    private void ChangeState(SmppClientState state, string reason)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_state == state)
            {
                return;
            }

            _state = state;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
        try
        {
            StateChanged?.Invoke(this, new(state, reason));
        }
        catch (Exception e)
        {
            // A listener's fault does not end the bind.
            _logger.ListenerFailed(e, state);
        }
    }
}

/// <summary>What a client is doing.</summary>
public enum SmppClientState
{
    /// <summary>Nothing yet.</summary>
    Created,

    /// <summary>Connecting and binding.</summary>
    Connecting,

    /// <summary>Bound: messages can be submitted.</summary>
    Bound,

    /// <summary>Pausing before the next attempt.</summary>
    Waiting,

    /// <summary>The account was refused: a person has to look; the next attempt is far away.</summary>
    Alarm,

    /// <summary>Stopped for good.</summary>
    Stopped,
}

/// <summary>A change of <see cref="SmppClient.State"/>.</summary>
/// <param name="state">The new state.</param>
/// <param name="reason">Why, in words.</param>
public sealed class SmppClientStateChangedEventArgs(SmppClientState state, string reason) : EventArgs
{
    /// <summary>The new state.</summary>
    public SmppClientState State { get; } = state;

    /// <summary>Why, in words.</summary>
    public string Reason { get; } = reason;
}
