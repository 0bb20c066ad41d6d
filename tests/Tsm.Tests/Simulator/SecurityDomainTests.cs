using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Scp80;
using Tsm.Simulator.Cards;
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

namespace Tsm.Tests.Simulator;

/// <summary>Security domains below the issuer's: how they come, what they may do and how packets find them.</summary>
public sealed class SecurityDomainTests
{
    private static readonly CommandApdu KeyInformation = GetDataCommand.For(CardObject.KeyInformation);

    [Theory, InlineData("aes"), InlineData("3des"), InlineData("small"), InlineData("aes256"), InlineData("3des3"), InlineData("aes-expanded")]
    public void S3_04_The_issuers_domain_makes_a_domain_with_the_AID_and_the_TAR_it_is_told(string profile)
    {
        var bench = new CardBench(CardProfiles.Get(profile));

        bench.Expect("9000", DomainBench.ForDomain());

        SecurityDomain domain = Assert.Single(bench.Card.Environment.Supplementary);
        Assert.Equal((DomainBench.Provider, LifeCycle.Selectable), (domain.Aid, domain.State));
        Assert.Equal(DomainBench.ProviderTar, Assert.Single(domain.Tars));
        Assert.Equal(bench.Card.Environment.Issuer, domain.Parent);
        Assert.Equal(bench.Profile.DomainMemory, bench.Card.Content.Used);
        Assert.Equal("808000", domain.Privileges.ToThreeOctets().ToString());
    }

    [Fact]
    public void S3_04_A_domain_without_keys_takes_packets_under_the_keys_and_counters_of_its_parent()
    {
        using var bench = new DomainBench();
        bench.Bench.Expect("9000", DomainBench.ForDomain());

        Octets answer = bench.Bench.Run(CompactScript.Write([KeyInformation]), DomainBench.ProviderTar);

        Assert.True(CompactResponse.TryParse(answer.Span, out CompactResponse response, out _));
        Assert.Equal(("9000", "E000"), (response.Status.ToString(), response.Data.ToString()));
        Assert.Equal(bench.Bench.Counter, bench.Bench.Card.KeySets[0].Counter);
    }

    [Fact]
    public void S3_04_Its_own_keys_make_a_domain_PERSONALIZED_and_serve_alone_with_a_counter_of_their_own()
    {
        using var bench = new DomainBench();
        var own = new TestKeys(1, 0x30);
        bench.Bench.Expect("9000", DomainBench.ForDomain());
        Octets put = bench.Bench.Run(CompactScript.Write([own.Put(0, bench.IssuerKeys).ToApdu(), CompactScript.GetResponse]), DomainBench.ProviderTar);

        Assert.True(CompactResponse.TryParse(put.Span, out CompactResponse stored, out _));
        Assert.True(PutKeyResponse.TryParse(stored.Data.Span, out PutKeyResponse answer, out _));
        Assert.True(PutKeyCommand.TryParse(own.Put(0, bench.IssuerKeys), out PutKeyRequest request, out _));
        Assert.True(answer.Confirms(request.Data));
        Assert.Equal(LifeCycle.Personalized, bench.Domain().State);

        CompactResponse keys = bench.Run(own, DomainBench.ProviderTar, KeyInformation);

        Assert.Equal("E012C00401018810C00402018810C00403018810", keys.Data.ToString());
        Assert.Equal(new Counter(1), Assert.Single(bench.Domain().KeySets).Counter);
        CommandHeader header = bench.Bench.Header() with { Tar = DomainBench.ProviderTar };
        Assert.Equal(
            ResponseStatus.UnidentifiedSecurityError,
            bench.Bench.Transmit(bench.Bench.Protect(header, KeyInformation), header)!.Status);
    }

    [Fact]
    public void S3_07_The_TAR_says_which_domain_executes_and_a_replay_at_another_TAR_is_refused()
    {
        using var bench = new DomainBench();
        bench.Make();
        bench.Make(aid: DomainBench.Second, tar: DomainBench.SecondTar);
        var keys = new TestKeys(1, 0x30);
        var second = new TestKeys(1, 0x30);
        CommandApdu store = new(0x80, Instruction.StoreData, 0x90, 0, Octets.Parse("DF7002AABB"));
        CommandApdu get = GetDataCommand.For(0xDF70);

        Assert.Equal("9000", bench.Run(keys, DomainBench.ProviderTar, store).Status.ToString());

        Assert.Equal("DF7002AABB", bench.Run(keys, DomainBench.ProviderTar, get).Data.ToString());
        Assert.Equal("6A88", bench.Run(second, DomainBench.SecondTar, get).Status.ToString());
        Assert.Equal((2ul, 1ul), (bench.Domain().KeySets[0].Counter.Value, bench.Domain(DomainBench.Second).KeySets[0].Counter.Value));
        Assert.Empty(bench.Bench.Account.CounterReused);
    }

    [Fact]
    public void A_counter_that_serves_two_TARs_of_one_key_set_is_found()
    {
        using var bench = new DomainBench();
        bench.Bench.Expect("9000", DomainBench.ForDomain());
        CommandHeader header = bench.Bench.Header();
        bench.Bench.Transmit(bench.Bench.Protect(header, KeyInformation), header);
        CommandHeader again = header with { Tar = DomainBench.ProviderTar };

        ResponseOpening? answer = bench.Bench.Transmit(bench.Bench.Protect(again, KeyInformation), again);

        Assert.Equal(ResponseStatus.CounterLow, answer!.Status);
        Assert.Equal("ABC001", Assert.Single(bench.Bench.Account.CounterReused).Tar);
    }

    [Theory]
    [InlineData("aes", ScriptFormat.Compact)]
    [InlineData("aes-expanded", ScriptFormat.Expanded)]
    public void A_domain_takes_the_script_format_of_its_card(string profile, ScriptFormat format)
    {
        var bench = new CardBench(CardProfiles.Get(profile));
        bench.Expect("9000", DomainBench.ForDomain());
        Octets script = format == ScriptFormat.Expanded
            ? ExpandedScript.Of(KeyInformation).ToOctets()
            : CompactScript.Write([KeyInformation]);

        Octets answer = bench.Run(script, DomainBench.ProviderTar);

        Assert.Equal(format, ScriptFormatDetection.OfResponse(answer.Span));
        Assert.Contains("E000", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_has_a_minimum_security_level_of_its_own_where_it_is_told()
    {
        var bench = new CardBench();
        Octets parameters = new InstallParameters
        {
            Toolkit = new ToolkitParameters { Tars = [DomainBench.ProviderTar], MinimumSecurity = ToolkitParameters.AtLeast(0x12) },
        }.ToOctets();
        bench.Expect("9000", InstallCommand.ForInstallAndMakeSelectable(
            Aid.SecurityDomainLoadFile, Aid.SecurityDomainModule, DomainBench.Provider, Privileges.SecurityDomain, parameters));

        CommandHeader enough = bench.Header("1239") with { Tar = DomainBench.ProviderTar };
        ResponseOpening? taken = bench.Transmit(bench.Protect(enough, KeyInformation), enough);
        CommandHeader little = bench.Header("0239") with { Tar = DomainBench.ProviderTar };
        ResponseOpening? refused = bench.Transmit(bench.Protect(little, KeyInformation), little);

        Assert.Equal(ResponseStatus.Ok, taken!.Status);
        Assert.Equal(ResponseStatus.InsufficientSecurityLevel, refused!.Status);
    }

    [Fact]
    public void A_domain_that_is_only_INSTALLED_has_no_TAR_yet()
    {
        using var bench = new DomainBench();
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain(purpose: InstallPurpose.Install));
        CommandHeader header = bench.Bench.Header() with { Tar = DomainBench.ProviderTar };

        Assert.Equal(ResponseStatus.TarUnknown, bench.Bench.Transmit(bench.Bench.Protect(header, KeyInformation), header)!.Status);
        bench.Expect("9000", bench.Issuer, InstallCommand.ForMakeSelectable(DomainBench.Provider));

        Assert.Equal(LifeCycle.Selectable, bench.Domain().State);
        bench.Bench.Run(CompactScript.Write([KeyInformation]), DomainBench.ProviderTar);
    }

    [Fact]
    public void A_TAR_that_something_has_is_6A80()
    {
        using var bench = new DomainBench();
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain());

        bench.Expect("6A80", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, DomainBench.ProviderTar));
        bench.Expect("6A80", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, Tar.IssuerSecurityDomain));
        bench.Expect("6A80", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, Tar.SimFileSystem));
        bench.Expect("6A80", bench.Issuer, DomainBench.ForDomain(DomainBench.Provider, DomainBench.SecondTar));

        Assert.Single(bench.Environment.Supplementary);
        Assert.Equal(bench.Bench.Profile.DomainMemory, bench.Content.Used);
    }

    [Fact]
    public void A_TAR_may_come_in_the_parameters_of_old_toolkits_and_those_of_applets_count_too()
    {
        using var bench = new DomainBench();
        Octets old = new InstallParameters { SimToolkit = new SimToolkitParameters { Tars = [DomainBench.ProviderTar] } }.ToOctets();
        Octets applet = new InstallParameters { Toolkit = new ToolkitParameters { Tars = [DomainBench.SecondTar] } }.ToOctets();
        CommandApdu install = InstallCommand.ForInstall(CardBench.SamplePackage, CardBench.SampleModule, CardBench.SampleModule, default, applet);
        bench.Load(bench.Issuer);

        bench.Expect("9000", bench.Issuer, install, InstallCommand.ForInstallAndMakeSelectable(
            Aid.SecurityDomainLoadFile, Aid.SecurityDomainModule, DomainBench.Provider, Privileges.SecurityDomain, old));

        Assert.Equal(bench.Domain(), bench.Environment.FindByTar(DomainBench.ProviderTar));
        bench.Expect("6A80", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar));
        bench.Expect("9000", bench.Issuer, DeleteCommand.For(CardBench.SampleModule, related: false));
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar));
    }

    [Fact]
    public void A_domain_without_toolkit_parameters_takes_the_TAR_in_its_AID()
    {
        var aid = Aid.Parse("F0546D5302000000000000 00ABCDEF00");
        using var bench = new DomainBench();

        bench.Expect("9000", bench.Issuer, InstallCommand.ForInstallAndMakeSelectable(
            Aid.SecurityDomainLoadFile, Aid.SecurityDomainModule, aid, Privileges.SecurityDomain));

        Assert.Equal(Tar.Parse("ABCDEF"), Assert.Single(bench.Domain(aid).Tars));
    }

    [Theory]
    [InlineData("A04000", "6A80")]
    [InlineData("802000", "6A80")]
    [InlineData("800080", "6A80")]
    [InlineData("C0", "6A80")]
    [InlineData("00", "6A80")]
    [InlineData("20", "6A80")]
    [InlineData("A0", "9000")]
    [InlineData("804000", "9000")]
    [InlineData("800000", "9000")]
    public void Privileges_that_exclude_each_other_or_are_the_issuers_are_6A80(string privileges, string expected)
    {
        using var bench = new DomainBench();
        Octets wanted = Octets.Parse(privileges);
        CommandApdu command = DomainBench.ForDomain();
        byte[] data = command.Data.ToArray();
        int at = 1 + 7 + 1 + 8 + 1 + DomainBench.Provider.Length;
        command = command with { Data = Octets.Own([.. data[..at], (byte)wanted.Length, .. wanted.Span, .. data[(at + 2)..]]) };

        bench.Expect(expected, bench.Issuer, command);

        if (privileges.Length == 6 && string.Equals(expected, "9000", StringComparison.Ordinal))
        {
            // Three octets are taken as they are; one gives Trusted Path too.
            Assert.Equal(privileges, bench.Domain().Privileges.ToThreeOctets().ToString());
        }
    }

    [Fact]
    public void An_applet_is_no_domain_and_the_stock_domain_is_no_applet()
    {
        using var bench = new DomainBench();
        bench.Load(bench.Issuer);

        bench.Expect("6A80", bench.Issuer, InstallCommand.ForInstall(
            CardBench.SamplePackage, CardBench.SampleModule, CardBench.SampleModule, Privileges.SecurityDomain));
        bench.Expect("6A88", bench.Issuer, InstallCommand.ForInstall(
            Aid.SecurityDomainLoadFile, CardBench.SampleModule, DomainBench.Provider, Privileges.SecurityDomain));
    }

    [Theory, InlineData("8502AABB"), InlineData("81029900"), InlineData("820100AA")]
    public void Parameters_that_a_domain_does_not_have_are_6A80(string parameters)
    {
        using var bench = new DomainBench();
        Octets install = new InstallParameters { Application = Octets.Parse(parameters) }.ToOctets();

        bench.Expect("6A80", bench.Issuer, InstallCommand.ForInstall(
            Aid.SecurityDomainLoadFile, Aid.SecurityDomainModule, DomainBench.Provider, Privileges.SecurityDomain, install));
    }

    [Fact]
    public void A_domain_that_does_not_fit_is_6A84()
    {
        using var bench = new DomainBench(memory: 500);

        bench.Expect("6A84", bench.Issuer, DomainBench.ForDomain());

        Assert.Empty(bench.Environment.Supplementary);
    }

    [Fact]
    public void The_stock_package_stays_and_is_listed_where_the_profile_says_so()
    {
        CommandApdu list = new GetStatusCommand(RegistryScope.LoadFilesAndModules).ToApdu();
        using var silent = new DomainBench();
        using var telling = new DomainBench(CardProfiles.Aes with { ListsSecurityDomainFile = true });

        silent.Expect("6A88", silent.Issuer, list);
        silent.Expect("6985", silent.Issuer, DeleteCommand.For(Aid.SecurityDomainLoadFile, related: true));
        silent.Expect("6A80", silent.Issuer, InstallCommand.ForLoad(Aid.SecurityDomainLoadFile));

        RegistryEntry entry = Assert.Single(DomainBench.Entries(telling.Execute(telling.Issuer, list)));
        Assert.Equal(Aid.SecurityDomainLoadFile, entry.Aid);
        Assert.Equal(Aid.SecurityDomainModule, Assert.Single(entry.Modules));
    }

    [Fact]
    public void A_domain_with_AM_makes_domains_below_itself()
    {
        using var bench = new DomainBench();
        SecurityDomain parent = bench.Make(Privileges.SecurityDomain | Privileges.AuthorizedManagement);

        bench.Expect("9000", parent, DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar));

        SecurityDomain child = bench.Domain(DomainBench.Second);
        Assert.Equal(parent, child.Parent);
        Assert.Equal(parent.KeySets, child.ServingKeySets);
        bench.Expect("6985", bench.Issuer, DeleteCommand.For(DomainBench.Provider, related: false));
    }

    [Fact]
    public void A_locked_domain_rejects_every_command_until_its_parent_unlocks_it()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        var keys = new TestKeys(1, 0x30);
        bench.Expect("9000", bench.Issuer, SetStatusCommand.Lock(DomainBench.Provider));

        Assert.Equal("6985", bench.Run(keys, DomainBench.ProviderTar, KeyInformation).Status.ToString());
        bench.Expect("6985", domain, SetStatusCommand.Unlock(DomainBench.Provider));
        bench.Expect("9000", bench.Issuer, SetStatusCommand.Unlock(DomainBench.Provider));

        Assert.Equal(LifeCycle.Personalized, domain.State);
        Assert.Equal("9000", bench.Run(keys, DomainBench.ProviderTar, KeyInformation).Status.ToString());
    }

    [Fact]
    public void A_domain_told_to_wait_says_itself_when_it_is_PERSONALIZED()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make(parameters: new() { PersonalizedExplicitly = true });
        var set = new CommandApdu(0x80, Instruction.SetStatus, 0x40, 0x0F, DomainBench.Provider.Octets);
        Assert.Equal(LifeCycle.Selectable, domain.State);

        bench.Expect("6985", bench.Issuer, set);
        bench.Expect("9000", domain, set);

        Assert.Equal(LifeCycle.Personalized, domain.State);
        bench.Expect("6985", domain, set);
    }

    [Fact]
    public void SET_STATUS_60_locks_a_domain_with_its_applications_and_passes_over_what_is_locked()
    {
        using var bench = new DomainBench();
        bench.Make();
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
        bench.Expect("9000", bench.Issuer, SetStatusCommand.Lock(CardBench.SampleModule));
        CommandApdu lockAll = new(0x80, Instruction.SetStatus, 0x60, 0x80, DomainBench.Provider.Octets);

        bench.Expect("9000", bench.Issuer, lockAll, lockAll);

        Assert.All(bench.Content.Instances, i => Assert.True(i.State.IsLocked));
        bench.Expect("9000", bench.Issuer, lockAll with { P2 = 0x00 });
        Assert.All(bench.Content.Instances, i => Assert.False(i.State.IsLocked));
        bench.Expect("6A88", bench.Issuer, lockAll with { Data = CardBench.SampleModule.Octets });
        Assert.Empty(bench.Bench.Account.ExecutedTwice);
    }
}
