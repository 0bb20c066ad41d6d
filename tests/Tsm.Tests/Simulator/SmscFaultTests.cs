using Tsm.Bearers.Smpp;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Networks;
using Tsm.Simulator.Smsc;
using Tsm.Tests.Bearers.Smpp;

namespace Tsm.Tests.Simulator;

/// <summary>An SMSC that behaves badly on purpose: each fault does what it says, and the client survives all of them.</summary>
public sealed class SmscFaultTests
{
    private static readonly CommandApdu Resources = new(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);
    private static readonly Octets Nothing = Octets.Parse("027000");

    [Fact]
    public async Task A_full_queue_and_other_trouble_that_passes_refuse_now_and_then_and_the_client_sends_again()
    {
        await using var bench = new SmscBench(faults: new() { QueueFull = 0.3, TemporaryError = 0.3 });
        await using Esme esme = await bench.BindAsync();

        for (int i = 0; i < 10; i++)
        {
            Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, Nothing));
        }

        await SmscBench.UntilAsync(() => bench.Card[Tally.SmsIn] == 10);
        Assert.True(bench.Card[Tally.QueueFull] > 0 && bench.Card[Tally.TemporaryErrors] > 0);
        Assert.Equal(10, bench.Card[Tally.Submitted] - bench.Card[Tally.QueueFull] - bench.Card[Tally.TemporaryErrors]);
    }

    [Fact]
    public async Task It_disconnects_again_and_again_before_the_answer_and_has_taken_the_message()
    {
        await using var bench = new SmscBench(faults: new() { DisconnectBefore = 0.5 });
        await using Esme esme = await bench.BindAsync();

        (int accepted, int unknown) = await SubmitAsync(bench, esme.Client, esme.Options, 12);

        Assert.True(unknown > 2 && accepted > 0);
        Assert.Equal(unknown, bench.Card[Tally.Dropped]);
        await SmscBench.UntilAsync(() => bench.Card[Tally.SmsIn] == 12);
    }

    [Fact]
    public async Task It_disconnects_again_and_again_after_the_answer()
    {
        await using var bench = new SmscBench(faults: new() { DisconnectAfter = 1 });
        await using Esme esme = await bench.BindAsync();

        for (int i = 1; i <= 3; i++)
        {
            await SmscBench.UntilAsync(() => esme.Binds == i);
            Assert.IsType<SubmitResult.Accepted>(await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, Nothing));
            await SmscBench.UntilAsync(() => esme.Binds == i + 1);
            Assert.Equal(i, bench.Card[Tally.Dropped]);
        }

        await SmscBench.UntilAsync(() => bench.Card[Tally.SmsIn] == 3);
    }

    [Fact]
    public async Task It_takes_a_message_and_never_answers()
    {
        await using var bench = new SmscBench(faults: new() { ResponseLost = 1 });
        await using Esme esme = await bench.BindAsync(configure: o => o.ResponseTimeout = TimeSpan.FromSeconds(1));
        CommandHeader header = bench.Card.Header();
        Octets userData = bench.Card.Messages(bench.Card.Protect(header, Resources))[0].UserData;

        Assert.IsType<SubmitResult.Unknown>(await esme.SubmitAsync(bench.Card.Card.Msisdn.Digits, userData));

        await SmscBench.UntilAsync(() => esme.Messages.Any());
        Assert.Equal(ResponseKind.Proven, bench.Card.Open(esme.Answers, header)!.Kind);
        Assert.Equal((1, SmppClientState.Bound), (bench.Card[Tally.ResponsesLost], esme.Client.State));
    }

    [Fact]
    public async Task It_answers_when_nobody_waits_any_more_and_the_session_goes_on()
    {
        await using var bench = new SmscBench(faults: new() { ResponseLate = 1, ResponseDelay = 2500 });
        await using var harness = new SmppClientHarness(
            o => (o.SystemId, o.Password, o.ResponseTimeout) = ("tsm", "tsm", TimeSpan.FromSeconds(1)),
            port: bench.Smsc.EndPoint.Port);
        harness.Client.Start();
        await SmscBench.UntilAsync(() => harness.Client.State == SmppClientState.Bound);

        Assert.IsType<SubmitResult.Unknown>(await harness.SubmitAsync());
        await SmscBench.UntilAsync(() => harness.Log.Any(l => l.Contains("Nobody waits for", StringComparison.Ordinal)));

        Assert.Equal((1, SmppClientState.Bound), (bench.Card[Tally.ResponsesLate], harness.Client.State));
    }

    [Fact]
    public async Task Every_breach_of_the_protocol_is_survived_and_no_message_is_lost()
    {
        const int Messages = 60;
        await using var bench = new SmscBench(faults: new() { Malformed = 1 });
        await using var harness = new SmppClientHarness(
            o => (o.SystemId, o.Password, o.EnquireLinkTimeout, o.MaxReconnectBackoff) =
                ("tsm", "tsm", TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(50)),
            port: bench.Smsc.EndPoint.Port);
        harness.Client.Start();

        (int accepted, int unknown) = await SubmitAsync(bench, harness.Client, harness.Options, Messages);

        Assert.Equal(Messages, bench.Card[Tally.Malformed]);
        await SmscBench.UntilAsync(() => bench.Card[Tally.SmsIn] == Messages);
        Assert.True(accepted > Messages / 2 && unknown > 5, $"{accepted} accepted, {unknown} unknown");
        await SmscBench.UntilAsync(() => harness.Client.State == SmppClientState.Bound);
        string log = string.Join('\n', harness.Log);
        Assert.All(
            ["PDU of impossible length", "Unknown operation", "Cannot read", "Nobody waits for", "Malformed: the peer sent a PDU"],
            sign => Assert.Contains(sign, log, StringComparison.Ordinal));
        Assert.DoesNotContain("Error ", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Chance_picks_every_breach()
    {
        var generator = new FaultGenerator(1);

        IEnumerable<Breach> picked = Enumerable.Range(1, 60).Select(n => Breaches.Pick(generator.Chance("breach", n))).Distinct();

        Assert.Equal(Enum.GetValues<Breach>(), picked.Order());
    }

    [Fact]
    public async Task A_damaged_copy_goes_before_a_message_and_the_message_follows_whole()
    {
        await using var bench = new SmscBench(faults: new() { Damaged = 1, Malformed = 1 });
        await using Esme esme = await bench.BindAsync(BindType.Receiver);
        CommandHeader header = bench.Card.Header();
        ShortMessage command = Assert.Single(bench.Card.Messages(bench.Card.Protect(header, Resources)));

        bench.Network.Send(command, validity: null, static _ => { });

        await SmscBench.UntilAsync(() => esme.Messages.Count() == 2);
        ShortMessage[] came = [.. esme.Answers];
        Assert.NotEqual(came[0].UserData, came[1].UserData);
        Assert.Equal(ResponseKind.Proven, bench.Card.Open(came[1..], header)!.Kind);
        Assert.Equal(1, bench.Card[Tally.Damaged]);
    }

    [Fact]
    public async Task Damage_breaks_the_header_or_the_checksum()
    {
        await using var bench = new SmscBench();
        await using Esme esme = await bench.BindAsync(BindType.Receiver);
        CommandHeader header = bench.Card.Header();
        bench.Network.Send(Assert.Single(bench.Card.Messages(bench.Card.Protect(header, Resources))), null, static _ => { });
        await SmscBench.UntilAsync(() => esme.Messages.Any());
        ShortMessage whole = esme.Answers.Single();

        Assert.False(Tsm.Bearers.Sms.UserData.TryParse(Damage.ToHeader(whole).UserData.Span, out _, out _));
        foreach (double where in new[] { 0, 0.3, 0.7, 0.999 })
        {
            Assert.NotEqual(ResponseKind.Proven, bench.Card.Open([Damage.ToPacket(whole, where)], header)!.Kind);
        }

        Assert.Equal(ResponseKind.Proven, bench.Card.Open([whole], header)!.Kind);
    }

    // Submits one by one; what certainly has not left is submitted again after the next bind.
    private static async Task<(int Accepted, int Unknown)> SubmitAsync(
        SmscBench bench, SmppClient client, SmppClientOptions options, int messages)
    {
        int accepted = 0;
        int unknown = 0;
        while (accepted + unknown < messages)
        {
            await SmscBench.UntilAsync(() => client.State == SmppClientState.Bound);
            switch (await client.SubmitAsync(options.Compose(bench.Card.Card.Msisdn.Digits, Nothing), CancellationToken.None))
            {
                case SubmitResult.Accepted:
                    accepted++;
                    break;
                case SubmitResult.Unknown:
                    unknown++;
                    break;
                case SubmitResult.Refused refused:
                    Assert.Fail($"refused: {refused.Status}");
                    break;
            }
        }

        return (accepted, unknown);
    }
}
