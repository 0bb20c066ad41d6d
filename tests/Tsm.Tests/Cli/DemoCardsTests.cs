using System.Numerics;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Cli.Demo;

namespace Tsm.Tests.Cli;

public sealed class DemoCardsTests
{
    [Fact]
    public void Numbers_are_valid_and_unique()
    {
        IReadOnlyList<DemoCard> cards = DemoCards.Make(3000);

        Assert.All(cards, card =>
        {
            Assert.True(Iccid.TryParse(card.Iccid, out _, out string problem), problem);
            Assert.True(Msisdn.TryParse(card.Msisdn, out _, out problem), problem);
            Assert.StartsWith("89", card.Iccid, StringComparison.Ordinal);
            Assert.Equal(0, LuhnSum(card.Iccid) % 10);
        });
        Assert.Equal(cards.Count, cards.Select(c => c.Iccid).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(cards.Count, cards.Select(c => c.Msisdn).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Models_take_turns()
    {
        Assert.Equal(
            [
                "uicc-aes/aes", "uicc-3des/3des", "uicc-small/small", "uicc-aes256/aes256", "uicc-3des3/3des3", "uicc-aes-expanded/aes-expanded",
                "uicc-aes/aes",
            ],
            DemoCards.Make(7).Select(c => $"{c.Model.Name}/{c.Model.Profile}"),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Keys_are_all_different_and_as_long_as_their_model_has_them_and_those_of_3des_have_odd_parity()
    {
        IReadOnlyList<DemoCard> cards = DemoCards.Make(300);
        string[] keys = [.. cards.SelectMany(c => new[] { c.Kic, c.Kid, c.Dek })];

        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.All(cards, c => Assert.All([c.Kic, c.Kid, c.Dek], key => Assert.Equal(c.Model.KeyLength, Octets.Parse(key).Length)));
        Assert.Equal([16, 16, 16, 32, 24, 16], DemoCards.Models.Select(m => m.KeyLength));
        Assert.All(cards.Where(c => c.Model.Algorithm is "3des"), card =>
            Assert.All(Octets.Parse(card.Kic).ToArray(), octet => Assert.Equal(1, BitOperations.PopCount(octet) % 2)));
    }

    [Fact]
    public void Cards_print_without_their_keys()
    {
        DemoCard card = DemoCards.Make(1).Single();
        SimulatorCard simulated = DemoCards.ToSimulator([card]).Cards.Single();

        foreach (string printed in new[] { card.ToString(), simulated.ToString(), simulated.KeySets.Single().ToString() })
        {
            Assert.DoesNotContain(card.Kic, printed, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(card.Kid, printed, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(card.Dek, printed, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Server_and_simulator_get_the_same_cards()
    {
        IReadOnlyList<DemoCard> cards = DemoCards.Make(2);

        string[] csv = DemoCards.ToCsv(cards).TrimEnd().Split('\n');
        SimulatorCards simulated = DemoCards.ToSimulator(cards);

        Assert.Equal("iccid,msisdn,model,kvn,kic,kid,dek", csv[0]);
        Assert.Equal(cards.Count, csv.Length - 1);
        Assert.All(cards.Zip(simulated.Cards, csv[1..]), row => Assert.Equal(
            $"{row.Second.Iccid},{row.Second.Msisdn},{row.First.Model.Name},{row.Second.KeySets[0].Version},"
            + $"{row.Second.KeySets[0].Kic},{row.Second.KeySets[0].Kid},{row.Second.KeySets[0].Dek}",
            row.Third));
    }

    /// <summary>ISO/IEC 7812-1 annex B over all digits, the check digit included: a multiple of ten.</summary>
    private static int LuhnSum(string digits) => digits.Reverse()
        .Select((c, i) => (c - '0') * (i % 2 + 1)).Sum(d => d / 10 + d % 10);
}
