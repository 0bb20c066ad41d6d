using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Simulator;

/// <summary>
/// What the card's registry grants and refuses, with the status words of real cards (GPCS 2.3.1 §11).
/// </summary>
public sealed class ContentTests
{
    private static readonly Aid Package = CardBench.SamplePackage;
    private static readonly Aid Module = CardBench.SampleModule;
    private static readonly Aid Other = Aid.Parse("F0546D530199");

    [Theory, InlineData("aes", 240), InlineData("3des", 240), InlineData("small", 200), InlineData("aes256", 240), InlineData("3des3", 240)]
    public void An_applet_is_loaded_and_installed(string profile, int block)
    {
        var bench = new CardBench(CardProfiles.Get(profile));

        bench.Load(block);
        bench.Install();

        Assert.Equal(Package, Assert.Single(bench.Card.Content.LoadFiles).Aid);
        Assert.Equal(LifeCycle.Selectable, Assert.Single(bench.Card.Content.Instances).State);
        Assert.Null(bench.Card.Load);
        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Empty(bench.Account.RepeatedAfterSuccess);
    }

    [Fact]
    public void LOAD_without_INSTALL_is_6985() => new CardBench().Expect("6985", CardBench.SampleBlocks()[0]);

    [Fact]
    public void LOAD_with_a_gap_in_its_numbers_is_6A86_and_ends_the_load()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Package));
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Expect("6A86", CardBench.SampleBlocks()[2]);

        bench.Expect("6985", CardBench.SampleBlocks()[1]);
        Assert.Equal(0, bench.Card.Content.Used);
        Assert.Equal(1, bench[Tally.LoadsAborted]);
    }

    [Fact]
    public void A_load_file_that_ends_too_early_is_6A80()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Package));

        bench.Expect("6A80", LoadCommand.Block(last: true, 0, CardBench.SampleLoadFile().Span[..100]));

        Assert.Equal(0, bench.Card.Content.Used);
    }

    [Fact]
    public void A_load_file_longer_than_it_says_is_6A80()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Package));

        bench.Expect("6A80", LoadCommand.Block(last: false, 0, [0xC4, 0x01, 0x00, 0x00]));
    }

    [Fact]
    public void A_load_file_that_is_none_is_6400()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Package));

        bench.Expect("6400", LoadCommand.Block(last: true, 0, [0xC4, 0x02, 0x00, 0x00]));
    }

    [Fact]
    public void A_load_file_of_another_package_is_6A80()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Other));
        IReadOnlyList<CommandApdu> blocks = CardBench.SampleBlocks();
        foreach (CommandApdu block in blocks.SkipLast(1))
        {
            bench.Expect("9000", block);
        }

        bench.Expect("6A80", blocks[^1]);
    }

    [Theory]
    [InlineData("A0000000090005FFFFFFFF89F0000000", 1, 0, "6438")]
    [InlineData("A0000000090005FFFFFFFF8912000000", 1, 4, "9000")]
    [InlineData("A0000000090005FFFFFFFF8912000000", 1, 99, "6438")]
    [InlineData("A0000000090005FFFFFFFF8912000000", 2, 0, "6438")]
    public void An_import_needs_the_same_major_and_at_least_the_minor_version(string import, byte major, byte minor,
        string expected)
    {
        var bench = new CardBench();
        Octets cap = new CapBuilder
        {
            PackageAid = Other,
            Name = "tsm.test",
            Applets = [new(Aid.Parse("F0546D53019901"), 40)],
            Imports = [new(Aid.Parse(import), major, minor)],
        }.Build();
        bench.Expect("9000", InstallCommand.ForLoad(Other));
        IReadOnlyList<CommandApdu> blocks = LoadCommand.Blocks(CardBench.LoadFileOf(cap), 240);
        foreach (CommandApdu block in blocks.SkipLast(1))
        {
            bench.Expect("9000", block);
        }

        bench.Expect(expected, blocks[^1]);

        int loaded = string.Equals(expected, "9000", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(loaded, bench.Card.Content.LoadFiles.Count);
        Assert.Equal(bench.Card.Content.LoadFiles.Sum(f => f.Memory), bench.Card.Content.Used);
    }

    [Theory, InlineData("6A80"), InlineData("6985")]
    public void INSTALL_for_load_of_an_AID_that_is_taken_is_refused_as_the_profile_says(string status)
    {
        var bench = new CardBench(CardProfiles.Aes with { DuplicateAidAnsweredAs = new(Convert.ToUInt16(status, 16)) });
        bench.Load();

        bench.Expect(status, InstallCommand.ForLoad(Package));
        bench.Expect(status, InstallCommand.ForLoad(Aid.Parse("A0000000620101")));
    }

    [Fact]
    public void INSTALL_for_load_for_a_domain_that_is_not_there_is_6A88() =>
        new CardBench().Expect("6A88", InstallCommand.ForLoad(Package, Other));

    [Fact]
    public void The_hash_of_the_load_file_must_fit()
    {
        Assert.True(LoadFileContent.TryParse(CardBench.SampleLoadFile().Span, out LoadFileContent content, out _));
        byte[] hash = System.Security.Cryptography.SHA256.HashData(content.DataBlock.Span);
        var right = new CardBench();
        right.Expect("9000", InstallCommand.ForLoad(Package, hash: Octets.Copy(hash)));
        hash[0] ^= 1;
        var wrong = new CardBench();
        wrong.Expect("9000", InstallCommand.ForLoad(Package, hash: Octets.Copy(hash)));

        foreach (CommandApdu block in CardBench.SampleBlocks().SkipLast(1))
        {
            right.Expect("9000", block);
            wrong.Expect("9000", block);
        }

        right.Expect("9000", CardBench.SampleBlocks()[^1]);
        wrong.Expect("6A80", CardBench.SampleBlocks()[^1]);
    }

    [Fact]
    public void A_load_file_that_does_not_fit_is_6A84_at_its_first_block()
    {
        var bench = new CardBench(memory: 1000);
        bench.Expect("9000", InstallCommand.ForLoad(Package));

        bench.Expect("6A84", CardBench.SampleBlocks()[0]);
    }

    [Fact]
    public void A_code_quota_that_does_not_fit_is_6A84_at_once() =>
        new CardBench(memory: 1000)
            .Expect("6A84", InstallCommand.ForLoad(Package, parameters: Octets.Parse("EF04C6021000")));

    [Fact]
    public void An_instance_that_does_not_fit_is_6A84_and_another_does()
    {
        var bench = new CardBench(memory: 2400);
        bench.Load();
        int free = bench.Card.Content.Free;
        Octets Asking(int octets) => new InstallParameters { NonVolatileQuota = octets }.ToOctets();

        bench.Expect("6A84", InstallCommand.ForInstall(Package, Module, Module, parameters: Asking(free)));
        bench.Expect("9000",
            InstallCommand.ForInstall(Package, Module, Module, parameters:
                Asking(free - bench.Profile.InstanceMemory)));

        Assert.Equal(0, bench.Card.Content.Free);
    }

    [Fact]
    public void A_load_does_not_survive_a_reset()
    {
        var bench = new CardBench();
        bench.Expect("9000", InstallCommand.ForLoad(Package));
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Card.Reset();

        bench.Expect("6985", CardBench.SampleBlocks()[1]);
        Assert.Equal(0, bench.Card.Content.Used);
        bench.Load();
        Assert.Empty(bench.Account.ExecutedTwice);
    }

    [Fact]
    public void A_load_survives_a_reset_where_the_profile_says_so()
    {
        var bench = new CardBench(CardProfiles.Aes with { LoadSurvivesReset = true });
        bench.Expect("9000", InstallCommand.ForLoad(Package));
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Card.Reset();

        bench.Expect("9000", CardBench.SampleBlocks()[1]);
    }

    [Theory, InlineData(false, "6985"), InlineData(true, "9000")]
    public void A_load_does_not_survive_a_foreign_command_unless_the_profile_says_so(bool survives, string expected)
    {
        var bench = new CardBench(CardProfiles.Aes with { LoadSurvivesForeignCommand = survives });
        bench.Expect("9000", InstallCommand.ForLoad(Package));
        bench.Expect("9000", CardBench.SampleBlocks()[0]);

        bench.Run(new GetStatusCommand(RegistryScope.IssuerSecurityDomain).ToApdu());

        bench.Expect(expected, CardBench.SampleBlocks()[1]);
    }

    [Fact]
    public void INSTALL_for_install_needs_load_file_module_a_free_AID_and_C9()
    {
        var bench = new CardBench();
        bench.Expect("6A88", InstallCommand.ForInstall(Package, Module, Module));
        bench.Load();
        bench.Expect("6A88", InstallCommand.ForInstall(Package, Other, Module));
        bench.Expect("6A80", InstallCommand.ForInstall(Package, Module, Module, parameters: Octets.Parse("EF00")));
        bench.Expect("6A80", InstallCommand.ForInstall(Package, Module, Package));

        bench.Expect("9000", InstallCommand.ForInstall(Package, Module, Module));

        bench.Expect("6A80", InstallCommand.ForInstall(Package, Module, Module));
        Assert.Equal(LifeCycle.Installed, Assert.Single(bench.Card.Content.Instances).State);
    }

    [Fact]
    public void Only_what_is_INSTALLED_becomes_SELECTABLE()
    {
        var bench = new CardBench();
        bench.Load();
        bench.Expect("6A88", InstallCommand.ForMakeSelectable(Module));
        bench.Expect("9000", InstallCommand.ForInstall(Package, Module, Module));

        bench.Expect("9000", InstallCommand.ForMakeSelectable(Module));

        bench.Expect("6985", InstallCommand.ForMakeSelectable(Module));
    }

    [Fact]
    public void Locking_and_unlocking_lead_back_to_the_state_before_and_refuse_the_current_one()
    {
        var bench = new CardBench();
        bench.Expect("6A88", SetStatusCommand.Lock(Module));
        bench.Load();
        bench.Install();
        bench.Expect("6985", SetStatusCommand.Unlock(Module));

        bench.Expect("9000", SetStatusCommand.Lock(Module));
        Assert.Equal("LOCKED (SELECTABLE)", bench.Card.Content.Instances[0].State.ToString());
        bench.Expect("6985", SetStatusCommand.Lock(Module));
        bench.Expect("6985", InstallCommand.ForMakeSelectable(Module));
        bench.Expect("9000", SetStatusCommand.Unlock(Module));

        Assert.Equal(LifeCycle.Selectable, bench.Card.Content.Instances[0].State);
    }

    [Fact]
    public void The_final_application_cannot_be_locked()
    {
        var bench = new CardBench();
        bench.Load();
        bench.Expect("9000",
            InstallCommand.ForInstallAndMakeSelectable(Package, Module, Module, Privileges.FinalApplication));

        bench.Expect("6985", SetStatusCommand.Lock(Module));
    }

    [Fact]
    public void DELETE_refuses_what_is_needed_and_frees_what_is_not()
    {
        var bench = new CardBench();
        bench.Expect("6A88", DeleteCommand.For(Package, related: false));
        bench.Load();
        bench.Install();
        bench.Expect("6985", DeleteCommand.For(Package, related: false));

        bench.Expect("9000", DeleteCommand.For(Module, related: false));
        bench.Expect("9000", DeleteCommand.For(Package, related: false));

        bench.Expect("6A88", DeleteCommand.For(Package, related: false));
        bench.Expect("6985", DeleteCommand.For(Aid.IssuerSecurityDomain, related: false));
        bench.Expect("6985", DeleteCommand.For(Aid.Parse("A0000000620101"), related: false));
        Assert.Equal(0, bench.Card.Content.Used);
    }

    [Fact]
    public void DELETE_with_related_objects_takes_the_instances_along()
    {
        var bench = new CardBench();
        bench.Load();
        bench.Install();
        bench.Install(Other);

        bench.Expect("9000", DeleteCommand.For(Package, related: true));

        Assert.Empty(bench.Card.Content.Instances);
        Assert.Equal(0, bench.Card.Content.Used);
        bench.Load();
        bench.Install();
        Assert.Empty(bench.Account.ExecutedTwice);
        Assert.Empty(bench.Account.RepeatedAfterSuccess);
    }

    [Fact]
    public void A_library_that_another_load_file_imports_is_not_deleted()
    {
        var bench = new CardBench();
        bench.Load();
        Octets cap = new CapBuilder
        {
            PackageAid = Other,
            Name = "tsm.test",
            Applets = [new(Aid.Parse("F0546D53019901"), 40)],
            Imports = [new(Package, 1, 0)],
        }.Build();
        bench.Expect("9000", InstallCommand.ForLoad(Other));
        bench.Expect("9000", LoadCommand.Blocks(CardBench.LoadFileOf(cap), 240)[0]);
        foreach (CommandApdu block in LoadCommand.Blocks(CardBench.LoadFileOf(cap), 240).Skip(1))
        {
            bench.Expect("9000", block);
        }

        bench.Expect("6985", DeleteCommand.For(Package, related: true));
        bench.Expect("9000", DeleteCommand.For(Other, related: false));
        bench.Expect("9000", DeleteCommand.For(Package, related: true));
    }
}
