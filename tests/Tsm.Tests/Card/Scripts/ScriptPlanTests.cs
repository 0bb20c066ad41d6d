using System.Collections.Immutable;
using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;
using static Tsm.Tests.Card.Scripts.ExpandedScriptTests;

namespace Tsm.Tests.Card.Scripts;

public sealed class ScriptPlanTests
{
    private const string SelectMf = "00A4000C023F00";
    private const string SelectIccid = "00A4000C022FE2";
    private const string SelectTelecom = "00A4000C027F10";
    private const string SelectSmsp = "00A4000C026F42";
    private const string Verify = "0020000A08 3131313131313131";
    private const string Update = "00D6000004 01020304";

    [Fact]
    public void What_fits_is_one_script()
    {
        CommandApdu[] commands = [Command(SelectMf), Command(SelectIccid), Command("00B000000A")];

        PlannedScript compact = Assert.Single(ScriptPlan.Of(commands, new() { Capacity = 19 }));
        PlannedScript expanded = Assert.Single(ScriptPlan.Of(commands, new() { Capacity = 30, Format = ScriptFormat.Expanded, Chain = true }));

        Assert.Equal($"{SelectMf}{SelectIccid}00B000000A", compact.Script.ToString());
        Assert.Null(expanded.Link);
        Assert.Equal(ExpandedScript.Of(commands).ToOctets(), expanded.Script);
        Assert.Equal((0, 3, 0), (compact.First, compact.Count, compact.Restored));
    }

    [Fact]
    public void A_compact_script_ends_after_what_it_reads_and_the_next_one_goes_back_there()
    {
        CommandApdu[] commands =
            [Command(SelectMf), Command(SelectIccid), Command("00B0000005"), Command("00B0000505"), Command(SelectTelecom)];

        ImmutableArray<PlannedScript> plan = ScriptPlan.Of(commands, new() { Capacity = 100 });

        Assert.Equal(
            [$"{SelectMf}{SelectIccid}00B0000005", $"{SelectMf}{SelectIccid}00B0000505", $"{SelectMf}{SelectTelecom}"],
            plan.Select(s => s.Script.ToString()));
        Assert.Equal([0, 2, 1], plan.Select(s => s.Restored));
        Assert.Equal([3, 1, 1], plan.Select(s => s.Count));
    }

    [Fact]
    public void A_new_script_verifies_again_with_the_code_that_holds_by_then()
    {
        CommandApdu[] commands =
        [
            Command(Verify), Command(SelectTelecom), Command(SelectSmsp),
            Command("0024000A10 3131313131313131 3232323232323232"), Command(Update), Command(Update),
        ];

        ImmutableArray<PlannedScript> plan = ScriptPlan.Of(commands, new() { Capacity = 57 });

        Assert.Equal(2, plan.Length);
        Assert.StartsWith(Octets.Parse($"{SelectTelecom} {SelectSmsp} 0020000A08 3232323232323232").ToString(), plan[1].Script.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("31313131", plan[1].Script.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("3232", plan[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_says_first_next_and_last_and_restores_nothing()
    {
        CommandApdu[] commands = [Command(SelectMf), Command(SelectIccid), Command("00B0000005"), Command("00B0000505")];
        ScriptPlanOptions options = new() { Capacity = 14, Format = ScriptFormat.Expanded, Chain = true, KeepOverReset = true };

        ImmutableArray<PlannedScript> plan = ScriptPlan.Of(commands, options);

        Assert.Equal(
            ["AA0C830111220700A4000C023F00", "AA0C830102220700A4000C022FE2", "AA0A830102220500B0000005", "AA0A830103220500B0000505"],
            plan.Select(s => s.Script.ToString()));
        Assert.All(plan, s => Assert.Equal(0, s.Restored));
    }

    [Fact]
    public void Answers_are_fetched_where_that_is_asked_for()
    {
        CommandApdu[] commands = [Command("A0A40000027F2016"), Command("80F24002024F0000")];

        ImmutableArray<PlannedScript> plan = ScriptPlan.Of(commands, new() { Capacity = 100, FetchAnswers = true });

        Assert.Equal(["A0A40000027F20A0C0000000", "A0A40000027F2080F24002024F0000C0000000"], plan.Select(s => s.Script.ToString()));
    }

    [Fact]
    public void Refuses_what_fits_no_script()
    {
        CommandApdu[] commands = [Command(Update)];

        Assert.Throws<ArgumentException>(() => ScriptPlan.Of(commands, new() { Capacity = 8 }));
        Assert.Throws<ArgumentException>(() => ScriptPlan.Of([], new() { Capacity = 100 }));
    }

    [Fact]
    public void Every_command_is_planned_once_in_order_and_every_script_fits()
    {
        var plans =
            from commands in Gen.Elements(SelectMf, SelectIccid, SelectTelecom, Verify, Update, "00B000000A", "80CAFF2100").NonEmptyListOf()
            from capacity in Gen.Choose(100, 200)
            from expanded in Gen.Elements(true, false)
            from chain in Gen.Elements(true, false)
            select (Commands: commands.Select(Command).ToArray(), Options: new ScriptPlanOptions
            {
                Capacity = capacity,
                Format = expanded ? ScriptFormat.Expanded : ScriptFormat.Compact,
                Chain = chain,
            });

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(plans.ToArbitrary(), plan =>
        {
            var carried = new List<CommandApdu>();
            foreach (PlannedScript script in ScriptPlan.Of(plan.Commands, plan.Options))
            {
                Assert.InRange(script.Script.Length, 1, plan.Options.Capacity);
                Assert.Equal(carried.Count, script.First);
                ImmutableArray<CommandApdu> read = plan.Options.Format == ScriptFormat.Expanded
                    ? Expanded(script.Script)
                    : Compact(script.Script);
                Assert.Equal(script.Restored + script.Count, read.Length);
                carried.AddRange(read.Skip(script.Restored));
            }

            Assert.Equal(plan.Commands, carried);
        }));
    }

    [Fact]
    public void A_card_takes_a_chain_in_its_order_only()
    {
        ScriptChain chain = ScriptChain.None.Enter(ScriptLink.First, out ScriptFault? fault, out bool continues);
        Assert.Equal((true, false), (chain.IsOpen, continues));
        Assert.Null(fault);

        chain = chain.Enter(ScriptLink.Next, out fault, out continues);
        Assert.Equal((true, true), (chain.IsOpen, continues));
        Assert.Equal(ScriptChain.None, chain.AfterReset());

        chain = chain.Enter(ScriptLink.Last, out fault, out continues);
        Assert.Equal((false, true), (chain.IsOpen, continues));

        _ = chain.Enter(ScriptLink.Next, out fault, out continues);
        Assert.Equal(ScriptFault.NoPreviousScript, fault);
        Assert.False(continues);

        ScriptChain kept = ScriptChain.None.Enter(ScriptLink.FirstKept, out _, out _);
        Assert.Equal(kept, kept.AfterReset());
        Assert.Equal(ScriptChain.None, kept.Enter(null, out fault, out continues));
        Assert.Null(fault);
    }

    private static ImmutableArray<CommandApdu> Expanded(Octets script) =>
        ExpandedScript.TryParse(script.Span, out ExpandedScript read, out PacketError error) ? read.Commands : throw new FormatException($"{error}");

    private static ImmutableArray<CommandApdu> Compact(Octets script) =>
        CompactScript.TryParse(script.Span, out ImmutableArray<CommandApdu> read, out PacketError error) ? read : throw new FormatException($"{error}");
}
