using Tsm.Application.Applications;
using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Requests;

/// <summary>The eligibility of a request: every check by itself, and who sees what of it.</summary>
public sealed class EligibilityTests
{
    private static readonly GrainKey Card = new("acme", "card", "1");
    private static readonly GrainKey Other = new("acme", "card", "2");
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Service Canteen = new()
    {
        Id = "canteen",
        Provider = "lunch",
        Name = "Canteen card",
        CreatedAt = Epoch,
        Versions = [Version("1.0")],
    };

    private static readonly EligibilityFacts Good = new()
    {
        Origin = RequestOrigin.Provider,
        Requester = "lunch",
        Identifier = "canteen",
        OperationGiven = "deploy",
        Operation = ServiceOperation.Deploy,
        Number = new("49170", NumberStanding.InService, null, null, Card),
        Card = new(Card, "8949", "49170", "uicc-aes", HasKeys: true, FreeMemory: 1000, HasDomain: false),
        Service = Canteen,
        Contract = new(new() { Id = "c1", Provider = "lunch", Mode = ContractMode.Simple, From = Epoch }, null),
        Version = Canteen.Versions[0],
        Compatibility = new("uicc-aes", []),
        MemoryNeeded = 500,
    };

    [Fact]
    public void A_request_of_which_everything_is_right_is_eligible_and_every_check_is_told_in_its_order()
    {
        EligibilityReport report = Eligibility.Check(Good);

        Assert.True(report.Eligible);
        Assert.Null(report.Decisive);
        Assert.Equal(
            ["number", "identifier", "operation", "contract", "version", "compatibility", "memory", "card-keys", "domain", "application-server"],
            report.Checks.Select(c => c.Name));
    }

    [Fact]
    public void S1_08_The_number_counts_before_anything_else()
    {
        EligibilityFacts wrong = Good with { Service = null, Operation = null, OperationGiven = "explode", Card = null };

        Assert.Equal("NUMBER_UNKNOWN", Code(wrong with { Number = new("49171", NumberStanding.Unknown, null, null, null) }));
        Assert.Equal("NUMBER_NOT_IN_SERVICE", Code(wrong with { Number = new("49171", NumberStanding.NotInService, null, null, null) }));
        Assert.Equal("NUMBER_OF_ANOTHER_CARD", Code(Good with { Number = Good.Number with { Holder = Other } }));
        Assert.Equal("NUMBER_OF_ANOTHER_CARD", Code(Good with { Number = Good.Number with { Sender = "49199" } }));
        Assert.Equal("CARD_UNKNOWN", Code(wrong with { Number = new(null, NumberStanding.InService, null, "8949", null) }));
    }

    [Fact]
    public void S3_10_Each_refusal_has_a_code_of_its_own()
    {
        (string Code, EligibilityFacts Facts)[] refusals =
        [
            ("SERVICE_UNKNOWN", Good with { Service = null }),
            ("PROVIDER_FOREIGN", Good with { Service = null, IsForeign = true }),
            ("SERVICE_WITHDRAWN", Good with { Service = Canteen with { WithdrawnAt = Epoch } }),
            ("OPERATION_UNKNOWN", Good with { Operation = null }),
            ("OPERATION_NOT_FOR_SIDE", Good with { Origin = RequestOrigin.Phone, Operation = ServiceOperation.RotateKeys }),
            ("CONTRACT_EXPIRED", Good with { Contract = new(null, ContractProblems.Expired(Good.Contract.Contract! with { Until = Epoch }, Epoch.AddDays(1))) }),
            ("VERSION_NOT_APPROVED", Good with { Version = null }),
            ("VERSION_UNKNOWN", Good with { Version = null, VersionGiven = "9" }),
            ("CAP_INCOMPATIBLE", Good with { Compatibility = new("uicc-aes", [new("X", Blocks: true, "It does not fit.", "a", "b", Party.Provider)]) }),
            ("MEMORY_SHORT", Good with { MemoryNeeded = 1001 }),
            ("CARD_KEYS_MISSING", Good with { Card = Good.Card! with { HasKeys = false } }),
            ("APPLICATION_SERVER_DOWN", Good with { Server = new("canteen", AllocationProblems.Down("canteen", "silence.")) }),
        ];

        Assert.All(refusals, r => Assert.Equal(r.Code, Code(r.Facts)));
    }

    [Theory]
    [InlineData(ServiceOperation.Suspend, null, "SERVICE_NOT_ON_CARD")]
    [InlineData(ServiceOperation.Activate, InstanceState.Absent, "SERVICE_TERMINATED")]
    [InlineData(ServiceOperation.Resume, InstanceState.Absent, "SERVICE_TERMINATED")]
    [InlineData(ServiceOperation.Terminate, InstanceState.Absent, null)]
    [InlineData(ServiceOperation.Deploy, InstanceState.Absent, null)]
    [InlineData(ServiceOperation.Suspend, InstanceState.Installed, "OPERATION_ILLEGAL")]
    [InlineData(ServiceOperation.Suspend, InstanceState.Suspended, null)]
    [InlineData(ServiceOperation.Resume, InstanceState.Active, "OPERATION_ILLEGAL")]
    [InlineData(ServiceOperation.Activate, InstanceState.Suspended, "OPERATION_ILLEGAL")]
    [InlineData(ServiceOperation.Activate, InstanceState.Active, null)]
    [InlineData(ServiceOperation.Upgrade, InstanceState.Active, "UPGRADE_NOT_NEEDED")]
    [InlineData(ServiceOperation.Terminate, InstanceState.Suspended, null)]
    public void S1_05_An_operation_is_legal_in_some_states_only(ServiceOperation operation, InstanceState? state, string? code) =>
        Assert.Equal(code, Code(Good with { Operation = operation, Instance = state is { } there ? Row(there) : null }));

    [Theory]
    [InlineData(RequestOrigin.Provider, RequestOrigin.Provider, null)]
    [InlineData(RequestOrigin.Provider, RequestOrigin.CustomerService, "SUSPENDED_BY_ANOTHER")]
    [InlineData(RequestOrigin.Provider, RequestOrigin.Phone, "SUSPENDED_BY_ANOTHER")]
    [InlineData(RequestOrigin.Phone, RequestOrigin.Card, null)]
    [InlineData(RequestOrigin.Policy, RequestOrigin.Policy, null)]
    [InlineData(RequestOrigin.Policy, RequestOrigin.Provider, "SUSPENDED_BY_ANOTHER")]
    [InlineData(RequestOrigin.Operator, RequestOrigin.Phone, null)]
    [InlineData(RequestOrigin.CustomerService, RequestOrigin.Provider, null)]
    public void Only_who_has_suspended_or_the_carrier_resumes(RequestOrigin asks, RequestOrigin suspended, string? code) => Assert.Equal(
        code,
        Code(Good with
        {
            Origin = asks,
            Requester = "lunch",
            Operation = ServiceOperation.Resume,
            Instance = Row(InstanceState.Suspended),
            Holders = [Holder.Of(suspended, "lunch")],
        }));

    [Theory]
    [InlineData(RequestOrigin.Phone, ServiceOperation.Resume)]
    [InlineData(RequestOrigin.Card, ServiceOperation.Terminate)]
    public void Who_holds_a_phone_takes_no_suspension_away_that_others_hold_too(RequestOrigin asks, ServiceOperation operation)
    {
        EligibilityFacts facts = Good with { Origin = asks, Requester = "49170", Operation = operation, Instance = Row(InstanceState.Suspended) };

        Assert.Equal("SUSPENDED_BY_ANOTHER", Code(facts));
        Assert.Equal("SUSPENDED_BY_ANOTHER", Code(facts with { Holders = [new(RequestOrigin.Phone, ""), new(RequestOrigin.CustomerService, "")] }));
        Assert.Null(Code(facts with { Holders = [new(RequestOrigin.Phone, ""), new(RequestOrigin.Card, "")] }));
    }

    [Fact]
    public void What_is_on_a_card_can_be_stopped_by_the_carrier_whatever_became_of_its_contract()
    {
        EligibilityFacts expired = Good with
        {
            Operation = ServiceOperation.Suspend,
            Instance = Row(InstanceState.Active),
            Contract = new(null, ContractProblems.None("canteen")),
        };

        Assert.Equal("CONTRACT_NONE", Code(expired));
        Assert.Null(Code(expired with { Origin = RequestOrigin.CustomerService }));
    }

    [Fact]
    public void The_views_of_provider_and_phone_leave_out_what_is_not_theirs_but_not_that_it_stands_in_the_way()
    {
        EligibilityReport keyless = Eligibility.Check(Good with { Card = Good.Card! with { HasKeys = false } });
        EligibilityReport foreign = Eligibility.Check(Good with { Service = null, IsForeign = true });
        EligibilityReport down = Eligibility.Check(Good with { Server = new("canteen", AllocationProblems.Down("canteen", "silence.")) });

        Assert.Equal("CARD_NOT_SERVABLE", keyless.For(Audience.Provider).Decisive!.Problem!.Code);
        Assert.Equal("CARD_NOT_SERVABLE", keyless.For(Audience.Phone).Decisive!.Problem!.Code);
        Assert.Equal("SERVICE_UNKNOWN", foreign.For(Audience.Provider).Decisive!.Problem!.Code);
        Assert.DoesNotContain("lunch", foreign.For(Audience.Provider).ToString() + string.Join(' ', foreign.For(Audience.Provider).Checks), StringComparison.Ordinal);
        Assert.Equal("PROVIDER_FOREIGN", foreign.For(Audience.Operator).Decisive!.Problem!.Code);
        Assert.Equal(
            Eligibility.Check(Good with { Service = null }).For(Audience.Provider).Checks.Select(c => c.ToString()),
            foreign.For(Audience.Provider).Checks.Select(c => c.ToString()));
        Assert.DoesNotContain("8949", string.Join(' ', Eligibility.Check(Good).For(Audience.Provider).Checks), StringComparison.Ordinal);
        Assert.Equal("PROVIDER_NOT_READY", down.For(Audience.Phone).Decisive!.Problem!.Code);
        Assert.Equal("APPLICATION_SERVER_DOWN", down.For(Audience.Provider).Decisive!.Problem!.Code);
        Assert.DoesNotContain("c1", string.Join(' ', Eligibility.Check(Good).For(Audience.Phone).Checks), StringComparison.Ordinal);
    }

    [Fact]
    public void The_event_of_a_refusal_tells_the_provider_no_more_than_the_report_does()
    {
        EligibilityReport keyless = Eligibility.Check(Good with { Card = Good.Card! with { HasKeys = false } });
        var request = new ServiceRequest
        {
            Id = "r-1",
            Tenant = "acme",
            Origin = RequestOrigin.Phone,
            Requester = "49170",
            Actor = new(ActorKind.Operator, "49170"),
            Identifier = "canteen",
            OperationGiven = "deploy",
            Msisdn = "49170",
            Iccid = "8949",
            Provider = "lunch",
            Eligibility = keyless,
            Content = "",
            CreatedAt = Epoch,
            UpdatedAt = Epoch,
        };

        ServiceEvent told = RequestEnds.Event(RequestEnds.End(request, RequestStatus.Refused, Grade.Proven, keyless.Decisive!.Problem, Epoch));
        ServiceEvent carriers = RequestEnds.Event(RequestEnds.End(request with { Provider = null }, RequestStatus.Refused, Grade.Proven, keyless.Decisive.Problem, Epoch));

        Assert.Equal(("lunch", "CARD_NOT_SERVABLE", null), (told.Provider, told.Details["code"], told.Iccid));
        Assert.DoesNotContain("8949", told.Text, StringComparison.Ordinal);
        Assert.Equal((null, "CARD_KEYS_MISSING", "8949"), (carriers.Provider, carriers.Details["code"], carriers.Iccid));
    }

    private static string? Code(EligibilityFacts facts) => Eligibility.Check(facts).Decisive?.Problem?.Code;

    private static ServiceInstanceRow Row(InstanceState state) => new(
        Card, "8949", "49170", "canteen", "lunch", "1.0", "c1", 1, state, state, IsPending: false, null, Epoch, Epoch);

    private static ServiceVersion Version(string name) => new()
    {
        Version = name,
        Application = "app",
        Module = Aid.Parse("F0546D53010101"),
        Instance = Aid.Parse("F0546D53010101"),
        CreatedAt = Epoch,
        ApprovedAt = Epoch,
    };
}
