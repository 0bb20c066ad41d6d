using System.Buffers;
using System.IO.Pipelines;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The reading half: frames, dispatch, and asking after a silent peer.</summary>
public sealed partial class SmppSession
{
    private long _lastReceived;

    private async Task ReadAsync()
    {
        PipeReader input = PipeReader.Create(_stream, new(leaveOpen: true));
        await using ITimer patience = _time.CreateTimer(
            _ => End(SessionEndReason.Malformed, $"the rest of a PDU did not come within {_options.PduTimeout.TotalSeconds:0.###} s"),
            state: null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        try
        {
            SessionEnd? leaving = null;
            bool inside = false;
            while (leaving is null)
            {
                ReadResult read = await input.ReadAsync(_ended);
                ReadOnlySequence<byte> buffer = read.Buffer;
                long before = buffer.Length;
                leaving = Consume(ref buffer);
                if (buffer.IsEmpty != !inside || (inside && buffer.Length < before))
                {
                    // A length that is wrong, but possible, would be waited for until other traffic has filled it.
                    inside = !buffer.IsEmpty;
                    patience.Change(inside ? _options.PduTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    leaving ??= new(
                        _unbinding ? SessionEndReason.Unbound : SessionEndReason.PeerClosed, "the peer closed the connection");
                    End(leaving.Reason, leaving.Detail);
                }
            }

            await CloseAsync(leaving);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The session is over.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            End(SessionEndReason.TransportFailed, e.Message);
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    // Takes all whole PDUs out of the buffer; says why the session is to be left, if it is.
    private SessionEnd? Consume(ref ReadOnlySequence<byte> buffer)
    {
        SessionEnd? leaving = null;
        while (leaving is null)
        {
            switch (SmppFraming.TryRead(ref buffer, _options.MaxPduLength, out SmppPdu pdu))
            {
                case SmppFraming.Result.Incomplete:
                    return null;
                case SmppFraming.Result.Malformed:
                    // The next PDU cannot be found: say so and close.
                    _logger.MalformedPdu(pdu);
                    Answer(new(pdu.Id, pdu.Sequence, Octets.Empty), SmppResponse.Malformed);
                    leaving = new(SessionEndReason.Malformed, "the peer sent a PDU of impossible length");
                    break;
                default:
                    Volatile.Write(ref _lastReceived, _time.GetTimestamp());
                    _logger.PduReceived(pdu);
                    leaving = Dispatch(pdu);
                    break;
            }
        }

        return leaving;
    }

    private SessionEnd? Dispatch(SmppPdu pdu)
    {
        var request = new SmppRequest(pdu.Id, pdu.Sequence, pdu.Body);
        if (pdu.Id.IsResponse)
        {
            return Complete(pdu) ? null : new(SessionEndReason.Malformed, "the peer could not read a PDU of ours");
        }

        if (pdu.Id == CommandId.EnquireLink)
        {
            Answer(request, new(CommandStatus.Ok));
        }
        else if (pdu.Id == CommandId.Unbind)
        {
            Answer(request, new(CommandStatus.Ok));
            return new(SessionEndReason.PeerUnbound, "the peer unbound");
        }
        else if (pdu.Id.IsKnownRequest)
        {
            _ = HandleAsync(request);
        }
        else if (!pdu.Id.IsUnanswered)
        {
            _logger.UnknownCommand(pdu);
            Answer(request, SmppResponse.Unsupported);
        }

        return null;
    }

    // False if the peer cannot tell what it did not understand.
    private bool Complete(SmppPdu answer)
    {
        bool nack = answer.Id == CommandId.GenericNack;
        if (nack && answer.Sequence == 0)
        {
            return false;
        }

        if (_pending.TryGetValue(answer.Sequence, out PendingRequest? pending) && (nack || answer.Id == pending.Id.Response))
        {
            pending.Complete(answer);
        }
        else
        {
            _logger.UnexpectedResponse(answer);
        }

        return true;
    }

    private async Task HandleAsync(SmppRequest request)
    {
        if (!_handlers.Wait(0, CancellationToken.None))
        {
            _logger.TooManyRequests(request);
            Answer(request, new(CommandStatus.MessageQueueFull));
            return;
        }

        try
        {
            // Answered before the slot is free again: who drains waits for answers, too.
            if (await InvokeAsync(request) is { } response)
            {
                Answer(request, response);
            }
        }
        finally
        {
            _handlers.Release();
        }
    }

    // Null if the session is over and nobody would read the answer.
    private async Task<SmppResponse?> InvokeAsync(SmppRequest request)
    {
        try
        {
            return await _handler(request, _ended);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // Whatever went wrong is ours: the peer keeps the message and tries again.
            _logger.HandlerFailed(e, request);
            bool incoming = request.Id == CommandId.DeliverSm || request.Id == CommandId.DataSm;
            return new(incoming ? CommandStatus.ReceiverTemporaryError : CommandStatus.SystemError);
        }
    }

    private async Task EnquireAsync()
    {
        if (_options.EnquireLinkInterval == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        try
        {
            while (true)
            {
                TimeSpan rest = _options.EnquireLinkInterval - _time.GetElapsedTime(Volatile.Read(ref _lastReceived));
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, _time, _ended);
                    continue;
                }

                RequestOutcome outcome = await ExchangeAsync(
                    CommandId.EnquireLink, Octets.Empty, _options.EnquireLinkTimeout, _ended);
                if (outcome is not RequestOutcome.Answered)
                {
                    End(SessionEndReason.EnquireLinkUnanswered, "the peer did not answer enquire_link");
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The session is over.
        }
    }
}
