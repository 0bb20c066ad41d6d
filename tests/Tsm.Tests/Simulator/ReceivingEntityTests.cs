using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Simulator;

/// <summary>
/// The card's checks of a command packet, one by one (TS 102 225; the order is the one cards have in practice).
/// </summary>
public sealed class ReceivingEntityTests
{
    private static readonly CommandApdu Resources = new(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);

    [Theory, InlineData("aes"), InlineData("3des"), InlineData("small"), InlineData("aes256"), InlineData("3des3"), InlineData("aes-expanded")]
    public void A_packet_that_holds_is_executed_and_answered_as_asked(string profile)
    {
        var bench = new CardBench(CardProfiles.Get(profile));

        Assert.Equal("9000", bench.Run(Resources).Status.ToString());

        Assert.Equal(1, bench[Tally.Executed]);
        Assert.Equal(1, bench[Tally.ResponsesSent]);
        Assert.Equal(bench.Counter, bench.Card.KeySets[0].Counter);
    }

    [Fact]
    public void A_wrong_checksum_is_status_01_and_leaves_the_counter()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header("1239");
        byte[] packet = bench.Protect(header, Resources).ToArray();
        packet[^1] ^= 1;
        CardBench lax = new(CardProfiles.Aes with { MinimumSecurity = header.Spi });

        ResponseOpening? answer = lax.Transmit(Octets.Own(packet), header);

        Assert.Equal(ResponseKind.Indicated, answer!.Kind);
        Assert.Equal(ResponseStatus.IntegrityFailed, answer.Status);
        Assert.Equal(1, lax[Tally.BadCc]);
        Assert.Equal(Counter.Zero, lax.Card.KeySets[0].Counter);
    }

    [Fact]
    public void A_ciphered_part_that_is_no_whole_number_of_blocks_is_status_05()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        byte[] packet = [.. bench.Protect(header, Resources).Span, 0x00];
        packet[1]++;

        ResponseOpening? answer = bench.Transmit(Octets.Own(packet), header);

        Assert.Equal(ResponseStatus.CipheringError, answer!.Status);
        Assert.Equal(1, bench[Tally.BadCiphering]);
    }

    [Fact]
    public void A_replay_is_status_02_and_nothing_is_executed_again()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, InstallCommand.ForLoad(CardBench.SamplePackage));

        ResponseOpening? first = bench.Transmit(packet, header);
        ResponseOpening? second = bench.Transmit(packet, header);

        Assert.Equal(ResponseKind.Proven, first!.Kind);
        Assert.Equal(ResponseStatus.CounterLow, second!.Status);
        Assert.Equal(1, bench[Tally.Replays]);
        Assert.Equal(1, bench[Tally.BadCounter]);
        Assert.Equal(1, bench[Tally.Executed]);
        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Empty(bench.Account.CounterReused);
    }

    [Fact]
    public void The_3des_card_answers_a_replay_with_a_plain_06_and_a_zero_counter()
    {
        var bench = new CardBench(CardProfiles.TripleDes);
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, Resources);
        bench.Transmit(packet, header);

        Octets? answer = CardBench.Assemble(bench.Messages(packet).SelectMany(m => bench.Card.Receive(m)));

        // The form seen on a real card: RHL 0A, counter zero, status 06, nothing else.
        Assert.Equal("027100000B0A00000000000000000006", answer.ToString());
    }

    [Fact]
    public void A_counter_that_jumps_is_status_03_where_one_higher_is_asked_for()
    {
        var bench = new CardBench();
        bench.Run(Resources);
        bench.Header();
        CommandHeader header = bench.Header("1E39");

        ResponseOpening? answer = bench.Transmit(bench.Protect(header, Resources), header);

        Assert.Equal(ResponseStatus.CounterHigh, answer!.Status);
    }

    [Fact]
    public void A_card_at_the_highest_counter_is_blocked_with_status_04()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header() with { Counter = Counter.Max };
        bench.Transmit(bench.Protect(header, Resources), header);

        CommandHeader next = bench.Header();
        ResponseOpening? answer = bench.Transmit(bench.Protect(next, Resources), next);

        Assert.Equal(ResponseStatus.CounterBlocked, answer!.Status);
    }

    [Fact]
    public void A_key_version_the_card_does_not_have_is_status_06()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header(version: 3);

        ResponseOpening? answer = bench.Transmit(bench.Protect(header, Resources), header);

        Assert.Equal(ResponseStatus.UnidentifiedSecurityError, answer!.Status);
        Assert.Equal(1, bench[Tally.BadHeader]);
    }

    [Fact]
    public void Key_versions_that_differ_in_KIc_and_KID_are_status_06()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        byte[] packet = bench.Protect(header, Resources).ToArray();
        packet[6] = 0x12;

        ResponseOpening? answer = bench.Transmit(Octets.Own(packet), header);

        Assert.Equal(ResponseStatus.UnidentifiedSecurityError, answer!.Status);
    }

    [Fact]
    public void A_TAR_that_nothing_has_is_status_09()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header() with { Tar = Tar.SharedFileSystem };

        ResponseOpening? answer = bench.Transmit(bench.Protect(header, Resources), header);

        Assert.Equal(ResponseStatus.TarUnknown, answer!.Status);
        Assert.Equal(1, bench[Tally.UnknownTar]);
    }

    [Theory, InlineData("1239"), InlineData("0639"), InlineData("0E39")]
    public void Less_than_the_minimum_security_level_is_status_0A(string spi)
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header(spi);

        ResponseOpening? answer = bench.Transmit(bench.Protect(header, Resources), header);

        Assert.Equal(ResponseStatus.InsufficientSecurityLevel, answer!.Status);
        Assert.Equal(1, bench[Tally.LowSecurity]);
    }

    [Fact]
    public void A_header_that_cannot_be_read_is_met_with_silence()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        byte[] packet = bench.Protect(header, Resources).ToArray();
        packet[1]--;

        Assert.Null(bench.Transmit(Octets.Own(packet), header));
        Assert.Equal(1, bench[Tally.BadHeader]);
    }

    [Fact]
    public void A_silent_card_sends_no_error_PoR()
    {
        var bench = new CardBench(errors: ErrorPor.Silent);
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, Resources);
        bench.Transmit(packet, header);

        Assert.Null(bench.Transmit(packet, header));
    }

    [Fact]
    public void A_card_that_protects_its_errors_proves_that_the_counter_was_low()
    {
        var bench = new CardBench(errors: ErrorPor.AsAsked);
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, Resources);
        bench.Transmit(packet, header);

        ResponseOpening? answer = bench.Transmit(packet, header);

        Assert.Equal(ResponseKind.Proven, answer!.Kind);
        Assert.Equal(ResponseStatus.CounterLow, answer.Status);
    }

    [Theory, InlineData("1638", 0), InlineData("163A", 0), InlineData("1619", 0), InlineData("1639", 1),
        InlineData("1621", 1)]
    public void A_PoR_is_sent_when_SPI2_asks_for_it(string spi, int expected)
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header(spi);

        bench.Transmit(bench.Protect(header, Resources), header);

        Assert.Equal(1, bench[Tally.Executed]);
        Assert.Equal(expected, bench[Tally.ResponsesSent]);
    }

    [Fact]
    public void Segments_may_come_in_any_order_and_twice()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, InstallCommand.ForLoad(CardBench.SamplePackage),
            CardBench.SampleBlocks()[0]);
        ShortMessage[] segments = [.. bench.Messages(packet)];
        Assert.Equal(3, segments.Length);

        ShortMessage[] jumbled = [segments[2], segments[0], segments[2], segments[0], segments[1]];
        ResponseOpening? answer = bench.Open(jumbled.SelectMany(m => bench.Card.Receive(m)), header);

        Assert.Equal(ResponseKind.Proven, answer!.Kind);
        Assert.Equal(1, bench[Tally.Packets]);
    }

    [Fact]
    public void A_packet_of_more_segments_than_the_card_takes_is_never_seen()
    {
        var bench = new CardBench(CardProfiles.Small);
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, InstallCommand.ForLoad(CardBench.SamplePackage),
            CardBench.SampleBlocks()[0], CardBench.SampleBlocks()[1]);
        Assert.Equal(5, bench.Messages(packet).Length);

        Assert.Null(bench.Transmit(packet, header));
        Assert.Equal(0, bench[Tally.Packets]);
        Assert.Equal(5, bench[Tally.Unusable]);
    }

    [Fact]
    public void A_card_that_looks_at_the_first_element_only_needs_70_00_there()
    {
        var bench = new CardBench(CardProfiles.Aes with { NeedsCommandHeaderFirst = true });
        CommandHeader header = bench.Header();
        Octets packet = bench.Protect(header, CardBench.SampleBlocks()[0]);

        Assert.Null(bench.Transmit(packet, header));
        Assert.NotNull(bench.Open(
            bench.Messages(packet, new() { IdentifierFirst = true }).SelectMany(m => bench.Card.Receive(m)), header));
    }

    [Theory, InlineData(0x00, 0xF6, true), InlineData(0x7F, 0x04, true), InlineData(0x7F, 0xF5, true),
        InlineData(0x7F, 0xF6, false)]
    public void A_message_that_is_no_data_download_does_not_reach_the_card(byte protocolId, byte dataCoding,
        bool hasHeader)
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        ShortMessage message = bench.Messages(bench.Protect(header, Resources))[0] with
        {
            ProtocolId = protocolId,
            DataCoding = dataCoding,
            HasHeader = hasHeader,
        };

        Assert.Empty(bench.Card.Receive(message));
        Assert.Equal(1, bench[Tally.TextMessages]);
        Assert.Equal(0, bench[Tally.Packets]);
    }

    [Fact]
    public void A_message_of_class_2_in_the_general_group_is_a_data_download_too() =>
        Assert.True(new ShortMessage("1", "2", 0x7F, 0x16, HasHeader: true, default).IsDataDownload);

    [Fact]
    public void A_reset_empties_the_segment_buffers()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header();
        ShortMessage[] segments = [.. bench.Messages(bench.Protect(header, CardBench.SampleBlocks()[0]))];
        bench.Card.Receive(segments[0]);

        bench.Card.Reset();

        Assert.Empty(bench.Card.Receive(segments[1]));
        Assert.Equal(0, bench[Tally.Packets]);
    }

    [Fact]
    public void Responses_are_filled_up_as_the_profile_says()
    {
        var bench = new CardBench(CardProfiles.Small);

        // 7 + 8 + 3 octets are ciphered: 14 octets of padding, 80 first. It opens like zeros do.
        Assert.Equal("9000", bench.Run(Resources).Status.ToString());
        Assert.Equal(ResponsePadding.MarkedZeros, bench.Profile.ResponsePadding);
    }

    [Fact]
    public void Keys_print_as_check_values_only()
    {
        string text = new CardBench().Card.KeySets[0].ToString();

        Assert.DoesNotContain(CardBench.KicKey.ToString(), text, StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^version 2: KIc [0-9A-F]{6}, KID [0-9A-F]{6}$", text);
    }
}
