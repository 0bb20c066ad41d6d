using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Caps;
using Tsm.Cli.Demo;

namespace Tsm.Tests.Cli;

public sealed class DemoFindingsTests
{
    private static readonly DemoExpectation Alive = new(["F0546D5301"], ["F0546D53010101"], []);

    [Fact]
    public void A_card_as_expected_is_not_complained_about()
    {
        Assert.Empty(Alive.Check([There("F0546D5301", "LOADED"), There("F0546D53010101", "SELECTABLE")]));
        Assert.Empty(new DemoExpectation([], [], ["F0546D5301"]).Check([There("A000000151000000", "SECURED")]));
        Assert.Empty(new DemoExpectation([], [], ["F0546D5301"]).Check([new() { Aid = "F0546D5301", Wanted = null, Confirmed = null }]));
    }

    [Theory]
    [InlineData("LOCKED (SELECTABLE)", "Instance F0546D53010101 is LOCKED (SELECTABLE), not SELECTABLE.")]
    [InlineData("INSTALLED", "Instance F0546D53010101 is INSTALLED, not SELECTABLE.")]
    [InlineData(null, "Instance F0546D53010101 is not there.")]
    public void An_instance_in_another_state_is_complained_about(string? state, string complaint) =>
        Assert.Equal([complaint], Alive.Check([There("F0546D5301", "LOADED"), There("F0546D53010101", state)]));

    [Fact]
    public void What_should_be_gone_and_what_is_unknown_is_complained_about()
    {
        Assert.Equal(["F0546D5301 is still there."], new DemoExpectation([], [], ["F0546D5301"]).Check([There("F0546D5301", "LOADED")]));
        Assert.Contains("is unknown even after the audit", new DemoExpectation([], [], []).Check(
            [new() { Aid = "F0546D5301", Confirmed = "LOADED", Unknown = true }]).Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"counterReused":[],"executedTwice":[]}""")]
    [InlineData("""{"counterReused":[{"iccid":"1","tar":"000000","counter":5}],"executedTwice":[]}""", "COUNTER_REUSED")]
    [InlineData("""{"counterReused":[],"executedTwice":[{"iccid":"1","command":"LOAD"}]}""", "EXECUTED_TWICE")]
    [InlineData("""{"counterReused":[]}""", "ACCOUNT_INCOMPLETE")]
    public void The_account_is_asked_for_what_must_never_happen(string account, params string[] codes) =>
        Assert.Equal(codes, DemoAccount.Problems(JsonDocument.Parse(account).RootElement).Select(p => p.Code!), StringComparer.Ordinal);

    [Fact]
    public void A_card_model_serves_the_imports_it_has_in_that_version()
    {
        CardPackages model = CardPackages.Of(JsonDocument.Parse(
            """{"name":"m","packages":[{"aid":"A0000000620101","version":"1.5"},{"aid":"A0000000620102","major":1,"minor":3}]}""").RootElement);

        Assert.True(model.Serve(new("A0000000620101", null, "1.2")));
        Assert.False(model.Serve(new("A0000000620101", null, "1.6")));
        Assert.True(model.Serve(new("A0000000620102", null, "1.3")));
        Assert.False(model.Serve(new("F000000001", null, "1.0")));
    }

    [Fact]
    public void A_card_model_without_a_list_serves_what_has_a_name()
    {
        CardPackages model = CardPackages.Of(JsonDocument.Parse("""{"name":"m"}""").RootElement);

        Assert.True(model.Serve(new("A0000000620101", null, "1.2")));
        Assert.False(model.Serve(new("F000000001", null, "1.0")));
    }

    [Theory]

    // 80 of INSTALL, 8 of load file and 5 of its LOAD are 93: (137 - 10) / 16 * 16 = 112 less 14 are 98 in a single SMS.
    [InlineData(8, 1, 16, 240, 1, 1)]
    [InlineData(13, 1, 16, 240, 1, 1)]
    [InlineData(14, 1, 16, 240, 2, 2)]

    // Five segments hold 132 + 4 * 134 = 668: (668 - 10) / 16 * 16 - 14 = 642, less 80 and three LOADs of 5 are 547.
    [InlineData(547, 5, 16, 240, 1, 5)]
    [InlineData(548, 5, 16, 240, 2, 6)]

    // As counted on simulated cards with the sample applet: 1742 octets, three kinds of cards.
    [InlineData(1742, 5, 16, 240, 3, 15)]
    [InlineData(1742, 5, 8, 240, 3, 15)]
    [InlineData(1742, 3, 16, 120, 6, 16)]
    public void The_number_of_SMS_follows_from_the_sizes_of_the_layers(int loadFile, int segments, int cipher, int block, int packets, int sms)
    {
        CostReport cost = SmsEstimate.Of(loadFile, "card", segments, cipher, block);

        Assert.Equal((packets, sms), (cost.Packets, cost.Sms));
    }

    private static Content There(string aid, string? state) => new() { Aid = aid, Kind = "application", Confirmed = state };
}
