using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Simulator;

/// <summary>Wrong traffic is found out, and right traffic is not blamed.</summary>
public sealed class AccountTests
{
    private static readonly CommandApdu ForLoad = InstallCommand.ForLoad(CardBench.SamplePackage);

    [Fact]
    public void A_counter_used_for_other_octets_is_found_even_though_the_card_refuses_it()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        bench.Transmit(bench.Protect(header, ForLoad), header);

        bench.Transmit(bench.Protect(header, CardBench.SampleBlocks()[0]), header);

        CounterReuse found = Assert.Single(bench.Account.CounterReused);
        Assert.Equal(new(bench.Card.Iccid.ToString(), "000000", 2, "0000000001"), found);
        Assert.Equal(0, bench[Tally.Replays]);
        Assert.Empty(bench.Account.ExecutedTwice);
    }

    [Fact]
    public void Packets_that_are_not_authentic_prove_nothing_against_the_sender()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        byte[] packet = bench.Protect(header, ForLoad).ToArray();
        bench.Transmit(Octets.Copy(packet), header);
        packet[^1] ^= 1;

        bench.Transmit(Octets.Own(packet), header);

        Assert.Empty(bench.Account.CounterReused);
        Assert.Equal(1, bench[Tally.BadCc]);
    }

    [Fact]
    public void A_packet_that_passes_the_checks_twice_is_executed_twice()
    {
        // A card that is content with counter mode 01 checks nothing.
        var bench = new CardBench(Lax());
        CommandHeader header = bench.Header("0E39");
        Octets packet = bench.Protect(header, new CommandApdu(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0));

        bench.Transmit(packet, header);
        bench.Transmit(packet, header);

        Repetition found = Assert.Single(bench.Account.ExecutedTwice);
        Assert.Equal("packet for TAR 000000, key version 2, CNTR 0000000001", found.Command);
        Assert.Equal(1, bench[Tally.Replays]);
    }

    [Fact]
    public void INSTALL_for_load_twice_in_a_row_is_executed_twice()
    {
        var bench = new CardBench();
        bench.Expect("9000", ForLoad);

        bench.Expect("9000", ForLoad);

        Assert.Equal("INSTALL [for load] F0546D5301", Assert.Single(bench.Account.ExecutedTwice).Command);
    }

    [Fact]
    public void INSTALL_for_load_in_the_middle_of_a_load_starts_it_again()
    {
        var bench = new CardBench();
        bench.Expect("9000", ForLoad);
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Load();

        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Equal(1, bench[Tally.LoadsRestarted]);
    }

    [Fact]
    public void INSTALL_for_load_after_an_audit_or_a_reset_is_rightful()
    {
        var bench = new CardBench();
        bench.Expect("9000", ForLoad);
        bench.Run(new GetStatusCommand(RegistryScope.IssuerSecurityDomain).ToApdu());
        bench.Expect("9000", ForLoad);
        bench.Card.Reset();

        bench.Load();

        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Equal(2, bench[Tally.LoadsAborted]);
    }

    [Fact]
    public void A_LOAD_sent_again_with_a_new_counter_counts_as_repeated_after_success()
    {
        var bench = new CardBench();
        bench.Expect("9000", ForLoad);
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Expect("6A86", CardBench.SampleBlocks()[0]);

        Assert.Equal("LOAD block 0 of F0546D5301", Assert.Single(bench.Account.RepeatedAfterSuccess).Command);
        Assert.Empty(bench.Account.ExecutedTwice);
    }

    [Fact]
    public void The_last_LOAD_sent_again_counts_as_repeated_after_success()
    {
        var bench = new CardBench();
        bench.Load();

        bench.Expect("6985", CardBench.SampleBlocks()[^1]);

        Assert.Single(bench.Account.RepeatedAfterSuccess);
    }

    [Fact]
    public void What_the_card_refuses_because_it_was_done_counts_as_repeated_after_success()
    {
        var bench = new CardBench();
        bench.Load();
        bench.Install();
        bench.Expect("9000", SetStatusCommand.Lock(CardBench.SampleModule));

        bench.Expect("6A80", ForLoad);
        bench.Expect("6A80",
            InstallCommand.ForInstall(CardBench.SamplePackage, CardBench.SampleModule, CardBench.SampleModule));
        bench.Expect("6985", InstallCommand.ForMakeSelectable(CardBench.SampleModule));
        bench.Expect("6985", SetStatusCommand.Lock(CardBench.SampleModule));
        bench.Expect("9000", DeleteCommand.For(CardBench.SamplePackage, related: true));
        bench.Expect("6A88", DeleteCommand.For(CardBench.SamplePackage, related: true));

        Assert.Equal(5, bench[Tally.RepeatedAfterSuccess]);
        Assert.Empty(bench.Account.ExecutedTwice);
    }

    [Fact]
    public void A_card_that_takes_the_current_state_executes_twice()
    {
        var bench = new CardBench(CardProfiles.Aes with { TakesCurrentStatus = true });
        bench.Load();
        bench.Install();
        bench.Expect("9000", SetStatusCommand.Lock(CardBench.SampleModule));

        bench.Expect("9000", SetStatusCommand.Lock(CardBench.SampleModule));

        Assert.Equal("SET STATUS [lock] F0546D53010101", Assert.Single(bench.Account.ExecutedTwice).Command);
    }

    [Fact]
    public void The_whole_life_of_an_application_again_and_again_is_blameless()
    {
        var bench = new CardBench();
        for (int round = 0; round < 3; round++)
        {
            bench.Load();
            bench.Expect("9000",
                InstallCommand.ForInstall(CardBench.SamplePackage, CardBench.SampleModule, CardBench.SampleModule));
            bench.Expect("9000", InstallCommand.ForMakeSelectable(CardBench.SampleModule));
            bench.Expect("9000", SetStatusCommand.Lock(CardBench.SampleModule));
            bench.Expect("9000", SetStatusCommand.Unlock(CardBench.SampleModule));
            bench.Expect("9000", SetStatusCommand.Lock(CardBench.SampleModule));
            bench.Expect("9000", DeleteCommand.For(CardBench.SampleModule, related: false));
            bench.Expect("9000", DeleteCommand.For(CardBench.SamplePackage, related: false));
        }

        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Empty(bench.Account.RepeatedAfterSuccess);
        Assert.Empty(bench.Account.CounterReused);
        Assert.Equal(0, bench[Tally.CommandsFailed]);
    }

    [Fact]
    public void The_card_and_the_total_carry_the_same_numbers_when_there_is_one_card()
    {
        var bench = new CardBench();
        bench.Load();

        Assert.Equal(bench.Account.Total.ToDictionary(), bench.Card.Account.Tallies.ToDictionary());
    }

    private static CardProfile Lax()
    {
        Assert.True(Spi.TryParse([0x06, 0x00], out Spi spi, out _));
        return CardProfiles.Aes with { MinimumSecurity = spi };
    }
}
