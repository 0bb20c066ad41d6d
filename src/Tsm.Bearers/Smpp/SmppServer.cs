using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Tsm.Bearers.Smpp;

/// <summary>The limits of an <see cref="SmppServer"/>.</summary>
public sealed record SmppServerOptions
{
    /// <summary>Where to listen. Default: any free port of the loopback interface.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The system_id told in bind responses, up to 15 characters.</summary>
    public string SystemId { get; init; } = "tsm";

    /// <summary>How long a connection may stay unbound. Default 5 s.</summary>
    public TimeSpan BindTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most connections at once; further ones are closed. Default 1000.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>The limits and timers of every session.</summary>
    public SmppSessionOptions Session { get; init; } = new();
}

/// <summary>The other role: an SMSC that listens, lets accounts bind, takes their messages and delivers to them.</summary>
/// <remarks>SMPP 3.4 §2. The simulator and the tests are built on it.</remarks>
public sealed class SmppServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly SmppServerOptions _options;
    private readonly Func<SmppServerSession, BindRequest, CancellationToken, ValueTask<CommandStatus>> _authenticate;
    private readonly Func<SmppServerSession, SmppRequest, CancellationToken, ValueTask<SmppResponse>> _handle;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<SmppServerSession, Task> _connections = new();
    private Task _accepting = Task.CompletedTask;

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="options">Where to listen, and limits.</param>
    /// <param name="authenticate">Decides a bind: <see cref="CommandStatus.Ok"/> lets the account in.</param>
    /// <param name="handle">Answers the requests of bound sessions, submit_sm above all.</param>
    /// <param name="time">The clock of all timers.</param>
    /// <param name="logger">Where the server reports.</param>
    public SmppServer(
        SmppServerOptions options,
        Func<SmppServerSession, BindRequest, CancellationToken, ValueTask<CommandStatus>> authenticate,
        Func<SmppServerSession, SmppRequest, CancellationToken, ValueTask<SmppResponse>> handle,
        TimeProvider time,
        ILogger<SmppServer> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(authenticate);
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _authenticate, _handle, _time, _logger) = (options, authenticate, handle, time, logger);
        _listener = new(options.EndPoint);
    }

    /// <summary>Raised after the response to a bind stands in line: what is delivered now comes after it.</summary>
    public event EventHandler<SmppServerSessionEventArgs>? SessionBound;

    /// <summary>Raised when a bound session is over.</summary>
    public event EventHandler<SmppServerSessionEventArgs>? SessionEnded;

    /// <summary>Where it listens; the port is known after <see cref="Start"/>.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>The bound sessions, in no order.</summary>
    public IReadOnlyList<SmppServerSession> Sessions => [.. _connections.Keys.Where(s => s.IsBound)];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is in use.</exception>
    public void Start()
    {
        _listener.Start();
        _logger.ServerListening(EndPoint);
        _accepting = AcceptAsync();
    }

    /// <summary>Stops listening and ends all sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (SmppServerSession session in _connections.Keys)
        {
            session.End();
        }

        await Task.WhenAll(_connections.Values);
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptSocketAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                // For instance no file descriptors: others have to close first.
                _logger.ServerConnectionFailed(e);
                await Task.Delay(AcceptPause, _time, CancellationToken.None);
            }
        }
    }

    private void Serve(Socket socket)
    {
        if (_connections.Count >= _options.MaxConnections)
        {
            socket.Dispose();
            return;
        }

        SmppServerSession session;
        try
        {
            socket.NoDelay = true;
            session = new(socket, _options, _authenticate, _handle, _time, _logger);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // The peer is gone already.
            _logger.ServerConnectionFailed(e);
            socket.Dispose();
            return;
        }

        session.Bound += OnBound;

        // Started only after it is listed: its end removes the entry.
        var listed = new TaskCompletionSource();
        _connections[session] = FollowAsync(session, listed.Task);
        listed.SetResult();
    }

    private async Task FollowAsync(SmppServerSession session, Task listed)
    {
        await listed;
        await session.RunAsync();
        _connections.TryRemove(session, out _);
        if (session.WasBound)
        {
            SessionEnded?.Invoke(this, new(session));
        }
    }

    private void OnBound(object? sender, SmppServerSessionEventArgs e) => SessionBound?.Invoke(this, e);
}

/// <summary>A session of an <see cref="SmppServer"/>.</summary>
/// <param name="session">Which.</param>
public sealed class SmppServerSessionEventArgs(SmppServerSession session) : EventArgs
{
    /// <summary>Which.</summary>
    public SmppServerSession Session { get; } = session;
}
