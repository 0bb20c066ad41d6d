using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Simulator;

/// <summary>Expanded scripts on a card: where it takes them, and what it answers (TS 102 226 §5.2 and §5.3).</summary>
public sealed class ExpandedScriptsTests
{
    private static readonly CommandApdu Resources = new(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0);
    private static readonly CommandApdu Lists = new GetStatusCommand(RegistryScope.IssuerSecurityDomain).ToApdu();
    private static readonly CommandApdu Unknown = new(0x80, 0xFC, 0, 0);

    [Theory, InlineData("B20100"), InlineData("000000")]
    public void Every_command_has_its_own_answer(string tar)
    {
        var bench = new CardBench(CardProfiles.AesExpanded);

        ExpandedResponse response = Run(bench, tar, Resources, Lists);

        Assert.Equal(2, response.Executed);
        Assert.True(response.Completes(2));
        Assert.All(response.Responses, r => Assert.False(r.Data.IsEmpty));
        Assert.True(RegistryEntry.TryParsePage(response.Responses[1].Data.Span, out ImmutableArray<RegistryEntry> entries, out _));
        Assert.Equal(Aid.IssuerSecurityDomain, Assert.Single(entries).Aid);
    }

    [Fact]
    public void The_first_error_ends_the_script()
    {
        var bench = new CardBench(CardProfiles.AesExpanded);

        ExpandedResponse response = Run(bench, "B20100", Resources, Unknown, Lists);

        Assert.Equal(["9000", "6D00"], response.Responses.Select(r => r.Status.ToString()));
        Assert.Equal(2, response.Executed);
        Assert.Equal(2, bench[Tally.Commands]);
    }

    [Fact]
    public void What_le_does_not_ask_for_is_not_sent()
    {
        var bench = new CardBench(CardProfiles.AesExpanded);

        ExpandedResponse response = Run(bench, "B20100", Lists with { Le = null }, Lists, Resources with { Le = 1 });

        Assert.Equal([0x61, 0x90, 0x6C], response.Responses.Select(r => (int)r.Status.Sw1));
        Assert.True(response.Responses[0].Data.IsEmpty);
        Assert.Equal(response.Responses[0].Status.Sw2, response.Responses[1].Data.Length);
    }

    [Fact]
    public void The_answer_has_the_form_of_the_script_and_other_objects_count()
    {
        var bench = new CardBench(CardProfiles.AesExpanded);
        ScriptElement[] elements = [ScriptElement.ProactiveSession, ScriptElement.NoErrorAction, ScriptElement.Command(Resources)];

        ExpandedResponse definite = Answer(bench, "B20100", ExpandedScript.Of(elements).ToOctets());
        ExpandedResponse indefinite = Answer(bench, "B20100", ExpandedScript.Of(elements, indefinite: true).ToOctets());

        Assert.Equal((3, false, 1), (definite.Executed, definite.IsIndefinite, definite.Responses.Length));
        Assert.Equal((null, true, false, 1), (indefinite.Executed, indefinite.IsIndefinite, indefinite.IsCut, indefinite.Responses.Length));
    }

    [Theory]
    [InlineData("AA 02 24 00", "01")]
    [InlineData("AA 03 22 05 80", "02")]
    [InlineData("AA 01 22", "03")]
    [InlineData("80CAFF2100", "01")]
    public void What_is_no_script_is_answered_as_bad_format_and_executes_nothing(string script, string code)
    {
        var bench = new CardBench(CardProfiles.AesExpanded);

        ExpandedResponse response = Answer(bench, "B20100", Octets.Parse(script));

        Assert.Equal((ScriptFault.BadFormatTag, code), (response.Fault!.Value.Tag, response.Fault.Value.Code.ToString()));
        Assert.Empty(response.Responses);
        Assert.Equal(0, bench[Tally.Commands]);
    }

    [Fact]
    public void Scripts_are_not_chained()
    {
        var bench = new CardBench(CardProfiles.AesExpanded);

        ExpandedResponse response = Answer(
            bench, "B20100", ExpandedScript.Of([ScriptElement.Chaining(ScriptLink.First), ScriptElement.Command(Resources)]).ToOctets());

        Assert.Equal(ScriptFault.ChainingUnsupported, response.Fault);
        Assert.Equal(0, bench[Tally.Commands]);
    }

    [Fact]
    public void A_card_without_the_format_has_no_such_tar_and_takes_a_template_for_a_compact_script()
    {
        var bench = new CardBench();
        CommandHeader header = bench.Header() with { Tar = Tar.IssuerSecurityDomainExpanded };

        ResponseOpening? answer = bench.Transmit(bench.Protect(header, ExpandedScript.Of(Resources).ToOctets()), header);
        Octets compact = bench.Run(ExpandedScript.Of(Resources).ToOctets(), Tar.IssuerSecurityDomain);

        Assert.Equal(ResponseStatus.TarUnknown, answer!.Status);
        Assert.Equal(ScriptFormat.Compact, ScriptFormatDetection.OfResponse(compact.Span));
    }

    [Fact]
    public void A_card_that_tells_formats_apart_takes_compact_scripts_too() =>
        Assert.Equal("9000", new CardBench(CardProfiles.AesExpanded).Run(Resources).Status.ToString());

    private static ExpandedResponse Run(CardBench bench, string tar, params CommandApdu[] commands) =>
        Answer(bench, tar, ExpandedScript.Of(commands).ToOctets());

    private static ExpandedResponse Answer(CardBench bench, string tar, Octets script)
    {
        Octets data = bench.Run(script, Tar.Parse(tar));
        Assert.True(ExpandedResponse.TryParse(data.Span, out ExpandedResponse response, out PacketError error), error.ToString());
        return response;
    }
}
