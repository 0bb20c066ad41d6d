using System.Text;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Simulator;

/// <summary>Card files and profiles.</summary>
public sealed class CardFileTests
{
    private const string Key = "00112233445566778899AABBCCDDEEFF";

    [Fact]
    public void A_card_is_what_its_file_says()
    {
        SimulatedCard card = Make(""" "profile": "small", "counter": 16, "memory": 4096, "packages": [{"aid":"A0000000090005FFFFFFFF89F0000000","version":"1.0"}] """);

        Assert.Equal("small", card.Profile.Name);
        Assert.Equal(4096, card.Content.Memory);
        Assert.Equal(16ul, card.KeySets[0].Counter.Value);
        Assert.True(card.Content.Resolves(Aid.Parse("A0000000090005FFFFFFFF89F0000000"), new(1, 0)));
        Assert.True(card.Content.Resolves(Aid.Parse("A0000000620101"), new(1, 3)));
    }

    [Fact]
    public void A_profile_can_be_overridden_member_by_member()
    {
        SimulatedCard card = Make(""" "profile": {"base": "3des", "maxSegments": 9, "errorPor": "silent", "minimumSecurityLevel": "12", "duplicateAidAnsweredAs": "6985"} """);

        Assert.Equal(9, card.Profile.MaxSegments);
        Assert.Equal(ErrorPor.Silent, card.Profile.ErrorPor);
        Assert.False(card.Profile.MinimumSecurity.Ciphered);
        Assert.Equal("6985", card.Profile.DuplicateAidAnsweredAs.ToString());
        Assert.Equal(ReplayAnswer.Unidentified, card.Profile.ReplayAnsweredAs);
    }

    [Fact]
    public void Cards_of_one_profile_share_it() => Assert.Same(
        Make(""" "profile": {"base": "aes", "maxSegments": 2} """).Profile, Make(""" "profile": {"base": "aes", "maxSegments": 2} """).Profile);

    [Theory]
    [InlineData(""" "profile": "gold" """, "There is no profile 'gold'; there are 3des, 3des3, aes, aes-expanded, aes256, small.")]
    [InlineData(""" "profile": {"base": "aes", "maxSegmnts": 2} """, "maxSegmnts")]
    [InlineData(""" "profile": {"base": "aes", "tar": "00"} """, "TAR")]
    public void What_is_not_known_is_said(string members, string expected)
    {
        FormatException exception = Assert.Throws<FormatException>(() => Make(members));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("Card 8949000000000000018: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Key + "00", "aes")]
    [InlineData(Key + "XX", "aes")]
    [InlineData(Key, "des")]
    [InlineData(Key, "rot13")]
    public void A_key_that_does_not_fit_is_refused_and_not_printed(string key, string algorithm)
    {
        FormatException exception = Assert.Throws<FormatException>(() => Make("\"memory\": 1", key, algorithm));

        Assert.DoesNotContain("00112233", exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("0x00", exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory, InlineData("aes"), InlineData("3des"), InlineData("small"), InlineData("aes256"), InlineData("3des3"), InlineData("aes-expanded")]
    public void The_packages_that_toolkit_applets_import_are_there(string name)
    {
        // What the CAP files of TS 102 241's and TS 102 268's test suites import; util (89F0) they bring along
        // themselves.
        (string Aid, byte Minor)[] imports =
        [
            ("A0000000620001", 0), ("A0000000620101", 3), ("A0000000090005FFFFFFFF8911000000", 2),
            ("A0000000090005FFFFFFFF8911010000", 0), ("A0000000090005FFFFFFFF8912000000", 4),
            ("A0000000090005FFFFFFFF8913000000", 0),
        ];
        var content = new CardBench(CardProfiles.Get(name)).Card.Content;

        Assert.All(imports, i => Assert.True(content.Resolves(Aid.Parse(i.Aid), new(1, i.Minor)), i.Aid));
        Assert.False(content.Resolves(Aid.Parse("A0000000090005FFFFFFFF89F0000000"), new PackageVersion(1, 0)));
    }

    private static SimulatedCard Make(string members, string key = Key, string algorithm = "aes")
    {
        string json = $$"""
            {"cards": [{"iccid": "8949000000000000018", "msisdn": "+49 170 0000001", {{members}},
              "keySets": [{"version": 2, "algorithm": "{{algorithm}}", "kic": "{{key}}", "kid": "{{key}}", "dek": "{{key}}"}]}]}
            """;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return Assert.Single(CardFile.Read(stream).Cards).Make(new Account());
    }
}
