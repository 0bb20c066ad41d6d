using System.Net.Security;
using System.Net.Sockets;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>Connecting, binding and binding again; and what the SMSC asks of us.</summary>
public sealed partial class SmppClient
{
    private async Task RunAsync()
    {
        TimeSpan backoff = _options.ReconnectBackoff;
        while (!IsLeaving)
        {
            ChangeState(SmppClientState.Connecting, "connecting");
            _held = TimeSpan.Zero;
            (SmppClientState next, string reason) = await ServeOnceAsync();
            if (_held > backoff)
            {
                // A bind that outlasted the pause proves that the SMSC is well; one that ends at once is a failed attempt.
                backoff = _options.ReconnectBackoff;
            }

            TimeSpan pause = next == SmppClientState.Alarm ? _options.AlarmRetryInterval : Backoff.Jitter(backoff);
            backoff = Backoff.Double(backoff, _options.MaxReconnectBackoff);
            if (IsLeaving)
            {
                return;
            }

            ChangeState(next, reason);
            await WaitAsync(pause, CancellationToken.None);
        }
    }

    // One bind from connecting to its end; never throws. Says what to be until the next attempt, and why.
    private async Task<(SmppClientState Next, string Reason)> ServeOnceAsync()
    {
        Opening first = await OpenAsync(_parted ? BindType.Transmitter : _options.BindType);
        if (first is { Session: null, NeedsTwo: true })
        {
            // An SMSC that knows no transceiver takes one session for each direction (SMPP 3.4 §2.2).
            _logger.TransceiverRefused(_options.Host, _options.Port, first.Reason);
            _parted = true;
            first = await OpenAsync(BindType.Transmitter);
        }

        if (first.Session is not { } sending)
        {
            _parted = false;
            return (first.Next, first.Reason);
        }

        await using (sending)
        {
            if (!_parted)
            {
                return await HoldAsync(sending, sending);
            }

            Opening second = await OpenAsync(BindType.Receiver);
            if (second.Session is not { } receiving)
            {
                _parted = false;
                return (second.Next, second.Reason);
            }

            await using (receiving)
            {
                return await HoldAsync(sending, receiving);
            }
        }
    }

    // Bound until the first of the sessions ends; the other ends with it, in order where the client is stopping.
    private async Task<(SmppClientState Next, string Reason)> HoldAsync(SmppSession sending, SmppSession receiving)
    {
        long began = _time.GetTimestamp();
        Volatile.Write(ref _receiving, receiving);
        Volatile.Write(ref _session, sending);
        ChangeState(SmppClientState.Bound, "bound");
        _logger.ClientBound(_options.Host, _options.Port, _options.SystemId);
        await using CancellationTokenRegistration stopping = _stop.Token.Register(() =>
        {
            sending.End(SessionEndReason.Disposed, "the client was disposed");
            receiving.End(SessionEndReason.Disposed, "the client was disposed");
        });
        SessionEnd end = await await Task.WhenAny(sending.Completion, receiving.Completion);
        Volatile.Write(ref _session, null);
        _held = _time.GetElapsedTime(began);
        if (IsLeaving)
        {
            await Task.WhenAll(sending.Completion, receiving.Completion);
        }

        Volatile.Write(ref _receiving, null);
        _logger.ClientUnbound(_options.Host, _options.Port, end.Reason, end.Detail);
        return (SmppClientState.Waiting, end.Detail);
    }

    // A session that is connected and bound, or why there is none.
    private async Task<Opening> OpenAsync(BindType type)
    {
        SmppSession session;
        try
        {
            session = new(await ConnectAsync(), _options.ToSessionOptions(), AnswerAsync, _time, _logger);
        }
        catch (Exception e)
        {
            if (!IsLeaving)
            {
                _logger.ConnectFailed(e, _options.Host, _options.Port);
            }

            return new(null, SmppClientState.Waiting, e.Message);
        }

        session.Start();
        if (await BindAsync(session, type) is not { } refusal)
        {
            return new(session, SmppClientState.Bound, "bound");
        }

        await session.DisposeAsync();
        return refusal;
    }

    private async Task<Stream> ConnectAsync()
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_options.Host, _options.Port, either.Token);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (_options.Tls is not { } tls)
            {
                return stream;
            }

            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(tls, either.Token);
            return secured;
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    // Null once bound.
    private async Task<Opening?> BindAsync(SmppSession session, BindType type)
    {
        CommandId id = type switch
        {
            BindType.Transmitter => CommandId.BindTransmitter,
            BindType.Receiver => CommandId.BindReceiver,
            _ => CommandId.BindTransceiver,
        };
        RequestOutcome outcome;
        try
        {
            outcome = await session.ExchangeAsync(id, _bind, _options.ResponseTimeout, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            return new(null, SmppClientState.Waiting, "stopping");
        }

        switch (outcome)
        {
            case RequestOutcome.Answered { Pdu.Status.IsOk: true, Pdu.Id: var answer } when answer == id.Response:
                return null;
            case RequestOutcome.Answered { Pdu.Status: { Disposition: StatusDisposition.StopAndAlarm } status }:
                _logger.BindAlarm(_options.Host, _options.Port, _options.SystemId, status, status.Meaning);
                return new(null, SmppClientState.Alarm, $"{status}: {status.Meaning}");
            case RequestOutcome.Answered { Pdu.Status: var status }:
                bool needsTwo = type == BindType.Transceiver
                    && (status == CommandStatus.InvalidCommandId || status == CommandStatus.BindFailed);
                if (!needsTwo)
                {
                    _logger.BindRefused(_options.Host, _options.Port, _options.SystemId, status, status.Meaning);
                }

                return new(null, SmppClientState.Waiting, $"{status}: {status.Meaning}", needsTwo);
            default:
                string reason = outcome is RequestOutcome.Unknown unknown ? unknown.Reason : "the session ended";
                _logger.BindUnanswered(_options.Host, _options.Port, _options.SystemId, reason);
                return new(null, SmppClientState.Waiting, reason);
        }
    }

    private async ValueTask<SmppResponse> AnswerAsync(SmppRequest request, CancellationToken cancellationToken)
    {
        if (request.Id != CommandId.DeliverSm && request.Id != CommandId.DataSm)
        {
            return SmppResponse.Unsupported;
        }

        if (!TryReadDelivery(request, out DeliverSm deliver, out PacketError error))
        {
            _logger.MessageMalformed(request, error);
            return SmppResponse.Malformed;
        }

        CommandStatus status = await _onDeliver(deliver, cancellationToken);
        return SmppResponse.Of(status, new MessageResponse());
    }

    private static bool TryReadDelivery(SmppRequest request, out DeliverSm deliver, out PacketError error)
    {
        if (request.Id == CommandId.DeliverSm)
        {
            return DeliverSm.TryParse(request.Body.Span, out deliver, out error);
        }

        bool parsed = DataSm.TryParse(request.Body.Span, out DataSm data, out error);
        deliver = parsed ? data.ToDeliverSm() : default;
        return parsed;
    }

    // What an attempt to bind one session has come to.
    private sealed record Opening(SmppSession? Session, SmppClientState Next, string Reason, bool NeedsTwo = false);
}
