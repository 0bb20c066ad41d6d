using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

public sealed class SmppClientReceivingTests
{
    private static readonly DeliverSm Por = new()
    {
        Source = SmppAddress.International("41791234567"),
        EsmClass = EsmClass.UserDataHeader,
        ShortMessage = Octets.Parse("027100000BAA"),
    };

    [Fact]
    public async Task A_delivery_is_acknowledged_only_after_its_handler_ended_and_enquire_link_in_between()
    {
        var stored = new TaskCompletionSource<CommandStatus>();
        var taken = new TaskCompletionSource<DeliverSm>();
        await using var harness = new SmppClientHarness(onDeliver: async (deliver, _) =>
        {
            taken.SetResult(deliver);
            return await stored.Task;
        });
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 77, Por));
        Assert.Equal(Por, await taken.Task.WaitAsync(ScriptedSmsc.Patience));
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(78);
        stored.SetResult(CommandStatus.Ok);

        SmppPdu acknowledged = await smsc.ExpectAsync(CommandId.DeliverSm.Response);
        Assert.Equal((77u, CommandStatus.Ok, Octets.Parse("00")), (acknowledged.Sequence, acknowledged.Status, acknowledged.Body));
    }

    [Fact]
    public async Task The_handler_decides_the_status_and_its_failure_makes_the_SMSC_try_again()
    {
        int calls = 0;
        await using var harness = new SmppClientHarness(onDeliver: (_, _) => Interlocked.Increment(ref calls) == 1
            ? ValueTask.FromResult(CommandStatus.MessageQueueFull)
            : throw new InvalidOperationException("store is down"));
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 1, Por));
        Assert.Equal(CommandStatus.MessageQueueFull, (await smsc.ExpectAsync(CommandId.DeliverSm.Response)).Status);
        await smsc.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 2, Por));
        Assert.Equal(CommandStatus.ReceiverTemporaryError, (await smsc.ExpectAsync(CommandId.DeliverSm.Response)).Status);
    }

    [Fact]
    public async Task A_proof_of_receipt_may_overtake_the_answer_to_its_command()
    {
        var taken = new TaskCompletionSource();
        await using var harness = new SmppClientHarness(onDeliver: (_, _) =>
        {
            taken.SetResult();
            return ValueTask.FromResult(CommandStatus.Ok);
        });
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> submitted = harness.SubmitAsync();
        SmppPdu submit = await smsc.ReadAsync();

        await smsc.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, submit.Sequence, Por));
        await smsc.ExpectAsync(CommandId.DeliverSm.Response);
        Assert.True(taken.Task.IsCompleted && !submitted.IsCompleted);
        await smsc.AnswerAsync(submit, CommandStatus.Ok);

        Assert.IsType<SubmitResult.Accepted>(await submitted);
    }

    [Fact]
    public async Task A_data_sm_reaches_the_same_handler()
    {
        var taken = new TaskCompletionSource<DeliverSm>();
        await using var harness = new SmppClientHarness(onDeliver: (deliver, _) =>
        {
            taken.SetResult(deliver);
            return ValueTask.FromResult(CommandStatus.Ok);
        });
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendAsync(SmppPdu.Of(CommandId.DataSm, CommandStatus.Ok, 3, new DataSm
        {
            Source = Por.Source,
            EsmClass = EsmClass.UserDataHeader,
            Tlvs = TlvList.Of(new Tlv(TlvTag.MessagePayload, Por.ShortMessage)),
        }));

        Assert.Equal(CommandStatus.Ok, (await smsc.ExpectAsync(CommandId.DataSm.Response)).Status);
        DeliverSm deliver = await taken.Task;
        Assert.Equal((Por.Source, Por.ShortMessage, true), (deliver.Source, deliver.UserData, deliver.HasHeader));
    }

    [Theory]
    [InlineData("00000011 00000005 00000000 00000009 41", 0x02)] // A string without its zero.
    [InlineData("00000010 00000005 00000000 00000009", 0x02)] // No body at all.
    [InlineData("00000027 00000005 00000000 00000009 00000000000000000000000000000000000000 04240005", 0x02)] // A TLV that overruns.
    [InlineData("00000010 000000FF 00000000 00000009", 0x03)] // An unknown command.
    [InlineData("00000010 00000004 00000000 00000009", 0x03)] // A command that only an SMSC serves.
    public async Task What_it_cannot_read_is_refused_and_the_session_goes_on(string hex, uint status)
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendRawAsync(Octets.Parse(hex).Memory);

        SmppPdu nack = await smsc.ExpectAsync(CommandId.GenericNack);
        Assert.Equal((9u, status), (nack.Sequence, nack.Status.Value));
        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(10);
        Assert.Equal(SmppClientState.Bound, harness.Client.State);
    }

    [Theory]
    [InlineData("00000010 80000004 00000000 00000FFF")] // An answer to nothing.
    [InlineData("00000010 80000015 00000000 00000001")] // An answer of another kind than the request.
    [InlineData("00000010 80000000 00000003 00000FFF")] // A generic_nack to nothing.
    [InlineData("00000012 00000102 00000000 00000009 0000")] // alert_notification has no answer.
    public async Task What_concerns_nobody_is_passed_over(string hex)
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendRawAsync(Octets.Parse(hex).Memory);

        await smsc.ExpectOnlyEnquireLinkAnsweredAsync(10);
    }

    [Theory]
    [InlineData("00000000", 0u)]
    [InlineData("0000000F 00000005 00000000 00000009", 0u)]
    [InlineData("00010001 00000005 00000000 00000009", 9u)]
    [InlineData("FFFFFFFF 00000005 00000000 00000009", 9u)]
    public async Task An_impossible_length_is_refused_the_connection_closed_and_bound_again(string hex, uint sequence)
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> open = harness.SubmitAsync();
        await smsc.ReadAsync();

        await smsc.SendRawAsync(Octets.Parse(hex).Memory);

        SmppPdu nack = await smsc.ExpectAsync(CommandId.GenericNack);
        Assert.Equal((sequence, CommandStatus.InvalidCommandLength), (nack.Sequence, nack.Status));
        await smsc.ExpectClosedAsync();
        Assert.IsType<SubmitResult.Unknown>(await open);
        await harness.RebindAsync();
    }

    [Fact]
    public async Task A_generic_nack_without_a_sequence_number_ends_the_session()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendAsync(new(CommandId.GenericNack, CommandStatus.InvalidCommandLength, 0, Octets.Empty));

        await smsc.ExpectClosedAsync();
        await harness.RebindAsync();
    }

    [Fact]
    public async Task PDUs_are_found_however_the_network_cuts_them()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        var pdu = SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, 1, Por);
        byte[] wire = new byte[pdu.Length];
        pdu.Write(wire);

        foreach (byte octet in wire)
        {
            await smsc.SendRawAsync(new[] { octet });
        }

        await smsc.SendRawAsync((byte[])[.. wire, .. wire, .. wire]);

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(CommandStatus.Ok, (await smsc.ExpectAsync(CommandId.DeliverSm.Response)).Status);
        }
    }

    [Fact]
    public async Task A_connection_cut_inside_a_PDU_is_bound_again()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();

        await smsc.SendRawAsync(Octets.Parse("000000200000000500").Memory);
        smsc.Close();

        await harness.RebindAsync();
    }

    [Fact]
    public async Task A_length_that_is_possible_but_wrong_is_not_waited_for_for_ever()
    {
        await using var harness = new SmppClientHarness(o => o.EnquireLinkTimeout = TimeSpan.FromMilliseconds(300));
        ScriptedConnection smsc = await harness.BindAsync();
        Task<SubmitResult> open = harness.SubmitAsync();
        SmppPdu submit = await smsc.ReadAsync();

        // The answer disappears in a PDU that claims to be longer than it is.
        await smsc.SendRawAsync(Octets.Parse("00001180 00000005 00000000 00000009").Memory);
        await smsc.AnswerAsync(submit, CommandStatus.Ok);

        await smsc.ExpectClosedAsync();
        Assert.IsType<SubmitResult.Unknown>(await open);
        await harness.RebindAsync();
        Assert.Contains(harness.Log, line => line.Contains("the rest of a PDU did not come", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_asks_without_reading_the_answers_is_dropped()
    {
        await using var harness = new SmppClientHarness();
        ScriptedConnection smsc = await harness.BindAsync();
        byte[] questions = [.. Enumerable.Range(1, 4096).SelectMany(_ => Octets.Parse("00000010000000150000000000000001").ToArray())];

        Exception? refused = await Record.ExceptionAsync(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await smsc.SendRawAsync(questions);
            }
        });

        Assert.IsType<IOException>(refused);
        Assert.Contains(harness.Log, line => line.Contains("PeerNotReading", StringComparison.Ordinal));
        await harness.RebindAsync();
    }

    [Fact]
    public async Task More_deliveries_at_once_than_allowed_are_put_off()
    {
        var never = new TaskCompletionSource<CommandStatus>();
        await using var harness = new SmppClientHarness(onDeliver: async (_, _) => await never.Task);
        ScriptedConnection smsc = await harness.BindAsync();
        int limit = new SmppClientOptions().MaxDeliveries;

        for (uint sequence = 1; sequence <= limit + 1; sequence++)
        {
            await smsc.SendAsync(SmppPdu.Of(CommandId.DeliverSm, CommandStatus.Ok, sequence, Por));
        }

        SmppPdu putOff = await smsc.ExpectAsync(CommandId.DeliverSm.Response);
        Assert.Equal(((uint)limit + 1, CommandStatus.MessageQueueFull), (putOff.Sequence, putOff.Status));
        never.SetResult(CommandStatus.Ok);
    }
}
