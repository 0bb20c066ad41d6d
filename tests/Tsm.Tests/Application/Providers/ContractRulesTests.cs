using FsCheck;
using FsCheck.Fluent;
using Tsm.Application.Providers;
using Tsm.Application.Services;

namespace Tsm.Tests.Application.Providers;

/// <summary>Which contract covers a request, and which check is named when none does.</summary>
public sealed class ContractRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Contract Sample = new()
    {
        Id = "c1",
        Provider = "bank",
        Mode = ContractMode.Simple,
        Services = ["wallet"],
        CardModels = ["uicc-aes"],
        Operations = [ServiceOperation.Deploy, ServiceOperation.Suspend, ServiceOperation.Personalise],
        Quota = 2,
        From = Now.AddDays(-10),
        Until = Now.AddDays(10),
    };

    [Fact]
    public void A_contract_covers_what_it_names_and_an_empty_list_leaves_nothing_out()
    {
        Assert.Same(Sample, Decide(Sample).Contract);
        Contract open = Sample with { Services = [], CardModels = [], Operations = [], Quota = null, Until = null };

        foreach (ServiceOperation operation in Enum.GetValues<ServiceOperation>())
        {
            Assert.True(ContractRules.Decide([open], "anything", "any-model", operation, int.MaxValue, Now).IsCovered);
        }
    }

    [Fact]
    public void The_first_check_that_fails_is_named_with_what_was_expected_and_found()
    {
        Refused("CONTRACT_NONE", ContractRules.Decide([], "wallet", "uicc-aes", ServiceOperation.Deploy, 0, Now), "service wallet", "none");
        Refused("CONTRACT_NONE", Decide(Sample, service: "other"), "service other", "none");
        Refused("CONTRACT_EXPIRED", Decide(Sample with { Until = Now }), "before 2026-06-01", "2026-06-01");
        Refused("CONTRACT_EXPIRED", Decide(Sample with { EndedAt = Now.AddDays(-1) }), "before 2026-05-31", "2026-06-01");
        Refused("CONTRACT_NOT_BEGUN", Decide(Sample with { From = Now.AddDays(1) }), "from 2026-06-02", "2026-06-01");
        Refused("CARD_MODEL_NOT_COVERED", Decide(Sample, model: "uicc-3des"), "uicc-aes", "uicc-3des");
        Refused("OPERATION_NOT_ALLOWED", Decide(Sample, operation: ServiceOperation.Terminate), "deploy, suspend, personalise", "terminate");
        Refused("MODE_WRONG", Decide(Sample with { Mode = ContractMode.Authorized }, operation: ServiceOperation.Personalise), "simple or delegated", "authorized");
        Refused("QUOTA_REACHED", Decide(Sample, instances: 2), "fewer than 2", "2");
    }

    [Fact]
    public void Only_what_brings_a_new_instance_needs_room()
    {
        Assert.True(Decide(Sample, operation: ServiceOperation.Suspend, instances: 2).IsCovered);
        Assert.True(Decide(Sample, instances: 1).IsCovered);
    }

    [Fact]
    public void Who_manages_by_itself_still_has_the_carrier_lock_and_delete()
    {
        Contract authorized = Sample with { Mode = ContractMode.Authorized, Operations = [] };

        Assert.True(Decide(authorized, operation: ServiceOperation.Suspend).IsCovered);
        Assert.True(Decide(authorized, operation: ServiceOperation.Terminate).IsCovered);
        Assert.False(Decide(authorized, operation: ServiceOperation.RotateKeys).IsCovered);
    }

    [Fact]
    public void What_is_decided_does_not_depend_on_the_order_and_holds_what_it_says() => Check.QuickThrowOnFailure(Prop.ForAll(
        Requests().ToArbitrary(),
        request =>
        {
            (Contract[] contracts, string service, string model, ServiceOperation operation, int instances) = request;
            ContractDecision decision = ContractRules.Decide(contracts, service, model, operation, instances, Now);
            ContractDecision reversed = ContractRules.Decide([.. contracts.Reverse()], service, model, operation, instances, Now);
            bool isAnyRight = contracts.Any(c => c.HoldsAt(Now) && c.Covers(service, model) && c.Allows(operation)
                && !(c.Mode == ContractMode.Authorized && ContractRules.IsProvidersOwn(operation))
                && !(ContractRules.NeedsRoom(operation) && instances >= c.Quota));
            return decision.IsCovered == isAnyRight
                && decision.Contract?.Id == reversed.Contract?.Id
                && decision.Problem?.Code == reversed.Problem?.Code
                && (decision.IsCovered || decision.Problem!.Evidence.Length == 2);
        }));

    private static Gen<(Contract[] Contracts, string Service, string Model, ServiceOperation Operation, int Instances)> Requests() =>
        from contracts in Contracts().ListOf()
        from service in Gen.Elements("a", "b", "c")
        from model in Gen.Elements("x", "y")
        from operation in Gen.Elements(Enum.GetValues<ServiceOperation>())
        from instances in Gen.Choose(0, 3)
        select (contracts.Select((c, i) => c with { Id = $"c{i}" }).ToArray(), service, model, operation, instances);

    private static Gen<Contract> Contracts() =>
        from services in Gen.SubListOf("a", "b")
        from models in Gen.SubListOf("x")
        from operations in Gen.SubListOf(Enum.GetValues<ServiceOperation>())
        from mode in Gen.Elements(Enum.GetValues<ContractMode>())
        from quota in Gen.Choose(0, 3)
        from begins in Gen.Choose(-3, 1)
        from lasts in Gen.Choose(1, 4)
        from ended in Gen.Elements(true, false, false, false)
        select new Contract
        {
            Id = "c",
            Provider = "bank",
            Mode = mode,
            Services = [.. services],
            CardModels = [.. models],
            Operations = [.. operations],
            Quota = quota == 0 ? null : quota,
            From = Now.AddDays(begins),
            Until = lasts == 4 ? null : Now.AddDays(begins + lasts),
            EndedAt = ended ? Now.AddDays(-1) : null,
        };

    private static ContractDecision Decide(
        Contract contract,
        string service = "wallet",
        string model = "uicc-aes",
        ServiceOperation operation = ServiceOperation.Deploy,
        int instances = 0) => ContractRules.Decide([contract], service, model, operation, instances, Now);

    private static void Refused(string code, ContractDecision decision, string expected, string found)
    {
        Assert.Equal(code, decision.Problem?.Code);
        Assert.StartsWith("Expected: ", decision.Problem!.Evidence[0], StringComparison.Ordinal);
        Assert.Contains(expected, decision.Problem.Evidence[0], StringComparison.Ordinal);
        Assert.StartsWith("Found: ", decision.Problem.Evidence[1], StringComparison.Ordinal);
        Assert.Contains(found, decision.Problem.Evidence[1], StringComparison.Ordinal);
    }
}
