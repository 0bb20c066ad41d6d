namespace Tsm.Bearers.Smpp;

/// <summary>Submitting, and submitting again when the SMSC asks for patience.</summary>
public sealed partial class SmppClient
{
    /// <summary>
    /// Submits a message within window and rate. While the SMSC throttles or its queue is full the same message is sent
    /// again, with growing pauses, for up to <see cref="SmppClientOptions.MaxThrottleTime"/>.
    /// </summary>
    /// <param name="message">The message; segments of one packet are submitted one after the other to keep their order.</param>
    /// <param name="cancellationToken">Gives up. Once octets may have left, the result is unknown instead.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the SMSC has not taken the message.</exception>
    /// <exception cref="ArgumentException">A field is too long for its place.</exception>
    public async Task<SubmitResult> SubmitAsync(SubmitSm message, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        TimeSpan queueFullPause = _options.ThrottleBackoff;
        while (true)
        {
            SubmitResult result = await SubmitOnceAsync(message, cancellationToken);
            if (result is SubmitResult.Accepted)
            {
                _pace.Accepted();
            }

            if (result is not SubmitResult.Refused { Status: var status }
                || (status != CommandStatus.Throttled && status != CommandStatus.MessageQueueFull)
                || _time.GetElapsedTime(began) >= _options.MaxThrottleTime)
            {
                return result;
            }

            TimeSpan pause;
            if (status == CommandStatus.Throttled)
            {
                // Everybody waits; this message does so in the next round of the loop.
                pause = _pace.Throttled();
                _logger.Throttled(_options.Host, _options.Port, status, pause);
                continue;
            }

            // A full queue is often that of one destination: this message waits, the others only slow down.
            _pace.Slow();
            pause = Backoff.Jitter(queueFullPause);
            queueFullPause = Backoff.Double(queueFullPause, _options.MaxThrottleBackoff);
            _logger.Throttled(_options.Host, _options.Port, status, pause);
            if (!await WaitAsync(pause, cancellationToken))
            {
                return new SubmitResult.NotSent("the client is stopping");
            }
        }
    }

    private async Task<SubmitResult> SubmitOnceAsync(SubmitSm message, CancellationToken cancellationToken)
    {
        if (IsLeaving || Volatile.Read(ref _session) is not { } session)
        {
            return new SubmitResult.NotSent("the client is not bound");
        }

        RequestOutcome outcome = await session.SendAsync(
            CommandId.SubmitSm,
            SmppFields.ToOctets(message),
            cancellation => TakeTurnAsync(session, cancellation),
            cancellationToken);
        switch (outcome)
        {
            case RequestOutcome.Answered { Pdu: { Status.IsOk: true } answer }:
                // A generic_nack that names no reason is a refusal nevertheless.
                return answer.Id == CommandId.GenericNack
                    ? new SubmitResult.Refused(CommandStatus.UnknownError)
                    : new SubmitResult.Accepted(MessageResponse.ReadMessageId(answer.Body.Span));
            case RequestOutcome.Answered { Pdu.Status: var status }:
                if (status.Disposition == StatusDisposition.Rebind)
                {
                    session.End(SessionEndReason.OutOfStep, $"the SMSC answered {status}: {status.Meaning}");
                }

                return new SubmitResult.Refused(status);
            case RequestOutcome.Unknown { Reason: var reason }:
                return new SubmitResult.Unknown(reason);
            case RequestOutcome.NotSent { Reason: var reason }:
                return new SubmitResult.NotSent(reason);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // The window was taken before: a rate kept here is not overtaken by those who waited for the window.
    private async Task<bool> TakeTurnAsync(SmppSession session, CancellationToken cancellationToken)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Ended, _leaving.Token);
        try
        {
            await _pace.WaitAsync(any.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _leaving.Token);
        try
        {
            await Task.Delay(pause, _time, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
