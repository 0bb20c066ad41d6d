using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Simulator;

/// <summary>What the card tells: GET STATUS in pages, GET RESPONSE, GET DATA, and how a script ends.</summary>
public sealed class ContentReadingTests
{
    private static readonly Aid Package = CardBench.SamplePackage;
    private static readonly Aid Module = CardBench.SampleModule;
    private static readonly Aid Other = Aid.Parse("F0546D530199");

    [Fact]
    public void GET_STATUS_lists_page_after_page()
    {
        var bench = new CardBench(CardProfiles.Small);
        bench.Load(200);
        Aid[] instances = [.. Enumerable.Range(0, 9).Select(i => Aid.Parse($"F0546D5301AA{i:D2}"))];
        foreach (Aid instance in instances)
        {
            bench.Install(instance);
        }

        var first = new GetStatusCommand(RegistryScope.Applications);
        var found = new List<RegistryEntry>();
        CompactResponse page = bench.Run(first.ToApdu(), CompactScript.GetResponse);
        int pages = 0;
        while (true)
        {
            pages++;
            Assert.True(page.Data.Length <= 120);
            Assert.True(RegistryEntry.TryParsePage(page.Data.Span, out var entries, out _));
            found.AddRange(entries);
            if (page.Status == StatusWord.Success)
            {
                break;
            }

            Assert.Equal(StatusWord.MoreData, page.Status);
            page = bench.Run((first with { Next = true }).ToApdu(), CompactScript.GetResponse);
        }

        Assert.True(pages > 2);
        Assert.Equal(instances, found.Select(e => e.Aid));
        Assert.All(found, e => Assert.Equal(Package, e.LoadFile));
        bench.Expect("6985", (first with { Next = true }).ToApdu(), CompactScript.GetResponse);
    }

    [Theory, InlineData(false, "6985"), InlineData(true, "6310")]
    public void The_position_of_GET_STATUS_is_lost_when_another_command_comes_between(bool survives, string expected)
    {
        var bench = new CardBench(CardProfiles.Small with { StatusPositionSurvives = survives });
        bench.Load(200);
        for (int i = 0; i < 9; i++)
        {
            bench.Install(Aid.Parse($"F0546D5301AA{i:D2}"));
        }

        var first = new GetStatusCommand(RegistryScope.Applications);
        bench.Expect("6310", first.ToApdu(), CompactScript.GetResponse);
        bench.Run(new CommandApdu(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0));

        bench.Expect(expected, (first with { Next = true }).ToApdu(), CompactScript.GetResponse);
    }

    [Fact]
    public void GET_STATUS_says_what_it_found_and_what_it_cannot_do()
    {
        var bench = new CardBench();
        bench.Expect("6A88", new GetStatusCommand(RegistryScope.LoadFiles).ToApdu());
        bench.Load();

        CompactResponse files = bench.Run(StatusOf(RegistryScope.LoadFilesAndModules), CompactScript.GetResponse);
        CompactResponse domain = bench.Run(StatusOf(RegistryScope.IssuerSecurityDomain), CompactScript.GetResponse);

        Assert.True(RegistryEntry.TryParsePage(files.Data.Span, out var file, out _));
        Assert.Equal(Package, Assert.Single(file).Aid);
        Assert.Equal(Module, Assert.Single(file[0].Modules));
        Assert.Equal(new PackageVersion(1, 0), file[0].Version);
        Assert.True(RegistryEntry.TryParsePage(domain.Data.Span, out var issuer, out _));
        Assert.Equal(Aid.IssuerSecurityDomain, Assert.Single(issuer).Aid);
        Assert.Equal("SECURED", issuer[0].LifeCycle.Name(RegistryKind.IssuerSecurityDomain));
        bench.Expect("6A88", new GetStatusCommand(RegistryScope.LoadFiles, Octets.Parse("AA")).ToApdu());
        bench.Expect("6A86", new CommandApdu(0x80, Instruction.GetStatus, 0x40, 0x00, Octets.Parse("4F00")));
        bench.Expect("6A80", new CommandApdu(0x80, Instruction.GetStatus, 0x40, 0x02, Octets.Parse("5C00")));
        bench.Expect("6A86", new GetStatusCommand(RegistryScope.IssuerSecurityDomain, Next: true).ToApdu());
    }

    [Fact]
    public void GET_STATUS_without_GET_RESPONSE_says_how_many_octets_wait()
    {
        var bench = new CardBench();

        CompactResponse answer =
            bench.Run(new GetStatusCommand(RegistryScope.IssuerSecurityDomain) { Tags = default }.ToApdu());

        // E3 13: 4F 08 and eight octets, 9F70 01 0F, C5 03 and three octets.
        Assert.Equal("6115", answer.Status.ToString());
        Assert.True(answer.Data.IsEmpty);
    }

    [Theory, InlineData("aes", 2), InlineData("small", 1)]
    public void Whether_GET_RESPONSE_counts_is_a_matter_of_the_profile(string profile, int expected)
    {
        var bench = new CardBench(CardProfiles.Get(profile));

        CompactResponse answer = bench.Run(StatusOf(RegistryScope.IssuerSecurityDomain), CompactScript.GetResponse);

        Assert.Equal(expected, answer.Executed);
        Assert.Equal("9000", answer.Status.ToString());
        Assert.False(answer.Data.IsEmpty);
    }

    [Fact]
    public void A_script_ends_at_its_first_error()
    {
        var bench = new CardBench();

        CompactResponse answer = bench.Run(
            InstallCommand.ForLoad(Package), DeleteCommand.For(Other, related: false), InstallCommand.ForLoad(Other));

        Assert.Equal(2, answer.Executed);
        Assert.Equal("6A88", answer.Status.ToString());
        Assert.Null(bench.Card.Load);
    }

    [Fact]
    public void GET_DATA_tells_the_keys_and_what_is_free()
    {
        var bench = new CardBench();

        CompactResponse keys = bench.Run(new CommandApdu(0x80, Instruction.GetData, 0x00, 0xE0, Le: 0));
        CompactResponse resources = bench.Run(new CommandApdu(0x80, Instruction.GetData, 0xFF, 0x21, Le: 0));

        Assert.Equal("E012C00401028810C00402028810C00403028810", keys.Data.ToString());
        Assert.Equal("FF210C8101008203010000" + "83020800", resources.Data.ToString());
        bench.Expect("6C14", new CommandApdu(0x80, Instruction.GetData, 0x00, 0xE0, Le: 5));
        bench.Expect("6A88", new CommandApdu(0x80, Instruction.GetData, 0x5F, 0x50, Le: 0));
    }

    [Fact]
    public void Unknown_instructions_and_classes_are_6D00_and_6E00()
    {
        var bench = new CardBench();

        bench.Expect("6D00", new CommandApdu(0x80, Instruction.ManageChannel, 0, 0, Octets.Parse("00")));
        bench.Expect("6E00", new CommandApdu(0x00, Instruction.Install, 2, 0, Octets.Parse("00")));
        bench.Expect("6985", CompactScript.GetResponse);
    }

    [Fact]
    public void INSTALL_and_DELETE_are_confirmed_with_00_where_the_profile_says_so()
    {
        Assert.Equal("00", new CardBench().Run(InstallCommand.ForLoad(Package)).Data.ToString());
        Assert.True(new CardBench(CardProfiles.Small).Run(InstallCommand.ForLoad(Package)).Data.IsEmpty);
    }

    private static CommandApdu StatusOf(RegistryScope scope) => new GetStatusCommand(scope).ToApdu();
}
