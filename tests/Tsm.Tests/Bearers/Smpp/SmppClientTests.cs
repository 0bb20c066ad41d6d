using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;
using static Tsm.Tests.Bearers.Smpp.SmppClientHarness;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class SmppClientTests
{
    [Fact]
    public async Task Binds_as_the_options_say_and_tells_the_message_id()
    {
        await using var harness = new SmppClientHarness(o => o.SystemType = "OTA");
        harness.Client.Start();
        ScriptedConnection smsc = await harness.Smsc.AcceptAsync();

        SmppPdu bind = await smsc.ExpectAsync(CommandId.BindTransceiver);
        Assert.True(BindRequest.TryParse(bind.Body.Span, out BindRequest request, out _));
        Assert.Equal(("tsm", Password, "OTA", 0x34),
            (request.SystemId, request.Password, request.SystemType, request.InterfaceVersion));
        await smsc.AnswerAsync(bind, CommandStatus.Ok, new BindResponse());
        Assert.True(await harness.Client.WaitForSlotAsync(None));
        Task<SubmitResult> submitted = harness.SubmitAsync(1);
        SmppPdu submit = await smsc.ReadAsync();
        await smsc.AnswerAsync(submit, CommandStatus.Ok, new MessageResponse { MessageId = "A1" });

        Assert.Equal(new SubmitResult.Accepted("A1"), await submitted);
        Assert.Equal(1, NumberOf(submit));
        // The listener is told after the window is open, so a message may overtake it.
        await Eventually.IsTrueAsync(() => harness.States.Count == 2);
        Assert.Equal([SmppClientState.Connecting, SmppClientState.Bound], harness.States);
    }

    [Fact]
    public async Task Respects_the_window_and_matches_answers_in_any_order()
    {
        await using var harness = new SmppClientHarness(o => o.WindowSize = 2);
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult>[] submitted = [.. Enumerable.Range(0, 3).Select(i => harness.SubmitAsync((byte)i))];
        SmppPdu first = await smsc.ReadAsync();
        SmppPdu second = await smsc.ReadAsync();
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(100);
        Assert.Equal(0, harness.Client.FreeWindow);
        await smsc.AnswerAsync(second, CommandStatus.Ok, new MessageResponse { MessageId = $"m{NumberOf(second)}" });
        SmppPdu third = await smsc.ReadAsync();
        await smsc.AnswerAsync(third, CommandStatus.InvalidDestinationAddress);
        await smsc.AnswerAsync(first, CommandStatus.Ok, new MessageResponse { MessageId = $"m{NumberOf(first)}" });

        Assert.Equal(new SubmitResult.Accepted("m0"), await submitted[0]);
        Assert.Equal(new SubmitResult.Accepted("m1"), await submitted[1]);
        Assert.Equal(new SubmitResult.Refused(CommandStatus.InvalidDestinationAddress), await submitted[2]);
        await Eventually.IsTrueAsync(() => harness.Client.FreeWindow == 2);
    }

    [Fact]
    public async Task Takes_a_message_id_that_lacks_its_zero_and_one_that_is_missing()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> unterminated = harness.SubmitAsync(1);
        SmppPdu submit = await smsc.ReadAsync();
        await smsc.SendAsync(new(submit.Id.Response, CommandStatus.Ok, submit.Sequence, Octets.Parse("4142")));
        Assert.Equal(new SubmitResult.Accepted("AB"), await unterminated);

        Task<SubmitResult> missing = harness.SubmitAsync(2);
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok);
        Assert.Equal(new SubmitResult.Accepted(""), await missing);
    }

    [Fact]
    public async Task A_generic_nack_refuses_the_message_with_its_sequence_number()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> submitted = harness.SubmitAsync();
        SmppPdu submit = await smsc.ReadAsync();
        await smsc.SendAsync(new(CommandId.GenericNack, CommandStatus.InvalidCommandId, submit.Sequence, Octets.Empty));

        Assert.Equal(new SubmitResult.Refused(CommandStatus.InvalidCommandId), await submitted);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_sent()
    {
        await using var harness = new SmppClientHarness();

        Assert.IsType<SubmitResult.NotSent>(await harness.SubmitAsync());
        Assert.Equal((SmppClientState.Created, 0), (harness.Client.State, harness.Client.FreeWindow));
    }

    [Fact]
    public async Task After_a_drop_what_left_is_unknown_what_did_not_is_not_sent_and_it_binds_again()
    {
        await using var harness = new SmppClientHarness(o => o.WindowSize = 1);
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> left = harness.SubmitAsync(1);
        Task<SubmitResult> waited = harness.SubmitAsync(2);
        Assert.Equal(1, NumberOf(await smsc.ReadAsync()));

        smsc.Close();

        Assert.IsType<SubmitResult.Unknown>(await left);
        Assert.IsType<SubmitResult.NotSent>(await waited);
        smsc = await harness.RebindAsync();
        Task<SubmitResult> again = harness.SubmitAsync(2);
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok, new MessageResponse { MessageId = "x" });
        Assert.Equal(new SubmitResult.Accepted("x"), await again);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_leaves_the_outcome_unknown_and_frees_the_window()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(o => o.WindowSize = 1, time: time);
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> submitted = harness.SubmitAsync(1);
        SmppPdu late = await smsc.ReadAsync();
        await time.AdvanceUntilAsync(submitted, harness.Options.ResponseTimeout);
        Assert.IsType<SubmitResult.Unknown>(await submitted);

        // The late answer goes to nobody, least of all to the next message.
        Task<SubmitResult> next = harness.SubmitAsync(2);
        await smsc.AnswerAsync(late, CommandStatus.Ok, new MessageResponse { MessageId = "late" });
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok, new MessageResponse { MessageId = "next" });
        Assert.Equal(new SubmitResult.Accepted("next"), await next);
    }

    [Fact]
    public async Task Giving_up_is_an_exception_before_a_message_left_and_unknown_after()
    {
        await using var harness = new SmppClientHarness(o => o.WindowSize = 1);
        ScriptedConnection smsc = await harness.BindAsync();
        using var gaveUp = new CancellationTokenSource();
        Task<SubmitResult> left = harness.Client.SubmitAsync(harness.Message(1), gaveUp.Token);
        Task<SubmitResult> waited = harness.Client.SubmitAsync(harness.Message(2), gaveUp.Token);
        await smsc.ReadAsync();

        await gaveUp.CancelAsync();

        Assert.IsType<SubmitResult.Unknown>(await left);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waited);
    }

    [Fact]
    public async Task What_may_pass_is_tried_a_few_times_and_what_passes_until_it_has_passed()
    {
        await using var harness = new SmppClientHarness(o => o.ThrottleBackoff = TimeSpan.FromMilliseconds(1));
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> failing = harness.SubmitAsync(1);
        for (int i = 0; i < 4; i++)
        {
            await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.SubmitSm), CommandStatus.SubmitFailed);
        }

        Assert.Equal(new SubmitResult.Refused(CommandStatus.SubmitFailed), await failing);
        Task<SubmitResult> passing = harness.SubmitAsync(2);
        for (int i = 0; i < 6; i++)
        {
            await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.SubmitSm), CommandStatus.SystemError);
        }

        await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.SubmitSm), CommandStatus.Ok);
        Assert.IsType<SubmitResult.Accepted>(await passing);
    }

    [Fact]
    public async Task Throttling_pauses_everybody_and_the_same_message_goes_again()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(time: time);
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> submitted = harness.SubmitAsync(7);

        SmppPdu first = await smsc.ReadAsync();
        await smsc.AnswerAsync(first, CommandStatus.Throttled);
        await Eventually.IsTrueAsync(() => harness.Client.FreeWindow == 0);
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(100);
        Task<SmppPdu> secondRead = smsc.ReadAsync();
        TimeSpan firstPause = await time.AdvanceUntilAsync(secondRead, TimeSpan.FromMilliseconds(50));
        SmppPdu second = await secondRead;
        await smsc.AnswerAsync(second, CommandStatus.Throttled);
        Task<SmppPdu> thirdRead = smsc.ReadAsync();
        TimeSpan secondPause = await time.AdvanceUntilAsync(thirdRead, TimeSpan.FromMilliseconds(50));
        SmppPdu third = await thirdRead;
        await smsc.AnswerAsync(third, CommandStatus.Ok, new MessageResponse { MessageId = "ok" });

        Assert.Equal(new SubmitResult.Accepted("ok"), await submitted);
        Assert.Equal((first.Body, first.Body), (second.Body, third.Body));
        Assert.Equal(3, new[] { first, second, third }.DistinctBy(p => p.Sequence).Count());
        Assert.InRange(firstPause, TimeSpan.FromSeconds(0.7), TimeSpan.MaxValue);
        Assert.InRange(secondPause, TimeSpan.FromSeconds(1.4), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_full_queue_delays_its_message_and_not_the_others()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(time: time);
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> delayed = harness.SubmitAsync(1);
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.MessageQueueFull);
        await Eventually.IsTrueAsync(() => harness.Client.FreeWindow == harness.Options.WindowSize);

        Task<SubmitResult> other = harness.SubmitAsync(2);
        SmppPdu submit = await smsc.ReadAsync();
        await smsc.AnswerAsync(submit, CommandStatus.Ok);
        Assert.Equal(2, NumberOf(submit));
        Assert.IsType<SubmitResult.Accepted>(await other);

        Task<SmppPdu> again = smsc.ReadAsync();
        await time.AdvanceUntilAsync(again, TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, NumberOf(await again));
        await smsc.AnswerAsync(await again, CommandStatus.Ok);
        Assert.IsType<SubmitResult.Accepted>(await delayed);
    }

    [Fact]
    public async Task Patience_with_throttling_ends()
    {
        await using var harness = new SmppClientHarness(o => o.MaxThrottleTime = TimeSpan.Zero);
        ScriptedConnection smsc = await harness.BindAsync();

        Task<SubmitResult> submitted = harness.SubmitAsync();
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Throttled);

        Assert.Equal(new SubmitResult.Refused(CommandStatus.Throttled), await submitted);
    }

    [Fact]
    public async Task Keeps_the_rate()
    {
        var time = new ManualTimeProvider();
        await using var harness = new SmppClientHarness(o => o.ThroughputPerSecond = 2, time: time);
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult>[] submitted = [harness.SubmitAsync(1), harness.SubmitAsync(2), harness.SubmitAsync(3)];

        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok);
        await submitted[0];
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(100);
        Task<SmppPdu> second = smsc.ReadAsync();
        TimeSpan toSecond = await time.AdvanceUntilAsync(second, TimeSpan.FromMilliseconds(25));
        await smsc.AnswerAsync(await second, CommandStatus.Ok);
        Task<SmppPdu> third = smsc.ReadAsync();
        TimeSpan toThird = await time.AdvanceUntilAsync(third, TimeSpan.FromMilliseconds(25));
        await smsc.AnswerAsync(await third, CommandStatus.Ok);

        await Task.WhenAll(submitted);
        Assert.InRange(toSecond + toThird, TimeSpan.FromSeconds(0.9), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Stopping_waits_for_open_answers_then_unbinds()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> open = harness.SubmitAsync(1);
        SmppPdu submit = await smsc.ReadAsync();

        Task stopped = harness.Client.StopAsync(None);
        Assert.IsType<SubmitResult.NotSent>(await harness.SubmitAsync(2));
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(100);
        await smsc.AnswerAsync(submit, CommandStatus.Ok, new MessageResponse { MessageId = "x" });
        await smsc.AnswerAsync(await smsc.ExpectAsync(CommandId.Unbind), CommandStatus.Ok);
        await smsc.ExpectClosedAsync();
        await stopped.WaitAsync(ScriptedSmsc.Patience);

        Assert.Equal(new SubmitResult.Accepted("x"), await open);
        Assert.Equal(SmppClientState.Stopped, harness.Client.State);
        Assert.False(await harness.Client.WaitForSlotAsync(None));
    }

    [Fact]
    public async Task Stopping_can_be_cut_short()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> open = harness.SubmitAsync(1);
        await smsc.ReadAsync();
        using var impatient = new CancellationTokenSource();

        Task stopped = harness.Client.StopAsync(impatient.Token);
        await impatient.CancelAsync();

        await stopped.WaitAsync(ScriptedSmsc.Patience);
        Assert.IsType<SubmitResult.Unknown>(await open);
    }

    [Fact]
    public async Task Neither_password_nor_messages_are_logged()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> submitted = harness.Client.SubmitAsync(
            harness.Options.Compose("4179", Octets.Parse("02700053454E54494E454C")), None);
        await smsc.AnswerAsync(await smsc.ReadAsync(), CommandStatus.Ok);
        await submitted;
        await smsc.SendAsync(SmppPdu.Of(
            CommandId.DeliverSm, CommandStatus.Ok, 1, new DeliverSm { ShortMessage = Octets.Parse("53454E54494E454C") }));
        await smsc.ExpectAsync(CommandId.DeliverSm.Response);
        smsc.Close();
        await harness.RebindAsync();

        string log = string.Join('\n', harness.Log);
        Assert.Contains("submit_sm", log, StringComparison.Ordinal);
        foreach (string secret in (string[])[Password, "SENTINEL", "53454E54494E454C", Convert.ToHexString("pa55word"u8)])
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }
}
