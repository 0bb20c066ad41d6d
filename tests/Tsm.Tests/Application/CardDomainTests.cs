using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>Providers' security domains in the card grain, against a simulated card that has them.</summary>
public sealed class CardDomainTests
{
    private static readonly Aid Domain = Aid.Parse("F054534D0000000000000000D0000100");
    private static readonly Tar DomainTar = Tar.Parse("D00001");
    private static readonly Octets Data = DataGroup.Join(
        new DataGroup(0x0101, Octets.Parse("00112233445566778899AABBCCDDEEFF")), new DataGroup(0x0102, Octets.Parse("0000000000000042")));

    public static TheoryData<string, ContractMode> ProfilesAndModes
    {
        get
        {
            var data = new TheoryData<string, ContractMode>();
            foreach (string profile in CardProfiles.Names)
            {
                data.Add(profile, ContractMode.Simple);
                data.Add(profile, ContractMode.Delegated);
                data.Add(profile, ContractMode.Authorized);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(ProfilesAndModes))]
    public void S3_03_S3_08_A_service_lives_in_a_domain_of_its_own_that_has_keys_of_its_own_before_any_application_data(string profile, ContractMode mode)
    {
        CardWorld world = World(profile, mode);

        Done(world, Operation.Install, "deploy", makeSelectable: true);

        Assert.Equal(
            [EventKind.DomainCreated, EventKind.Downloaded, EventKind.Personalised, EventKind.Activated], world.Events.Select(e => e.Kind));
        Assert.Equal(InstanceState.Active, world.Instances[("canteen", 1)].State);
        Assert.Equal(LifeCycle.Personalized, Confirmed(world, Domain));
        Assert.Equal(Domain, Content(world, world.Sample.PackageAid).Domain);
        Assert.True(Content(world, world.Sample.Applets[0]).IsPersonalised);

        Done(world, Operation.Suspend, "suspend");
        Done(world, Operation.Resume, "resume");
        Done(world, Operation.Audit, "audit");
        Assert.Equal(Domain, Content(world, world.Sample.Applets[0]).Domain);
        Done(world, Operation.Terminate, "terminate");

        Assert.Empty(world.State.Contents);
        Assert.Empty(world.State.SecurityDomains);
        Assert.Equal(EventKind.DomainRemoved, world.Events[^1].Kind);
        Assert.Equal(InstanceState.Absent, world.Instances[("canteen", 1)].State);
        Assert.Empty(world.Account.CounterReused);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    private static CardWorld World(string profile, ContractMode mode, Hazards? hazards = null)
    {
        var world = new CardWorld(1, hazards, CardProfiles.Get(profile));
        world.Order = OrderOf(mode);
        return world;
    }

    internal static ServiceOrder OrderOf(ContractMode mode) => new()
    {
        Service = "canteen",
        Version = "1.0",
        Provider = "lunch",
        Contract = "c1",
        Request = "r1",
        Domain = new(Domain, DomainTar, mode, RemoveWhenEmpty: true),
        Personalisation = WorldKeys.Seal(Data.Span),
    };

    private static ContentItem Content(CardWorld world, Aid aid) => Assert.Single(world.State.Contents, c => c.Aid == aid);

    private static LifeCycle? Confirmed(CardWorld world, Aid aid) => Content(world, aid).Confirmed;

    private static void Done(CardWorld world, Operation operation, string id, bool makeSelectable = false)
    {
        IReply reply = world.Ask(operation, id, makeSelectable: makeSelectable);
        Assert.True(reply is JobAccepted, reply.ToString());
        world.Run();
        JobRow row = world.Job(id);
        Assert.True(row.Status == JobStatus.Done, $"{row.Problem}\n{world.Describe()}");
    }
}
