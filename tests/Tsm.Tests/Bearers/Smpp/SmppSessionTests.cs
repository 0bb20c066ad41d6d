using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class SmppSessionTests
{
    [Fact]
    public async Task A_session_that_is_closing_has_no_room_and_lets_nobody_try_in_circles()
    {
        var time = new ManualTimeProvider();
        var options = new SmppSessionOptions { EnquireLinkInterval = Timeout.InfiniteTimeSpan };
        await using var peer = new UnbindingPeer();
        await using var session = new SmppSession(
            peer, options, static (_, _) => ValueTask.FromResult(SmppResponse.Unsupported), time, NullLogger.Instance);
        Assert.Equal(options.WindowSize, session.FreeWindow);

        // The answer to its unbind cannot be written: the session waits with its end.
        session.Start();
        peer.SayUnbind();
        await Eventually.IsTrueAsync(() => session.FreeWindow == 0);
        Task<bool> waiting = session.WaitForSlotAsync(CancellationToken.None);
        Task<RequestOutcome> sending = session.SendAsync(CommandId.SubmitSm, Octets.Empty, CancellationToken.None);

        Assert.False(waiting.IsCompleted || sending.IsCompleted || session.Completion.IsCompleted);
        await time.AdvanceUntilAsync(waiting, options.EnquireLinkTimeout);
        Assert.False(await waiting);
        Assert.IsType<RequestOutcome.NotSent>(await sending);
        Assert.Equal(SessionEndReason.PeerUnbound, (await session.Completion).Reason);
    }

    /// <summary>A connection whose peer says unbind and reads nothing.</summary>
    private sealed class UnbindingPeer : Stream
    {
        private readonly byte[] _unbind = Octets.Parse("00000010000000060000000000000001").ToArray();
        private readonly TaskCompletionSource _says = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _read;

        public void SayUnbind() => _says.SetResult();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _read, 1) != 0)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await _says.Task.WaitAsync(cancellationToken);
            _unbind.CopyTo(buffer);
            return _unbind.Length;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await Task.Delay(Timeout.Infinite, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
