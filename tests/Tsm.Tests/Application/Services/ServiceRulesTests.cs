using Tsm.Application.Applications;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Application.Services;

/// <summary>What a service has to be like before it is offered.</summary>
public sealed class ServiceRulesTests
{
    private static readonly CatalogueApplication Wallet = Offers.LoadFile("wallet", "F0546D5308");

    [Fact]
    public void What_is_right_has_no_fault() => Assert.Empty(ServiceRules.Check(
        Offers.Service() with { Aid = Aid.Parse("F0000000AA"), Code = 1 }, Offers.Around([Wallet])));

    [Theory]
    [InlineData("Canteen"), InlineData("c"), InlineData("a_b"), InlineData("table"), InlineData("012345678901234567890123456789012")]
    public void An_id_is_lower_case_short_and_no_word_of_the_API(string id) =>
        Assert.Equal("id", Assert.Single(ServiceRules.Check(Offers.Service(id), Offers.Around([]))).Field);

    [Theory, InlineData("01"), InlineData("ca"), InlineData("0123456789"), InlineData("deadbeef01")]
    public void S1_03_A_new_id_is_not_what_reads_as_a_code_or_an_AID_of_another(string id)
    {
        Service service = Offers.Service(id);

        Assert.Equal("id", Assert.Single(ServiceRules.Check(service, Offers.Around([]))).Field);
        Assert.Empty(ServiceRules.Check(service with { Name = "Other" }, Offers.Around([], [service])));
    }

    [Fact]
    public void A_provider_has_to_be_there_and_active()
    {
        ServiceSurroundings around = Offers.Around([]) with { Providers = [Offers.Acme with { EndedAt = DateTimeOffset.UnixEpoch }] };

        Assert.Equal("PROVIDER_ENDED", Assert.Single(ServiceRules.Check(Offers.Service(), around)).Code);
        Assert.Equal("PROVIDER_UNKNOWN", Assert.Single(ServiceRules.Check(Offers.Service(provider: "nobody"), around)).Code);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void S1_03_An_identifier_stands_for_one_service_and_its_holder_is_named_to_operators_alone(bool isOperator)
    {
        Service theirs = Offers.Service("gate", "globex") with { Aid = Aid.Parse("F0000000AA"), Code = 1 };
        Service ours = Offers.Service() with { Aid = theirs.Aid, Code = theirs.Code };

        IReadOnlyList<ServiceFault> faults = ServiceRules.Check(ours, Offers.Around([], [theirs], isOperator));

        Assert.Equal(["AID_TAKEN", "CODE_TAKEN"], faults.Select(f => f.Code));
        Assert.All(faults, f => Assert.Equal(isOperator, f.Problem.Contains("globex", StringComparison.Ordinal)));
        Assert.All(faults, f => Assert.Equal(isOperator, f.Problem.Contains("gate", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_registered_AID_is_no_load_file_domain_or_package_of_a_card()
    {
        ServiceSurroundings around = Offers.Around([Wallet]);

        foreach (Aid aid in (Aid[])[Wallet.PackageAid, Offers.Globex.DomainAid, Aid.IssuerSecurityDomain, Offers.Framework.Aid])
        {
            Assert.Equal("AID_TAKEN", Assert.Single(ServiceRules.Check(Offers.Service() with { Aid = aid }, around)).Code);
        }
    }

    [Fact]
    public void A_withdrawn_service_keeps_its_identifiers()
    {
        Service gone = Offers.Service("gate") with { Code = 1, WithdrawnAt = DateTimeOffset.UnixEpoch };

        Assert.Equal("CODE_TAKEN", Assert.Single(ServiceRules.Check(Offers.Service() with { Code = 1 }, Offers.Around([], [gone]))).Code);
    }

    [Fact]
    public void An_application_server_stays_while_versions_need_it()
    {
        Service service = Offers.Service() with
        {
            ApplicationServer = null,
            Versions = [Offers.Version("1.0", Wallet) with { Personalisation = [new("0101", "{key}{iccid}")] }],
        };

        ServiceFault fault = Assert.Single(ServiceRules.Check(service, Offers.Around([Wallet])));

        Assert.Equal("APPLICATION_SERVER_NEEDED", fault.Code);
        Assert.Contains("{key}", fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("{iccid}", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_were_written_at_the_same_moment_overlap()
    {
        Service one = Offers.Service("one") with { Versions = [Offers.Version("1.0", Wallet)] };
        Service other = Offers.Service("other") with { Aid = Wallet.Applets[0] };

        Assert.True(Offers.Around([], [one, other]).Overlaps(one));
        Assert.True(Offers.Around([], [one, other]).Overlaps(other));
        Assert.False(Offers.Around([], [one, other with { Aid = null }]).Overlaps(one));
    }

    [Fact]
    public void S1_03_The_table_has_the_registered_AID_or_else_that_of_the_instance()
    {
        Service service = Offers.Service() with { Versions = [Offers.Version("1.0", Wallet)] };

        Assert.Equal(Wallet.Applets[0], ServiceRules.TableAid(service));
        Assert.Equal(Aid.Parse("F0000000AA"), ServiceRules.TableAid(service with { Aid = Aid.Parse("F0000000AA") }));
        Assert.Null(ServiceRules.TableAid(Offers.Service()));
    }
}
