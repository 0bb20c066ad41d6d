using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>One connection that speaks SMPP, for either role: requests out with their answers, requests in.</summary>
/// <remarks>
/// SMPP 3.4 §2 and §7.2. Reading never waits for a handler nor for writing, so enquire_link is answered whatever else
/// hangs. A handler must not block its thread: it is started on the reading loop, in the order of arrival.
/// </remarks>
public sealed partial class SmppSession : IAsyncDisposable
{
    private const uint MaxSequence = 0x7FFFFFFF;

    private readonly Stream _stream;
    private readonly SmppSessionOptions _options;
    private readonly Func<SmppRequest, CancellationToken, ValueTask<SmppResponse>> _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _window;
    private readonly SemaphoreSlim _handlers;
    private readonly ConcurrentDictionary<uint, PendingRequest> _pending = new();
    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<SessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _ended;
    private SessionEnd? _end;
    private int _sequence;
    private int _outstanding;
    private int _started;

    /// <summary>A session over a connection that it owns from now on.</summary>
    /// <param name="stream">The connection: TCP or TLS.</param>
    /// <param name="options">Limits and timers.</param>
    /// <param name="handler">
    /// Answers the peer's requests besides enquire_link and unbind; the response is sent when its task ends. If it throws,
    /// the peer is told of a temporary error.
    /// </param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Where the session reports.</param>
    public SmppSession(
        Stream stream,
        SmppSessionOptions options,
        Func<SmppRequest, CancellationToken, ValueTask<SmppResponse>> handler,
        TimeProvider time,
        ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        (_stream, _options, _handler, _time, _logger) = (stream, options, handler, time, logger);
        _window = new(options.WindowSize);
        _handlers = new(options.MaxConcurrentRequests);
        _ended = _stop.Token;
        _lastReceived = time.GetTimestamp();
    }

    /// <summary>Ends with the session, and says why; never fails.</summary>
    public Task<SessionEnd> Completion => _completion.Task;

    /// <summary>How many more requests may be sent now: the window less what is unanswered; 0 once it is closing or over.</summary>
    public int FreeWindow => _end is null && !_closing ? _window.CurrentCount : 0;

    /// <summary>The requests sent, or waiting to be, that have no answer.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Cancelled when the session is over.</summary>
    internal CancellationToken Ended => _ended;

    /// <summary>Starts reading, writing and asking after the peer.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("The session was started before.");
        }

        _ = RunAsync();
    }

    /// <summary>Waits until the window has room. Others may take it first.</summary>
    /// <returns>False if the session is over.</returns>
    public async Task<bool> WaitForSlotAsync(CancellationToken cancellationToken)
    {
        if (!await TakeSlotAsync(cancellationToken))
        {
            return false;
        }

        _window.Release();
        return true;
    }

    /// <summary>Sends a request within the window and waits for its answer.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before any octet of it was written.</exception>
    public Task<RequestOutcome> SendAsync(CommandId id, Octets body, CancellationToken cancellationToken) =>
        SendAsync(id, body, turn: null, cancellationToken);

    /// <summary>Sends a request when a slot is taken and <paramref name="turn"/> has waited; not if it says false.</summary>
    internal async Task<RequestOutcome> SendAsync(
        CommandId id, Octets body, Func<CancellationToken, Task<bool>>? turn, CancellationToken cancellationToken)
    {
        if (!await TakeSlotAsync(cancellationToken))
        {
            return OverBeforeSent();
        }

        try
        {
            if (turn is not null && !await turn(cancellationToken))
            {
                return OverBeforeSent();
            }

            return await ExchangeAsync(id, body, _options.ResponseTimeout, cancellationToken);
        }
        finally
        {
            _window.Release();
        }
    }

    /// <summary>Sends a request within the window and waits for its answer.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before any octet of it was written.</exception>
    public Task<RequestOutcome> SendAsync<TBody>(CommandId id, TBody body, CancellationToken cancellationToken)
        where TBody : struct, IPacket<TBody> => SendAsync(id, SmppFields.ToOctets(body), cancellationToken);

    /// <summary>
    /// Says goodbye: no request any more, wait for the answers in both directions, unbind, wait for its answer for the
    /// time of enquire_link, close. Cancellation cuts the waiting short.
    /// </summary>
    public async Task UnbindAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DrainAsync(cancellationToken);
            _unbinding = true;
            await ExchangeAsync(CommandId.Unbind, Octets.Empty, _options.EnquireLinkTimeout, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Cut short, or over already.
        }

        End(SessionEndReason.Unbound, "we unbound");
        await Completion;
    }

    /// <summary>Ends the session at once; unanswered requests become unknown.</summary>
    public void End(SessionEndReason reason, string detail)
    {
        if (Interlocked.CompareExchange(ref _end, new(reason, detail), comparand: null) is not null)
        {
            return;
        }

        _stop.Cancel();
        _outgoing.Writer.TryComplete();
        foreach (PendingRequest pending in _pending.Values)
        {
            pending.Abandon(detail);
        }

        _logger.SessionEnded(reason, detail);
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    /// <summary>Ends the session and waits until its connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        End(SessionEndReason.Disposed, "the session was disposed");
        await Completion;
        _stop.Dispose();
    }

    /// <summary>Sends a request outside the window.</summary>
    internal async Task<RequestOutcome> ExchangeAsync(
        CommandId id, Octets body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var pending = new PendingRequest(id);
        Interlocked.Increment(ref _outstanding);
        uint sequence = Register(pending);
        try
        {
            if (!Enqueue(SmppPdu.Request(id, sequence, body), pending) || _end is not null)
            {
                pending.Abandon(_end?.Detail ?? "the session is closing");
            }

            return await pending.Outcome.WaitAsync(timeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            pending.Abandon($"no answer within {timeout.TotalSeconds:0.###} s");
            return await pending.Outcome;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            pending.Abandon("the caller stopped waiting");
            RequestOutcome outcome = await pending.Outcome;
            if (outcome is RequestOutcome.NotSent)
            {
                throw;
            }

            return outcome;
        }
        finally
        {
            _pending.TryRemove(sequence, out _);
            Interlocked.Decrement(ref _outstanding);
        }
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(ReadAsync(), WriteAsync(), EnquireAsync());
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException e)
        {
            _logger.SessionEnded(SessionEndReason.TransportFailed, e.Message);
        }

        _completion.TrySetResult(_end!);
    }

    // Who holds every slot knows that nothing is under way, and keeps it so.
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        for (int i = 0; i < _options.WindowSize; i++)
        {
            await _window.WaitAsync(either.Token);
        }

        for (int i = 0; i < _options.MaxConcurrentRequests; i++)
        {
            await _handlers.WaitAsync(either.Token);
        }
    }

    private async Task<bool> TakeSlotAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_end is not null)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        try
        {
            await _window.WaitAsync(either.Token);
            if (!_closing)
            {
                return true;
            }

            // No request leaves any more; who came back at once for another try would do nothing else until it is over.
            _window.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, either.Token);
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private RequestOutcome.NotSent OverBeforeSent() => new(_end?.Detail ?? "the session is over");

    private uint Register(PendingRequest pending)
    {
        // SMPP 3.4 §3.2: 1 to 7FFFFFFF; a number that is still unanswered after a wrap is skipped.
        while (true)
        {
            uint sequence = unchecked((uint)Interlocked.Increment(ref _sequence)) & MaxSequence;
            if (sequence != 0 && _pending.TryAdd(sequence, pending))
            {
                return sequence;
            }
        }
    }
}
