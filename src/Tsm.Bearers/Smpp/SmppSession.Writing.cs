using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Bearers.Smpp;

/// <summary>The writing half: one queue of PDUs, and what is known about each request in it.</summary>
public sealed partial class SmppSession
{
    // A peer that keeps asking while it does not read its answers would otherwise grow the queue without end.
    private const int MaxQueuedAnswers = 4096;
    private const int FlushThresholdOctets = 16 * 1024;

    private static readonly OperationCanceledException Over = new("The session is over.");

    private int _queuedAnswers;
    private volatile bool _closing;
    private volatile bool _unbinding;
    private Task _written = Task.CompletedTask;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Outgoing(SmppPdu Pdu, PendingRequest? Request, Octets? Raw = null);

    private bool Enqueue(SmppPdu pdu, PendingRequest? request) => !_closing && _outgoing.Writer.TryWrite(new(pdu, request));

    /// <summary>Writes octets as they are, in line with everything else: how a peer that breaks the protocol is played.</summary>
    internal void WriteRaw(Octets wire)
    {
        if (!_closing)
        {
            _outgoing.Writer.TryWrite(new(default, Request: null, wire));
        }
    }

    private void Answer(SmppRequest request, SmppResponse response)
    {
        if (response.IsSilent)
        {
            return;
        }

        if (Interlocked.Increment(ref _queuedAnswers) > MaxQueuedAnswers)
        {
            End(SessionEndReason.PeerNotReading, $"{MaxQueuedAnswers} answers wait to be read");
            return;
        }

        CommandId id = response.IsNack ? CommandId.GenericNack : request.Id.Response;
        Enqueue(new(id, response.Status, request.Sequence, response.Body), request: null);
        response.Queued?.Invoke();
    }

    private Task WriteAsync() => _written = WriteLoopAsync();

    private async Task WriteLoopAsync()
    {
        PipeWriter output = PipeWriter.Create(_stream, new(leaveOpen: true));
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_ended))
            {
                while (_outgoing.Reader.TryRead(out Outgoing next))
                {
                    Write(output, next);
                    if (output.UnflushedBytes > FlushThresholdOctets)
                    {
                        await output.FlushAsync(_ended);
                    }
                }

                await output.FlushAsync(_ended);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The session is over; what was not written is known to the requests themselves.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            End(SessionEndReason.TransportFailed, e.Message);
        }
        finally
        {
            // What is not written by now never will be: without a reason, completing would write it, and wait for a peer that does
            // not read, for ever.
            await output.CompleteAsync(Over);
        }
    }

    private void Write(PipeWriter output, Outgoing next)
    {
        if (next.Raw is { } raw)
        {
            raw.Span.CopyTo(output.GetSpan(raw.Length));
            output.Advance(raw.Length);
            return;
        }

        if (next.Request is null)
        {
            Interlocked.Decrement(ref _queuedAnswers);
        }
        else if (_closing || !next.Request.TryStart())
        {
            return;
        }

        _logger.PduSent(next.Pdu);
        int length = next.Pdu.Length;
        next.Pdu.Write(output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>Writes the answers that stand in line, no request any more, and ends.</summary>
    private async Task CloseAsync(SessionEnd end)
    {
        _closing = true;
        _outgoing.Writer.TryComplete();
        await Task.WhenAny(_written, Task.Delay(_options.EnquireLinkTimeout, _time, _ended));
        End(end.Reason, end.Detail);
    }

    /// <summary>A request of ours: where it is between the queue and its answer.</summary>
    private sealed class PendingRequest(CommandId id)
    {
        private const int Queued = 0;
        private const int Started = 1;
        private const int Withdrawn = 2;

        private readonly TaskCompletionSource<RequestOutcome> _outcome =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private int _state;

        public CommandId Id { get; } = id;

        public Task<RequestOutcome> Outcome => _outcome.Task;

        /// <summary>Called before the first octet is written; false if the request is not wanted any more.</summary>
        public bool TryStart() => Interlocked.CompareExchange(ref _state, Started, Queued) == Queued;

        public void Complete(SmppPdu answer) => _outcome.TrySetResult(new RequestOutcome.Answered(answer));

        /// <summary>Gives up: the outcome says whether octets may have left.</summary>
        public void Abandon(string reason)
        {
            int before = Interlocked.CompareExchange(ref _state, Withdrawn, Queued);
            _outcome.TrySetResult(before == Started
                ? new RequestOutcome.Unknown(reason)
                : new RequestOutcome.NotSent(reason));
        }
    }
}
