using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Services;
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

    [Fact]
    public void S3_02_The_domain_is_made_once_and_stays_as_long_as_one_application_is_in_it()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        Done(world, Operation.Install, "first");
        int made = world.History.Count(h => h.Text.StartsWith("INSTALL of the security domain", StringComparison.Ordinal));
        world.Order = world.Order! with { Service = "library" };
        Aid second = Aid.Parse("F0546D53010102");

        world.Ask(Operation.Install, "second", instance: second);
        world.Run();
        world.Ask(Operation.Terminate, "out", instance: second);
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("second").Status);
        Assert.Equal(JobStatus.Done, world.Job("out").Status);
        Assert.Equal(1, made);
        Assert.Single(world.History, h => h.Text.StartsWith("INSTALL of the security domain", StringComparison.Ordinal));
        Assert.Equal(LifeCycle.Personalized, Confirmed(world, Domain));
        Done(world, Operation.Terminate, "last");
        Assert.Empty(world.State.SecurityDomains);
    }

    [Fact]
    public void S3_11_A_provider_may_keep_its_domain_when_its_last_application_is_gone()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        world.Order = world.Order! with { Domain = world.Order.Domain! with { RemoveWhenEmpty = false } };

        Done(world, Operation.Install, "i");
        Done(world, Operation.Terminate, "t");

        Assert.Equal(Domain, Assert.Single(world.State.Contents).Aid);
        Assert.NotNull(Assert.Single(world.State.SecurityDomains).InUse);
    }

    [Theory, InlineData(ContractMode.Simple), InlineData(ContractMode.Delegated)]
    public void New_keys_are_put_and_proven_before_the_old_ones_are_retired(ContractMode mode)
    {
        CardWorld world = World("aes", mode);
        Done(world, Operation.Install, "i");
        DomainKeys before = world.State.SecurityDomains[0].InUse!;

        Done(world, Operation.RotateKeys, "r");

        DomainKeys after = Assert.Single(world.State.SecurityDomains[0].Keys);
        Assert.NotEqual(before.Version, after.Version);
        Assert.NotEqual(before.Wrapped.KicCheckValue, after.Wrapped.KicCheckValue);
        Assert.Equal([after.Version], world.Card.Environment.FindDomain(Domain)!.KeySets.Select(k => k.Version));
        Assert.Equal(EventKind.DomainKeysReplaced, world.Events[^1].Kind);
        string[] steps = [.. world.History.Where(h => h.Job == "r" && h.Kind == "sent").Select(h => h.Text.Split(':')[0])];
        Assert.Equal(["PUT KEY of the domain", "GET DATA under the new keys", "DELETE the old keys"], steps);
    }

    [Fact]
    public void First_keys_go_through_the_issuers_domain_where_the_card_model_says_so()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        world.Model = world.Model with { FirstDomainKeys = DomainKeyRoad.StoreData };

        Done(world, Operation.Install, "i", makeSelectable: true);

        Assert.Contains(world.History, h => h.Text.StartsWith("INSTALL [for personalization], PUT KEY of the domain:", StringComparison.Ordinal));
        Assert.Equal(InstanceState.Active, world.Instances[("canteen", 1)].State);
    }

    [Fact]
    public void What_the_issuers_domain_holds_moves_into_the_providers()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        ServiceOrder order = world.Order!;
        world.Order = null;
        Done(world, Operation.Install, "i", makeSelectable: true);
        Assert.Null(Content(world, world.Sample.Applets[0]).Domain);

        world.Order = order with { Personalisation = default };
        Done(world, Operation.Extradite, "x");

        Assert.Equal(Domain, Content(world, world.Sample.Applets[0]).Domain);
        Assert.Equal(Domain, world.Card.Content.FindInstance(world.Sample.Applets[0])!.SecurityDomain);
        Done(world, Operation.Audit, "a");
        Assert.Equal(Domain, Content(world, world.Sample.Applets[0]).Domain);
    }

    [Fact]
    public void S3_06_An_application_is_refused_before_anything_leaves_when_its_domain_cannot_have_keys()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        world.HasKeyEncryptionKey = false;

        JobRejected rejected = Assert.IsType<JobRejected>(world.Ask(Operation.Install, "i"));

        Assert.Equal("DEK_MISSING", rejected.Problem.Code);
        Assert.Empty(world.History);
    }

    [Fact]
    public void S3_10_Two_providers_never_get_one_tar_on_a_card()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        Done(world, Operation.Install, "i");
        world.Order = world.Order! with { Provider = "other", Domain = world.Order.Domain! with { Aid = Aid.Parse("F054534D0000000000000000D0000200") } };

        JobRejected rejected = Assert.IsType<JobRejected>(world.Ask(Operation.Install, "j", instance: Aid.Parse("F0546D53010102")));

        Assert.Equal("TAR_TAKEN", rejected.Problem.Code);
    }

    [Fact]
    public void Data_that_no_packet_holds_are_refused_before_anything_leaves()
    {
        CardWorld world = World("small", ContractMode.Simple);
        world.Order = world.Order! with { Personalisation = WorldKeys.Seal(new byte[1000]) };

        JobRejected rejected = Assert.IsType<JobRejected>(world.Ask(Operation.Install, "i"));

        Assert.Equal("PERSONALISATION_TOO_LONG", rejected.Problem.Code);
        Assert.Empty(world.History);
    }

    [Fact]
    public void Personalising_without_data_is_refused_and_the_next_job_runs()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        Done(world, Operation.Install, "i");
        ServiceOrder order = world.Order!;

        world.Order = order with { Personalisation = default };
        Assert.Equal("DATA_NEEDED", Assert.IsType<JobRejected>(world.Ask(Operation.Personalise, "empty")).Problem.Code);
        world.Order = null;
        Assert.Equal("DATA_NEEDED", Assert.IsType<JobRejected>(world.Ask(Operation.Personalise, "none")).Problem.Code);

        world.Order = order;
        Done(world, Operation.Personalise, "again");
    }

    [Fact]
    public void S3_09_A_refused_installation_takes_back_the_domain_that_it_has_made()
    {
        var world = new CardWorld(
            1, profile: CardProfiles.Aes with { Memory = 1_400 }, model: CardWorld.ModelOf(CardProfiles.Aes) with { Memory = 60_000 });
        world.Model = world.Model with { Memory = 60_000 };
        world.Order = OrderOf(ContractMode.Simple);

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, "6A84"), (world.Job("i").Status, world.Job("i").Problem!.Code));
        Assert.Empty(world.State.Contents);
        Assert.Empty(world.State.SecurityDomains);
        Assert.Empty(world.Card.Content.Instances);
    }

    [Fact]
    public void S1_05_Suspended_twice_is_suspended_and_what_is_gone_takes_nothing_more()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        Done(world, Operation.Install, "i", makeSelectable: true);
        Done(world, Operation.Suspend, "s1");
        Done(world, Operation.Suspend, "s2");
        Done(world, Operation.Resume, "r1");

        Assert.Equal("LIFECYCLE_ILLEGAL", Assert.IsType<JobRejected>(world.Ask(Operation.Resume, "r2")).Problem.Code);
        Done(world, Operation.Terminate, "t");
        foreach (Operation operation in (Operation[])[Operation.Activate, Operation.Suspend, Operation.Resume, Operation.Personalise])
        {
            Assert.Equal("LIFECYCLE_ILLEGAL", Assert.IsType<JobRejected>(world.Ask(operation, $"after {operation}")).Problem.Code);
        }

        Done(world, Operation.Install, "again");
        Assert.Equal(InstanceState.Personalised, world.Instances[("canteen", 2)].State);
    }

    [Fact]
    public void S1_10_What_is_unknown_is_pending_until_the_card_is_asked()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        Done(world, Operation.Install, "i", makeSelectable: true);
        world.Road = world.Road with { MaxSends = 2 };
        world.FromCard = _ => [];

        world.Ask(Operation.Suspend, "s");
        world.Run();

        Assert.Equal(JobStatus.Expired, world.Job("s").Status);
        Assert.Equal((InstanceState.Active, true), (world.Instances[("canteen", 1)].State, world.Instances[("canteen", 1)].IsPending));
        Assert.Equal(EventKind.Pending, world.Events[^1].Kind);

        world.FromCard = m => [m];
        Done(world, Operation.Audit, "a");
        Assert.Equal((InstanceState.Suspended, false), (world.Instances[("canteen", 1)].State, world.Instances[("canteen", 1)].IsPending));
        Assert.Equal(EventKind.Suspended, world.Events[^1].Kind);
    }

    [Fact]
    public void A_toolkit_application_is_reached_at_its_own_tar()
    {
        CardWorld world = World("aes", ContractMode.Simple);
        world.Order = world.Order! with { Tar = Tar.Parse("D00042") };

        Done(world, Operation.Install, "i");

        Assert.Equal(Tar.Parse("D00042"), Assert.Single(world.Card.Content.FindInstance(world.Sample.Applets[0])!.Tars));
    }

    [Fact]
    public void S1_03_An_audit_reads_the_private_application_table_of_the_card()
    {
        var world = new CardWorld(1);
        world.Model = world.Model with { ApplicationTable = true };

        Done(world, Operation.Audit, "none");
        Assert.Equal(Octets.Empty, world.State.ApplicationTable);

        ApplicationTable table = ApplicationTable.Of(new ApplicationTableEntry(0x01, Aid.Parse("F0546D53010101")));
        byte[] wire = new byte[table.Length];
        table.Write(wire);
        Assert.True(world.Card.Environment.Issuer.Execute(
            StoreDataCommand.Blocks(Octets.Own(wire), StoreDataStructure.BerTlv, StoreDataEncryption.None)[0]).Status.IsSuccess);
        Done(world, Operation.Audit, "some");
        Assert.True(ApplicationTable.TryParse(world.State.ApplicationTable!.Value.Span, out ApplicationTable told, out _));
        Assert.Equal(table, told);
    }

    [Fact]
    public void A_card_with_many_services_takes_fewer_jobs_and_all_that_it_takes_end()
    {
        CardWorld world = World("aes", ContractMode.Delegated);
        world.Model = world.Model with { Memory = 1_000_000 };
        world.CardIsOn = false;
        Octets data = DataGroup.Join(new DataGroup(0x0101, Octets.Own(new byte[240])));
        int taken = 0;
        for (int i = 0; i < 24; i++)
        {
            // Each with an application and a domain of its own, and data of hundreds of octets.
            CatalogueApplication application = CardWorld.Application(Applet($"F0546D54{i + 1:X2}"), $"application-{i}");
            world.Order = OrderOf(ContractMode.Delegated) with
            {
                Service = $"service-{i}",
                Provider = $"provider-{i}",
                Domain = new(Aid.Parse($"F054534D0000000000000000D0{i:X2}0100"), Tar.Parse($"D0{i:X2}01"), ContractMode.Delegated, true),
                Personalisation = WorldKeys.Seal(data.Span),
            };
            IReply reply = world.Ask(Operation.Install, $"{i}", application);
            taken += reply is JobAccepted ? 1 : 0;
            Assert.True(reply is JobAccepted or JobRejected { Problem.Code: "QUEUE_FULL" }, reply.ToString());
        }

        Assert.InRange(taken, 2, CardLimits.Jobs - 1);
        Assert.InRange(world.StateLength, 0, CardLimits.StateForMoreJobs + 1024);
        world.CardIsOn = true;
        world.Run();
        Assert.Equal(taken, world.Rows.Count);
        Assert.True(world.Rows.Values.All(r => r.Status == JobStatus.Done), world.Describe());
    }

    [Fact]
    public void A_card_that_fills_up_is_told_once()
    {
        var world = new CardWorld(1);
        world.Model = world.Model with { Memory = world.Sample.Memory + 10 };

        Done(world, Operation.Install, "i");
        Done(world, Operation.Activate, "a");

        Assert.Equal("10", Assert.Single(world.Events, e => e.Kind == EventKind.MemoryLow).Details["free"]);
    }

    internal static CardWorld World(string profile, ContractMode mode, Hazards? hazards = null)
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

    private static Octets Applet(string package) =>
        new CapBuilder { PackageAid = Aid.Parse(package), Name = "tsm.test.applet", Applets = [new(Aid.Parse(package + "01"), 10)] }.Build();

    private static ContentItem Content(CardWorld world, Aid aid) => Assert.Single(world.State.Contents, c => c.Aid == aid);

    private static LifeCycle? Confirmed(CardWorld world, Aid aid) => Content(world, aid).Confirmed;

    internal static void Done(CardWorld world, Operation operation, string id, bool makeSelectable = false)
    {
        IReply reply = world.Ask(operation, id, makeSelectable: makeSelectable);
        Assert.True(reply is JobAccepted, reply.ToString());
        world.Run();
        JobRow row = world.Job(id);
        Assert.True(row.Status == JobStatus.Done, $"{row.Problem}\n{world.Describe()}");
    }
}
