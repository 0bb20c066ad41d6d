using Tsm.Card.Apdu;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Networks;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Simulator;

/// <summary>The road between SMSC and cards: what it loses, repeats, reorders and keeps.</summary>
public sealed class NetworkTests
{
    private static readonly FaultRates Bad = new() { Loss = 0.2, Repeat = 0.2, Reorder = 0.3, Delay = 100 };
    private static readonly CommandApdu Resources = new(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);

    [Fact]
    public void The_same_seed_leads_to_the_same_faults_and_another_to_others()
    {
        IReadOnlyList<Fate> Fates(int seed, string card) =>
            [.. Enumerable.Range(0, 200).Select(n => new FaultGenerator(seed).Decide(card, Direction.ToCard, n, Bad))];

        Assert.Equal(Fates(7, "1"), Fates(7, "1"));
        Assert.NotEqual(Fates(7, "1"), Fates(8, "1"));
        Assert.NotEqual(Fates(7, "1"), Fates(7, "2"));
        Assert.NotEqual(
            Fates(7, "1"),
            [.. Enumerable.Range(0, 200).Select(n =>
                 new FaultGenerator(7).Decide("1", Direction.FromCard, n, Bad))]);
    }

    [Fact]
    public void Faults_are_as_frequent_as_asked_for()
    {
        Fate[] fates = [.. Enumerable.Range(0, 20_000)
            .Select(n => new FaultGenerator(3).Decide("1", Direction.ToCard, n, Bad))];

        Assert.InRange(fates.Count(f => f.Lost), 3_600, 4_400);
        Assert.InRange(fates.Count(f => f.RepeatAfter is not null), 3_600, 4_400);
        Assert.All(fates, f => Assert.InRange(f.Delay, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(550)));
        Assert.Equal(new Fate(false, TimeSpan.Zero, null), new FaultGenerator(3)
            .Decide("1", Direction.ToCard, 0, new()));
    }

    [Fact]
    public void A_run_over_a_bad_network_is_repeated_exactly_by_its_seed()
    {
        (string Trace, Tallies Numbers) first = Wander(seed: 42);
        (string Trace, Tallies Numbers) again = Wander(seed: 42);

        Assert.Equal(first.Trace, again.Trace);
        Assert.Equal(first.Numbers.ToDictionary(), again.Numbers.ToDictionary());
        Assert.NotEqual(first.Trace, Wander(seed: 43).Trace, StringComparer.Ordinal);
        Assert.True(first.Numbers[Tally.Lost] > 0 && first.Numbers[Tally.Repeated] > 0
            && first.Numbers[Tally.Reordered] > 0);
    }

    [Fact]
    public void A_message_that_is_lost_is_never_reported()
    {
        using var bench = new NetworkBench(new() { ToCard = new() { Loss = 1 } });

        bench.Send(Resources);

        Assert.Empty(bench.Reports);
        Assert.Equal(1, bench.Card[Tally.Lost]);
        Assert.Equal(0, bench.Card[Tally.SmsIn]);
    }

    [Fact]
    public void A_message_that_is_repeated_is_reported_once_and_answered_twice()
    {
        using var bench = new NetworkBench(new() { ToCard = new() { Repeat = 1 } });

        bench.Send(Resources);

        Assert.Equal(DeliveryState.Delivered, Assert.Single(bench.Reports));
        Assert.Equal(2, bench.Answers.Count);
        Assert.Equal(1, bench.Card[Tally.Replays]);
        Assert.Equal(1, bench.Card[Tally.Executed]);
    }

    [Fact]
    public void An_answer_can_be_lost_on_its_way_back()
    {
        using var bench = new NetworkBench(new() { FromCard = new() { Loss = 1 } });

        bench.Send(Resources);

        Assert.Empty(bench.Answers);
        Assert.Equal(1, bench.Card[Tally.Executed]);
        Assert.Equal(1, bench.Card[Tally.SmsOut]);
    }

    [Fact]
    public void A_message_is_under_way_for_about_its_delay()
    {
        using var bench = new NetworkBench(new() { ToCard = new() { Delay = 1000 } });

        bench.Post(Resources);
        bench.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Empty(bench.Reports);
        bench.Time.Advance(TimeSpan.FromMilliseconds(1002));

        Assert.Single(bench.Reports);
    }

    [Fact]
    public void A_card_that_is_off_for_a_while_gets_all_that_waited_in_order()
    {
        using var bench = new NetworkBench();
        bench.Network.SwitchOff(bench.Iccid, TimeSpan.FromMinutes(10));
        bench.Settle();

        bench.Send(InstallCommand.ForLoad(CardBench.SamplePackage));
        bench.Send(CardBench.SampleBlocks()[0]);
        Assert.Empty(bench.Reports);
        Assert.Equal(4, bench.Network.Waiting(bench.Iccid));
        Assert.False(bench.Network.IsOn(bench.Iccid));
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        bench.Settle();

        Assert.Equal(4, bench.Reports.Count);
        Assert.Equal(2, bench.Card[Tally.Executed]);
        Assert.Equal(0, bench.Card[Tally.CommandsFailed]);
        Assert.True(bench.Network.IsOn(bench.Iccid));
    }

    [Fact]
    public void A_message_expires_while_the_card_is_off()
    {
        using var bench = new NetworkBench();
        bench.Network.SwitchOff(bench.Iccid, duration: null);
        bench.Settle();

        bench.Post(TimeSpan.FromMinutes(1), Resources);
        bench.Settle();
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Settle();
        bench.Network.SwitchOn(bench.Iccid);
        bench.Settle();

        Assert.Equal(DeliveryState.Expired, Assert.Single(bench.Reports));
        Assert.Equal(0, bench.Card[Tally.SmsIn]);
        Assert.Equal(1, bench.Card[Tally.Expired]);
    }

    [Fact]
    public void Switching_off_ends_a_load_and_an_older_timer_does_not_switch_on()
    {
        using var bench = new NetworkBench();
        bench.Send(InstallCommand.ForLoad(CardBench.SamplePackage));

        bench.Network.SwitchOff(bench.Iccid, TimeSpan.FromMinutes(1));
        bench.Settle();
        bench.Network.SwitchOff(bench.Iccid, duration: null);
        bench.Settle();
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        bench.Settle();

        Assert.False(bench.Network.IsOn(bench.Iccid));
        Assert.Equal(1, bench.Card[Tally.LoadsAborted]);
    }

    [Fact]
    public void A_number_that_no_card_has_is_undeliverable()
    {
        using var bench = new NetworkBench();

        bench.Network.Send(new("1", "2", 0x7F, 0xF6, HasHeader: true, default), null, bench.Reports.Add);
        bench.Settle();

        Assert.Equal(DeliveryState.Undeliverable, Assert.Single(bench.Reports));
    }

    [Fact]
    public void Two_cards_cannot_have_one_number()
    {
        using var bench = new NetworkBench();

        Assert.Throws<ArgumentException>(() => bench.Network.Add(new CardBench().Card));
    }

    private static (string Trace, Tallies Numbers) Wander(int seed)
    {
        using var bench = new NetworkBench(Faults.Both(Bad), seed);
        foreach (CommandApdu block in CardBench.SampleBlocks())
        {
            bench.Post(Resources, block);
        }

        for (int step = 0; step < 200; step++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return (string.Join('\n', bench.Answers.Select(a => a.UserData)), bench.Card.Account.Total);
    }

    private sealed class NetworkBench : IDisposable
    {
        public NetworkBench(Faults? faults = null, int seed = 0)
        {
            Card = new();
            Network = new(Card.Account, Time, faults, seed, e => throw new InvalidOperationException("A card failed.", e))
            {
                FromCard = Answers.Add,
            };
            Network.Add(Card.Card);
        }

        public ManualTimeProvider Time { get; } = new();

        public CardBench Card { get; }

        public Network Network { get; }

        public List<ShortMessage> Answers { get; } = [];

        public List<DeliveryState> Reports { get; } = [];

        public string Iccid => Card.Card.Iccid.ToString();

        public void Post(params IReadOnlyList<CommandApdu> commands) => Post(null, commands);

        public void Post(TimeSpan? validity, params IReadOnlyList<CommandApdu> commands)
        {
            // A command that reads comes last in a script.
            CommandHeader header = Card.Header();
            foreach (ShortMessage message in Card.Messages(
                Card.Protect(header, [.. commands.OrderBy(c => c.Data.IsEmpty)])))
            {
                Network.Send(message, validity, Reports.Add);
            }
        }

        public void Send(params IReadOnlyList<CommandApdu> commands)
        {
            Post(commands);
            Settle();
        }

        /// <summary>Lets everything happen that is due within a second; timers fire only when time moves.</summary>
        public void Settle()
        {
            for (int step = 0; step < 10; step++)
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        public void Dispose() => Network.Dispose();
    }
}
