namespace Tsm.Bearers.Smpp;

/// <summary>Submitting, and submitting again when the SMSC asks for patience.</summary>
public sealed partial class SmppClient
{
    // How often a message is sent again that the SMSC refused for a reason that may pass, or may not.
    private const int LimitedRetries = 3;

    /// <summary>
    /// Submits a message within window and rate. While the SMSC throttles, its queue is full or it has trouble that passes
    /// (<see cref="StatusDisposition.RetryLater"/>) the same message is sent again, with growing pauses, for up to
    /// <see cref="SmppClientOptions.MaxThrottleTime"/>; after <see cref="StatusDisposition.RetryLimited"/> a few times.
    /// </summary>
    /// <param name="message">The message; segments of one packet are submitted one after the other to keep their order.</param>
    /// <param name="cancellationToken">Gives up. Once octets may have left, the result is unknown instead.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the SMSC has not taken the message.</exception>
    /// <exception cref="ArgumentException">A field is too long for its place.</exception>
    public async Task<SubmitResult> SubmitAsync(SubmitSm message, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        TimeSpan ownPause = _options.ThrottleBackoff;
        int limited = 0;
        while (true)
        {
            SubmitResult result = await SubmitOnceAsync(message, cancellationToken);
            if (result is SubmitResult.Accepted)
            {
                _pace.Accepted();
            }

            if (result is not SubmitResult.Refused { Status: var status }
                || !MayPass(status, ref limited)
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

            // A full queue is often that of one destination, an error that of one message: it waits, the others only slow down.
            _pace.Slow();
            pause = Backoff.Jitter(ownPause);
            ownPause = Backoff.Double(ownPause, _options.MaxThrottleBackoff);
            _logger.Throttled(_options.Host, _options.Port, status, pause);
            if (!await WaitAsync(pause, cancellationToken))
            {
                return new SubmitResult.NotSent("the client is stopping");
            }
        }
    }

    private static bool MayPass(CommandStatus status, ref int limited) => status.Disposition switch
    {
        StatusDisposition.RetryLater => true,
        StatusDisposition.RetryLimited => ++limited <= LimitedRetries,
        _ => false,
    };

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
            if (_turn is not null)
            {
                await _turn(any.Token);
            }

            // One who gave up frees the window for the next, who may have given up in the same moment.
            cancellationToken.ThrowIfCancellationRequested();
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
