using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Tsm.Bearers.Smpp;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class SmppClientBindingTests
{
    [Fact]
    public async Task A_wrong_password_raises_an_alarm_and_is_tried_again_only_much_later()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(time: time);
        harness.Client.Start();
        ScriptedConnection smsc = await harness.Smsc.AcceptAsync();
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.InvalidPassword);
        await smsc.ExpectClosedAsync();
        await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Alarm);

        Task<ScriptedConnection> next = harness.Smsc.AcceptAsync();
        TimeSpan pause = await time.AdvanceUntilAsync(next, TimeSpan.FromSeconds(10));

        Assert.InRange(pause, harness.Options.AlarmRetryInterval, TimeSpan.MaxValue);
        Assert.Contains(harness.Log, line => line.StartsWith("Critical 3024", StringComparison.Ordinal));
        Assert.IsType<SubmitResult.NotSent>(await harness.SubmitAsync());
        await (await next).AnswerAsync(await (await next).ReadAsync(), CommandStatus.Ok, new BindResponse());
        await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Bound);
    }

    [Fact]
    public async Task Failed_binds_are_repeated_with_growing_pauses()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(o => o.ReconnectBackoff = TimeSpan.FromSeconds(1), time: time);
        harness.Client.Start();
        List<TimeSpan> pauses = [];
        for (int attempt = 0; attempt < 4; attempt++)
        {
            Task<ScriptedConnection> accepted = harness.Smsc.AcceptAsync();
            pauses.Add(attempt == 0 ? TimeSpan.Zero : await time.AdvanceUntilAsync(accepted, TimeSpan.FromMilliseconds(50)));
            ScriptedConnection smsc = await accepted;
            await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.SystemError);
            await smsc.ExpectClosedAsync();
            await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Waiting);
        }

        Assert.InRange(pauses[1], TimeSpan.FromSeconds(0.7), TimeSpan.MaxValue);
        Assert.InRange(pauses[2], TimeSpan.FromSeconds(1.4), TimeSpan.MaxValue);
        Assert.InRange(pauses[3], TimeSpan.FromSeconds(2.9), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_bind_that_outlasts_the_pause_makes_the_next_pause_short_again()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(o => o.ReconnectBackoff = TimeSpan.FromSeconds(1), time: time);
        // From the end of one bind to the attempt at the next; how long the attempt takes is the machine's affair.
        DateTimeOffset ended = default;
        ConcurrentQueue<TimeSpan> pauses = [];
        harness.Client.StateChanged += (_, e) =>
        {
            if (e.State == SmppClientState.Waiting)
            {
                ended = time.GetUtcNow();
            }
            else if (e.State == SmppClientState.Connecting && ended != default)
            {
                pauses.Enqueue(time.GetUtcNow() - ended);
            }
        };
        harness.Client.Start();
        Task<ScriptedConnection> next = harness.Smsc.AcceptBoundAsync();
        for (int life = 0; life < 5; life++)
        {
            ScriptedConnection smsc = await next;
            await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Bound);
            time.Advance(life == 3 ? TimeSpan.FromSeconds(20) : TimeSpan.Zero);
            next = harness.Smsc.AcceptBoundAsync();
            smsc.Close();
            await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Waiting);
            await time.AdvanceUntilAsync(next, TimeSpan.FromMilliseconds(50));
        }

        TimeSpan[] all = [.. pauses];
        Assert.InRange(all[2], TimeSpan.FromSeconds(2.9), TimeSpan.MaxValue);
        Assert.InRange(all[3], TimeSpan.Zero, TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task Waits_for_an_SMSC_that_is_not_there_yet()
    {
        // A port that is taken but not listened on refuses the client.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var harness = new SmppClientHarness(port: ((IPEndPoint)listener.LocalEndPoint!).Port);
        harness.Client.Start();
        await Eventually.IsTrueAsync(() => harness.States.Contains(SmppClientState.Waiting));

        listener.Listen();
        var smsc = new ScriptedConnection(new() { Client = await listener.AcceptAsync().WaitAsync(ScriptedSmsc.Patience) });
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok, new BindResponse());

        await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Bound);
        smsc.Close();
    }

    [Fact]
    public async Task A_bind_without_an_answer_is_given_up()
    {
        await using var harness = new SmppClientHarness(o => o.ResponseTimeout = TimeSpan.FromSeconds(1));
        harness.Client.Start();
        ScriptedConnection silent = await harness.Smsc.AcceptAsync();
        await silent.ReadAsync();

        await silent.ExpectClosedAsync();
        await (await harness.Smsc.AcceptAsync()).ExpectAsync(CommandId.BindTransceiver);
    }

    [Theory]
    [InlineData(BindType.Transmitter, 2u)]
    [InlineData(BindType.Receiver, 1u)]
    public async Task Binds_for_one_direction_if_told_so(BindType type, uint command)
    {
        await using var harness = new SmppClientHarness(o => o.BindType = type);
        harness.Client.Start();

        await (await harness.Smsc.AcceptAsync()).ExpectAsync(new(command));
    }

    [Theory]
    [InlineData(false, 0x03u)]
    [InlineData(true, 0x03u)]
    [InlineData(false, 0x0Du)]
    public async Task Where_a_transceiver_is_refused_one_session_sends_and_another_receives(bool nack, uint status)
    {
        var taken = new TaskCompletionSource<DeliverSm>();
        await using var harness = new SmppClientHarness(onDeliver: (deliver, _) =>
        {
            taken.TrySetResult(deliver);
            return ValueTask.FromResult(CommandStatus.Ok);
        });
        harness.Client.Start();
        ScriptedConnection refusing = await harness.Smsc.AcceptAsync();
        SmppPdu bind = await refusing.ExpectAsync(CommandId.BindTransceiver);
        await refusing.SendAsync(new(nack ? CommandId.GenericNack : bind.Id.Response, new(status), bind.Sequence, default));
        await refusing.ExpectClosedAsync();

        (ScriptedConnection sending, ScriptedConnection receiving) = await AcceptPairAsync(harness);
        Task<SubmitResult> submitted = harness.SubmitAsync(5);
        await sending.AnswerAsync(await sending.ExpectAsync(CommandId.SubmitSm), CommandStatus.Ok);
        await receiving.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 1, new DeliverSm()));
        await receiving.ExpectAsync(CommandId.DeliverSm.Response);

        Assert.IsType<SubmitResult.Accepted>(await submitted);
        Assert.True(taken.Task.IsCompletedSuccessfully);

        // One ends, so does the other; the next attempt does not ask for a transceiver again.
        receiving.Close();
        await sending.ExpectClosedAsync();
        (sending, receiving) = await AcceptPairAsync(harness);

        Task stopped = harness.Client.StopAsync(SmppClientHarness.None);
        await sending.AnswerAsync(await sending.ExpectAsync(CommandId.Unbind), CommandStatus.Ok);
        await receiving.AnswerAsync(await receiving.ExpectAsync(CommandId.Unbind), CommandStatus.Ok);
        await stopped.WaitAsync(ScriptedSmsc.Patience);
    }

    [Fact]
    public async Task After_a_receiver_was_refused_a_transceiver_is_tried_again()
    {
        await using var harness = new SmppClientHarness();
        harness.Client.Start();
        ScriptedConnection smsc = await harness.Smsc.AcceptAsync();
        await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.BindTransceiver), CommandStatus.InvalidCommandId);
        ScriptedConnection sending = await harness.Smsc.AcceptBoundAsync();
        smsc = await harness.Smsc.AcceptAsync();
        await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.BindReceiver), CommandStatus.SystemError);

        await sending.ExpectClosedAsync();

        Assert.DoesNotContain(SmppClientState.Bound, harness.States);
        await (await harness.Smsc.AcceptAsync()).ExpectAsync(CommandId.BindTransceiver);
    }

    private static async Task<(ScriptedConnection Sending, ScriptedConnection Receiving)> AcceptPairAsync(SmppClientHarness harness)
    {
        ScriptedConnection sending = await harness.Smsc.AcceptAsync();
        await sending.AnswerAsync(await sending.ExpectAsync(CommandId.BindTransmitter), CommandStatus.Ok, new BindResponse());
        ScriptedConnection receiving = await harness.Smsc.AcceptAsync();
        await receiving.AnswerAsync(await receiving.ExpectAsync(CommandId.BindReceiver), CommandStatus.Ok, new BindResponse());
        await Eventually.IsTrueAsync(() => harness.Client.State == SmppClientState.Bound);
        return (sending, receiving);
    }

    [Fact]
    public async Task A_silent_SMSC_is_asked_and_left_when_it_does_not_answer()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(
            o => (o.EnquireLinkInterval, o.EnquireLinkTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromHours(10)), time: time);
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SmppPdu> asked = smsc.ExpectAsync(CommandId.EnquireLink);
        await time.AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1));
        await smsc.AnswerAsync(await asked, CommandStatus.Ok);
        asked = smsc.ExpectAsync(CommandId.EnquireLink);
        await time.AdvanceUntilAsync(asked, TimeSpan.FromSeconds(1));
        await asked;

        await time.AdvanceUntilAsync(smsc.ExpectClosedAsync(), TimeSpan.FromHours(1));
        Task bound = harness.RebindAsync();
        await time.AdvanceUntilAsync(bound, TimeSpan.FromMilliseconds(10));
        await bound;

        Assert.Contains(harness.Log, line => line.Contains("EnquireLinkUnanswered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unbind_is_answered_and_followed_by_a_new_bind()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendAsync(SmppPdu.Request(CommandId.Unbind, 5));
        Assert.Equal(5u, (await smsc.ExpectAsync(CommandId.Unbind.Response)).Sequence);
        await smsc.ExpectClosedAsync();

        await harness.RebindAsync();
    }

    [Fact]
    public async Task An_SMSC_that_denies_the_bind_is_bound_to_again()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> submitted = harness.SubmitAsync();
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.InvalidBindStatus);

        Assert.Equal(new SubmitResult.Refused(CommandStatus.InvalidBindStatus), await submitted);
        await smsc.ExpectClosedAsync();
        await harness.RebindAsync();
    }

    [Fact]
    public async Task A_failing_listener_does_not_end_the_bind()
    {
        await using var harness = new SmppClientHarness();
        harness.Client.StateChanged += (_, _) => throw new InvalidOperationException("listener");

        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(1);
        Assert.Contains(harness.Log, line => line.Contains("3027", StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_too_long_for_SMPP_is_refused_at_once()
    {
        SmppClientOptions options = new() { Host = "x", SystemId = "tsm", Password = "123456789" };

        Assert.Throws<ArgumentException>(() => new SmppClient(
            options,
            (_, _) => ValueTask.FromResult(CommandStatus.Ok),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SmppClient>.Instance));
    }
}
