using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>One connection of an <see cref="SmppServer"/>, from accepting over binding to its end.</summary>
public sealed class SmppServerSession : IAsyncDisposable
{
    private readonly SmppServerOptions _options;
    private readonly Func<SmppServerSession, BindRequest, CancellationToken, ValueTask<CommandStatus>> _authenticate;
    private readonly Func<SmppServerSession, SmppRequest, CancellationToken, ValueTask<SmppResponse>> _handle;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SmppSession _session;
    private int _binding;
    private volatile bool _bound;

    internal SmppServerSession(
        Socket socket,
        SmppServerOptions options,
        Func<SmppServerSession, BindRequest, CancellationToken, ValueTask<CommandStatus>> authenticate,
        Func<SmppServerSession, SmppRequest, CancellationToken, ValueTask<SmppResponse>> handle,
        TimeProvider time,
        ILogger logger)
    {
        (_options, _authenticate, _handle, _time, _logger) = (options, authenticate, handle, time, logger);
        RemoteEndPoint = socket.RemoteEndPoint;
        _session = new(new NetworkStream(socket, ownsSocket: true), options.Session, AnswerAsync, time, logger);
    }

    internal event EventHandler<SmppServerSessionEventArgs>? Bound;

    /// <summary>Where the peer is.</summary>
    public EndPoint? RemoteEndPoint { get; }

    /// <summary>The account; empty before a bind.</summary>
    public string SystemId { get; private set; } = "";

    /// <summary>The directions it is bound for, or asks to be bound for.</summary>
    public BindType BindType { get; private set; }

    /// <summary>Whether the account is bound and the connection stands.</summary>
    public bool IsBound => _bound && !_session.Completion.IsCompleted;

    /// <summary>Whether messages can be delivered to it.</summary>
    public bool CanDeliver => IsBound && BindType != BindType.Transmitter;

    /// <summary>How many more messages can be delivered without waiting.</summary>
    public int FreeWindow => _session.FreeWindow;

    /// <summary>Ends with the connection, and says why.</summary>
    public Task<SessionEnd> Completion => _session.Completion;

    internal bool WasBound => _bound;

    /// <summary>Delivers a message or a receipt and waits for the answer of the ESME.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before any octet of it was written.</exception>
    public Task<RequestOutcome> DeliverAsync(DeliverSm message, CancellationToken cancellationToken) => CanDeliver
        ? _session.SendAsync(CommandId.DeliverSm, message, cancellationToken)
        : Task.FromResult<RequestOutcome>(new RequestOutcome.NotSent("the session is not bound to receive"));

    /// <summary>Sends any other request.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before any octet of it was written.</exception>
    public Task<RequestOutcome> SendAsync(CommandId id, Octets body, CancellationToken cancellationToken) =>
        _session.SendAsync(id, body, cancellationToken);

    /// <summary>
    /// Writes octets as they are, in line with the PDUs: how a simulated SMSC breaks the protocol. Nobody waits for what the
    /// ESME says to it.
    /// </summary>
    public void WriteRaw(Octets wire) => _session.WriteRaw(wire);

    /// <summary>Unbinds in order: open answers are waited for.</summary>
    public Task UnbindAsync(CancellationToken cancellationToken) => _session.UnbindAsync(cancellationToken);

    /// <summary>Drops the connection at once.</summary>
    public void End() => _session.End(SessionEndReason.Disposed, "the server dropped the session");

    /// <summary>Drops the connection, and waits until it is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _session.Completion;
    }

    internal async Task RunAsync()
    {
        _session.Start();
        await using (_session)
        {
            await WaitForBindAsync();
            await _session.Completion;
        }
    }

    private async Task WaitForBindAsync()
    {
        try
        {
            await _session.Completion.WaitAsync(_options.BindTimeout, _time);
        }
        catch (TimeoutException)
        {
            if (!_bound)
            {
                _logger.ServerBindMissing(RemoteEndPoint);
                _session.End(SessionEndReason.NotBound, "no bind came in time");
            }
        }
    }

    private async ValueTask<SmppResponse> AnswerAsync(SmppRequest request, CancellationToken cancellationToken)
    {
        if (request.Id.IsBind)
        {
            return await BindAsync(request, cancellationToken);
        }

        bool submits = request.Id != CommandId.DeliverSm;
        return !_bound || (submits && BindType == BindType.Receiver)
            ? new(CommandStatus.InvalidBindStatus)
            : await _handle(this, request, cancellationToken);
    }

    private async ValueTask<SmppResponse> BindAsync(SmppRequest request, CancellationToken cancellationToken)
    {
        if (!BindRequest.TryParse(request.Body.Span, out BindRequest bind, out _))
        {
            return SmppResponse.Malformed;
        }

        if (Interlocked.Exchange(ref _binding, 1) != 0)
        {
            return new(CommandStatus.AlreadyBound);
        }

        SystemId = bind.SystemId;
        BindType = request.Id == CommandId.BindTransmitter ? BindType.Transmitter
            : request.Id == CommandId.BindReceiver ? BindType.Receiver
            : BindType.Transceiver;
        CommandStatus status = CommandStatus.SystemError;
        try
        {
            status = await _authenticate(this, bind, cancellationToken);
        }
        finally
        {
            // Who was refused may try again.
            Interlocked.Exchange(ref _binding, status.IsOk ? 1 : 0);
        }

        if (!status.IsOk)
        {
            _logger.ServerBindRefused(bind.SystemId, RemoteEndPoint, status);
            return new(status);
        }

        // SMPP 3.4 §4.1.1.2: the version tells the ESME that optional parameters are understood.
        TlvList tlvs = TlvList.Of(new Tlv(TlvTag.InterfaceVersion, Octets.Copy([BindRequest.Version34])));
        return SmppResponse.Of(status, new BindResponse { SystemId = _options.SystemId, Tlvs = tlvs }) with
        {
            Queued = OnBindAnswered,
        };
    }

    private void OnBindAnswered()
    {
        _bound = true;
        _logger.ServerBound(SystemId, RemoteEndPoint, BindType);
        Bound?.Invoke(this, new(this));
    }
}
