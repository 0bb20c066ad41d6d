using Tsm.Bearers.Smpp;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Scripts;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Simulator;

/// <summary>The SMSC on real TCP, from submit_sm to the proof of receipt.</summary>
public sealed class SimulatedSmscTests
{
    private static readonly CommandApdu Resources = new(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);

    [Theory, InlineData("aes", 240), InlineData("3des", 240), InlineData("small", 200)]
    public async Task An_applet_reaches_the_card_over_SMPP(string profile, int block)
    {
        await using var bench = new SmscBench(Tsm.Simulator.Cards.CardProfiles.Get(profile));
        await using Esme esme = await bench.BindAsync();
        IReadOnlyList<CommandApdu> commands =
        [
            InstallCommand.ForLoad(CardBench.SamplePackage),
            .. CardBench.SampleBlocks(block),
            InstallCommand.ForInstallAndMakeSelectable(CardBench.SamplePackage, CardBench.SampleModule,
                CardBench.SampleModule),
        ];

        foreach (CommandApdu command in commands)
        {
            CompactResponse answer = await RunAsync(bench, esme, command);
            Assert.Equal("9000", answer.Status.ToString());
        }

        Assert.Equal(CardBench.SampleModule, Assert.Single(bench.Card.Card.Content.Instances).Aid);
        Assert.All(esme.Receipts, r => Assert.Equal(MessageState.Delivered, r.State));
        Assert.Empty(bench.Card.Account.ExecutedTwice);
        Assert.Equal(0, bench.Card[Tally.Replays]);
    }

    [Fact]
    public async Task Message_ids_are_unique_and_receipts_name_them()
    {
        await using var bench = new SmscBench();
        await using Esme esme = await bench.BindAsync();
        var ids = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            ids.Add(Assert.IsType<SubmitResult.Accepted>(
                await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, Octets.Parse("027000"))).MessageId);
        }

        await SmscBench.UntilAsync(() => esme.Delivered.Count == 3);

        Assert.Equal(3, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ids, esme.Receipts.Select(r => r.MessageId), StringComparer.Ordinal);
        Assert.All(esme.Delivered, d => Assert.Equal(CardBench.Sender, d.Destination.Value));
        Assert.All(esme.Receipts, r => Assert.Equal("000", r.ErrorCode));
    }

    [Fact]
    public async Task A_number_nobody_has_is_accepted_and_reported_UNDELIV()
    {
        await using var bench = new SmscBench();
        await using Esme esme = await bench.BindAsync();

        Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync("49999", Octets.Parse("027000")));
        await SmscBench.UntilAsync(() => !esme.Delivered.IsEmpty);

        DeliveryReceipt receipt = Assert.Single(esme.Receipts);
        Assert.Equal(MessageState.Undeliverable, receipt.State);
        Assert.Equal(new NetworkError(3, 1), receipt.NetworkError);
    }

    [Fact]
    public async Task A_number_nobody_has_is_refused_where_that_is_asked_for()
    {
        await using var bench = new SmscBench(options: new() { RefuseUnknown = true });
        await using Esme esme = await bench.BindAsync();

        SubmitResult result = await esme.SubmitAsync("49999", Octets.Parse("027000"));

        Assert.Equal(CommandStatus.InvalidDestinationAddress, Assert.IsType<SubmitResult.Refused>(result).Status);
    }

    [Fact]
    public async Task A_wrong_password_is_not_let_in()
    {
        await using var bench = new SmscBench();
        int port = bench.Smsc.EndPoint.Port;
        await using var esme = new Esme(port, BindType.Transceiver, static _ => CommandStatus.Ok, "wrong");
        var refused = new TaskCompletionSource<string>();
        esme.Client.StateChanged += (_, e) =>
        {
            if (e.Reason.Contains("password", StringComparison.OrdinalIgnoreCase)
                || e.Reason.Contains("RINVPASWD", StringComparison.Ordinal))
            {
                refused.TrySetResult(e.Reason);
            }
        };

        await refused.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.NotEqual(SmppClientState.Bound, esme.Client.State);
    }

    [Fact]
    public async Task What_a_card_sends_waits_for_an_ESME_that_is_down()
    {
        await using var bench = new SmscBench();
        CommandHeader header = bench.Card.Header();
        await using (Esme sender = await bench.BindAsync(BindType.Transmitter))
        {
            await SubmitAllAsync(bench, sender, header, Resources);
        }

        await SmscBench.UntilAsync(() => bench.Card[Tally.ResponsesSent] == 1 && bench.Smsc.Undelivered == 2);

        await using Esme receiver = await bench.BindAsync(BindType.Receiver);
        await SmscBench.UntilAsync(() => receiver.Delivered.Count == 2);

        Assert.Equal(ResponseKind.Proven, bench.Card.Open(receiver.Answers, header)!.Kind);
        await SmscBench.UntilAsync(() => bench.Smsc.Undelivered == 0);
    }

    [Fact]
    public async Task What_the_ESME_does_not_take_is_delivered_again()
    {
        await using var bench = new SmscBench();
        int refusals = 0;
        await using Esme esme = await bench.BindAsync(answer: d =>
            !d.IsReceipt && Interlocked.Increment(ref refusals) <= 3
                ? CommandStatus.ReceiverTemporaryError
                : CommandStatus.Ok);
        CommandHeader header = bench.Card.Header();
        await SubmitAllAsync(bench, esme, header, Resources);

        await SmscBench.UntilAsync(() => esme.Messages.Any());

        Assert.Equal(ResponseKind.Proven, bench.Card.Open(esme.Answers, header)!.Kind);
        Assert.Equal(3, bench.Card[Tally.DeliveryRetries]);
    }

    [Fact]
    public async Task Throttling_refuses_now_and_then_and_the_client_sends_again()
    {
        await using var bench = new SmscBench(faults: new() { Throttle = 0.5 });
        await using Esme esme = await bench.BindAsync();

        for (int i = 0; i < 8; i++)
        {
            Assert.IsType<SubmitResult.Accepted>(
                await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, Octets.Parse("027000")));
        }

        await SmscBench.UntilAsync(() => bench.Card[Tally.SmsIn] == 8);
        Assert.True(bench.Card[Tally.Throttled] > 0);
        Assert.Equal(8, bench.Card[Tally.Submitted] - bench.Card[Tally.Throttled]);
    }

    [Fact]
    public async Task A_connection_dropped_before_the_response_leaves_the_outcome_unknown_though_the_card_answered()
    {
        await using var bench = new SmscBench(faults: new() { DropAfter = 1, DropBeforeResponse = true });
        await using Esme esme = await bench.BindAsync();
        CommandHeader header = bench.Card.Header();
        Octets userData = bench.Card.Messages(bench.Card.Protect(header, Resources))[0].UserData;

        Assert.IsType<SubmitResult.Unknown>(await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, userData));

        await SmscBench.UntilAsync(() => esme.Messages.Any());
        Assert.Equal(ResponseKind.Proven, bench.Card.Open(esme.Answers, header)!.Kind);
        Assert.Equal(1, bench.Card[Tally.Dropped]);
    }

    [Fact]
    public async Task A_connection_dropped_after_the_response_is_dropped_once()
    {
        await using var bench = new SmscBench(faults: new() { DropAfter = 2 });
        await using Esme esme = await bench.BindAsync();
        string msisdn = bench.Card.Card.Msisdn.Digits;

        Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(msisdn, Octets.Parse("027000")));
        Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(msisdn, Octets.Parse("027000")));
        await SmscBench.UntilAsync(() => esme.Binds == 2);
        Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(msisdn, Octets.Parse("027000")));

        await SmscBench.UntilAsync(() => esme.Delivered.Count >= 3);
        Assert.Equal(1, bench.Card[Tally.Dropped]);
    }

    [Fact]
    public async Task A_card_that_is_off_gets_its_messages_when_it_is_on()
    {
        await using var bench = new SmscBench();
        await using Esme esme = await bench.BindAsync();
        bench.Network.SwitchOff(bench.Card.Card.Iccid.ToString(), duration: null);
        CommandHeader header = bench.Card.Header();
        await SubmitAllAsync(bench, esme, header, Resources);
        await SmscBench.UntilAsync(() => bench.Network.Waiting(bench.Card.Card.Msisdn.Digits) == 1);
        Assert.Empty(esme.Delivered);

        bench.Network.SwitchOn(bench.Card.Card.Iccid.ToString());

        await SmscBench.UntilAsync(() => esme.Delivered.Count == 2);
        Assert.Equal(ResponseKind.Proven, bench.Card.Open(esme.Answers, header)!.Kind);
    }

    private static async Task<CompactResponse> RunAsync(SmscBench bench, Esme esme, CommandApdu command)
    {
        CommandHeader header = bench.Card.Header();
        await SubmitAllAsync(bench, esme, header, command);
        Octets? packet = null;
        await SmscBench.UntilAsync(() => (packet = CardBench.Assemble(esme.Answers)) is not null);
        ResponseOpening opening = bench.Card.Open(esme.Answers, header)!;
        Assert.Equal(ResponseKind.Proven, opening.Kind);
        Assert.True(CompactResponse.TryParse(opening.Packet!.Data.Span, out CompactResponse response, out _));
        esme.Delivered.Clear();
        return response;
    }

    private static async Task SubmitAllAsync(SmscBench bench, Esme esme, CommandHeader header,
        params IReadOnlyList<CommandApdu> commands)
    {
        foreach (ShortMessage message in bench.Card.Messages(bench.Card.Protect(header, commands)))
        {
            Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(message.Destination, message.UserData));
        }
    }
}
