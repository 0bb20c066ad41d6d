using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;
using SecurityDomain = Tsm.Simulator.Content.SecurityDomain;

namespace Tsm.Tests.Simulator;

/// <summary>What a domain sees of the registry, how content moves between domains and how domains go.</summary>
public sealed class DomainRegistryTests
{
    [Fact]
    public void A_domain_lists_what_is_below_it_and_the_issuer_lists_all()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        bench.Make(aid: DomainBench.Second, tar: DomainBench.SecondTar);
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
        CommandApdu applications = new GetStatusCommand(RegistryScope.Applications).ToApdu();

        IReadOnlyList<RegistryEntry> all = DomainBench.Entries(bench.Execute(bench.Issuer, applications));
        RegistryEntry own = Assert.Single(DomainBench.Entries(bench.Execute(domain, applications)));
        RegistryEntry file = Assert.Single(DomainBench.Entries(bench.Execute(domain, new GetStatusCommand(RegistryScope.LoadFiles).ToApdu())));

        Assert.Equal([DomainBench.Provider, DomainBench.Second, CardBench.SampleModule], all.Select(e => e.Aid));
        Assert.Equal([Aid.IssuerSecurityDomain, Aid.IssuerSecurityDomain, DomainBench.Provider], all.Select(e => e.SecurityDomain!.Value));
        Assert.Equal((Aid.SecurityDomainLoadFile, "808000"), (all[0].LoadFile!.Value, all[0].Privileges.ToThreeOctets().ToString()));
        Assert.Equal((CardBench.SampleModule, DomainBench.Provider), (own.Aid, own.SecurityDomain!.Value));
        Assert.Equal(DomainBench.Provider, file.SecurityDomain);
        bench.Expect("6A88", bench.Domain(DomainBench.Second), applications);
        bench.Expect("6A86", domain, new GetStatusCommand(RegistryScope.IssuerSecurityDomain).ToApdu());
    }

    [Fact]
    public void A_domain_goes_when_it_is_empty_and_frees_its_TAR_and_memory()
    {
        using var bench = new DomainBench();
        bench.Make();
        bench.Load(bench.Issuer, DomainBench.Provider);

        bench.Expect("6985", bench.Issuer, DeleteCommand.For(DomainBench.Provider, related: false));
        bench.Expect("9000", bench.Issuer, DeleteCommand.For(CardBench.SamplePackage, related: false));
        bench.Expect("9000", bench.Issuer, DeleteCommand.For(DomainBench.Provider, related: false));

        Assert.Equal(0, bench.Content.Used);
        bench.Make();
        Assert.Empty(bench.Bench.Account.ExecutedTwice);
    }

    [Theory, InlineData(0x00, "6985"), InlineData(0x08, "6985"), InlineData(0x20, "9000"), InlineData(0xF0, "9000")]
    public void A_domain_accepts_its_deletion_from_whom_it_was_told(byte acceptance, string expected)
    {
        using var bench = new DomainBench();
        bench.Make(parameters: new() { AcceptsDeletion = new(acceptance) });

        bench.Expect(expected, bench.Issuer, DeleteCommand.For(DomainBench.Provider, related: false));
    }

    [Fact]
    public void Extradition_gives_an_application_to_another_domain()
    {
        using var bench = new DomainBench();
        bench.Make();
        bench.Expect("9000", bench.Issuer, DomainBench.ForDomain(DomainBench.Second, DomainBench.SecondTar));
        bench.Load(bench.Issuer);
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
        CommandApdu move = InstallCommand.ForExtradition(DomainBench.Provider, CardBench.SampleModule);

        bench.Expect("6985", bench.Issuer, InstallCommand.ForExtradition(DomainBench.Second, CardBench.SampleModule));
        bench.Expect("6A88", bench.Issuer, InstallCommand.ForExtradition(CardBench.SamplePackage, CardBench.SampleModule));
        bench.Expect("6A88", bench.Issuer, InstallCommand.ForExtradition(DomainBench.Provider, Aid.Parse("F0546D53029999")));
        bench.Expect("9000", bench.Issuer, move);

        Assert.Equal(DomainBench.Provider, bench.Content.FindInstance(CardBench.SampleModule)!.SecurityDomain);
        Assert.Equal(Aid.IssuerSecurityDomain, Assert.Single(bench.Content.LoadFiles).SecurityDomain);
        bench.Expect("6985", bench.Issuer, move);
        Assert.Contains("to F0546D53020001", Assert.Single(bench.Bench.Account.RepeatedAfterSuccess).Command, StringComparison.Ordinal);
        bench.Expect("9000", bench.Issuer, InstallCommand.ForExtradition(Aid.IssuerSecurityDomain, CardBench.SampleModule), move);
        Assert.Empty(bench.Bench.Account.ExecutedTwice);
    }

    [Fact]
    public void A_domain_is_not_given_to_itself_or_below_itself()
    {
        using var bench = new DomainBench();
        bench.Make(Privileges.SecurityDomain | Privileges.AuthorizedManagement);
        bench.Make(aid: DomainBench.Second, tar: DomainBench.SecondTar);

        bench.Expect("9000", bench.Issuer, InstallCommand.ForExtradition(DomainBench.Provider, DomainBench.Second));

        bench.Expect("6985", bench.Issuer, InstallCommand.ForExtradition(DomainBench.Second, DomainBench.Provider));
        bench.Expect("6985", bench.Issuer, InstallCommand.ForExtradition(DomainBench.Provider, DomainBench.Provider));
    }

    [Theory]
    [InlineData("00", "F0", "6985")]
    [InlineData("F0", "00", "6985")]
    [InlineData("F0", "F0", "9000")]
    public void Both_domains_may_refuse_an_extradition(string accepts, string releases, string expected)
    {
        using var bench = new DomainBench();
        bench.Make(parameters: new() { AcceptsExtradition = Octets.Parse(accepts) });
        bench.Make(aid: DomainBench.Second, tar: DomainBench.SecondTar, parameters: new() { ReleasesContent = Octets.Parse(releases) });
        bench.Load(bench.Issuer, DomainBench.Second);

        bench.Expect(expected, bench.Issuer, InstallCommand.ForExtradition(DomainBench.Provider, CardBench.SamplePackage));
    }

    [Fact]
    public void GET_DATA_lists_the_applications_of_a_domain()
    {
        using var bench = new DomainBench();
        SecurityDomain domain = bench.Make();
        bench.Load(bench.Issuer, DomainBench.Provider);
        bench.Expect("6A88", domain, GetDataCommand.For(CardObject.Applications));
        bench.Expect("9000", bench.Issuer, DomainBench.ForSample());

        Octets listed = bench.Execute(domain, GetDataCommand.For(CardObject.Applications)).Data;

        Assert.Equal("2F000B61094F07F0546D53010101", listed.ToString());
    }

    [Fact]
    public void The_issuers_domain_is_named_by_the_digits_of_the_ICCID()
    {
        using var bench = new DomainBench();
        string digits = bench.Bench.Card.Iccid.ToString();

        Assert.Equal($"4204{digits[..8]}", bench.Execute(bench.Issuer, GetDataCommand.For(CardObject.IssuerIdentification)).Data.ToString());
        Assert.StartsWith($"4506{digits[8..]}", bench.Execute(bench.Issuer, GetDataCommand.For(CardObject.CardImageNumber)).Data.ToString(), StringComparison.Ordinal);
        Assert.Equal("C2020000", bench.Execute(bench.Issuer, GetDataCommand.For(CardObject.ConfirmationCounter)).Data.ToString());
    }

    [Fact]
    public void The_whole_life_of_a_domain_again_and_again_is_blameless()
    {
        using var bench = new DomainBench();
        for (int round = 0; round < 3; round++)
        {
            bench.Make();
            bench.Load(bench.Issuer, DomainBench.Provider);
            bench.Expect("9000", bench.Issuer, DomainBench.ForSample());
            bench.Expect("9000", bench.Issuer, DeleteCommand.For(CardBench.SamplePackage, related: true));
            bench.Expect("9000", bench.Issuer, DeleteCommand.For(DomainBench.Provider, related: false));
        }

        Assert.Empty(bench.Bench.Account.ExecutedTwice);
        Assert.Empty(bench.Bench.Account.RepeatedAfterSuccess);
        Assert.Equal(0, bench.Bench[Tally.CommandsFailed]);
    }
}
