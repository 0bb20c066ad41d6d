using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Application.Requests;
using Tsm.Application.Services;
using Tsm.Card.CapFiles;
using Tsm.Card.Identifiers;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>A version of a service takes the place of another on the card grain; who holds what is suspended.</summary>
public sealed class CardUpgradeTests
{
    private static readonly CatalogueApplication Shared = Library("F0546D5601", "shared");
    private static readonly CatalogueApplication OldOnly = Library("F0546D5602", "old-only");
    private static readonly CatalogueApplication First = Applet("F0546D5701", "first", Shared, OldOnly);
    private static readonly CatalogueApplication Second = Applet("F0546D5702", "second", Shared);
    private static readonly CatalogueApplication Tenant = Applet("F0546D5801", "tenant", OldOnly);

    [Fact]
    public void The_new_version_is_the_one_on_the_card_only_when_the_old_one_is_proven_to_be_gone()
    {
        CardWorld world = WithFirst();
        world.CardIsOn = false;

        Assert.IsType<JobAccepted>(world.AskTogether([.. Upgrade(world)]));
        Assert.Equal(("1.0", InstanceState.Active), (world.Instances[("canteen", 1)].Version, world.Instances[("canteen", 1)].State));
        Assert.False(world.Instances.ContainsKey(("canteen", 2)));
        world.Events.Clear();
        world.CardIsOn = true;
        world.Run();

        Assert.All(world.Rows.Values, r => Assert.Equal(JobStatus.Done, r.Status));
        Assert.Equal(("1.0", InstanceState.Absent), (world.Instances[("canteen", 1)].Version, world.Instances[("canteen", 1)].State));
        Assert.Equal(("2.0", InstanceState.Active), (world.Instances[("canteen", 2)].Version, world.Instances[("canteen", 2)].State));
        Assert.Equal([EventKind.Terminated, EventKind.Downloaded, EventKind.Personalised, EventKind.Activated], world.Events.Select(e => e.Kind));
        ServiceEntry entry = Assert.Single(world.State.Services);
        Assert.Equal(("new", "new"), (entry.InstalledBy, entry.PersonalisedBy));
        Assert.Equal([Second.PackageAid, Second.Applets[0], Shared.PackageAid], Known(world));
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void When_what_comes_is_refused_nothing_goes()
    {
        CardWorld world = WithFirst();
        EnqueueJob[] jobs = Upgrade(world);
        jobs[^1] = jobs[^1] with { Order = jobs[^1].Order! with { Personalisation = WorldKeys.Seal(new byte[4_000]) } };
        int sent = world.History.Count;

        JobRejected refused = Assert.IsType<JobRejected>(world.AskTogether([.. jobs]));
        world.Run();

        Assert.Equal("PERSONALISATION_TOO_LONG", refused.Problem.Code);
        Assert.Equal(sent, world.History.Count);
        Assert.DoesNotContain("old", world.Rows.Keys);
        Assert.Equal(("1.0", InstanceState.Active, InstanceState.Active),
            (world.Instances[("canteen", 1)].Version, world.Instances[("canteen", 1)].State, world.Instances[("canteen", 1)].Wanted));
    }

    [Fact]
    public void A_library_that_another_load_file_imports_stays_and_the_upgrade_goes_on()
    {
        CardWorld world = WithFirst();
        world.Order = null;
        Done(world, world.Ask(Operation.Install, "tenant", Tenant));

        Done(world, world.AskTogether([.. Upgrade(world)]));

        Assert.All(world.Rows.Values, r => Assert.Equal(JobStatus.Done, r.Status));
        Assert.Contains(Tenant.PackageAid.ToString(), world.Job("library").Now, StringComparison.Ordinal);
        Assert.Contains(OldOnly.PackageAid, Known(world));
        Assert.Equal("2.0", world.Instances[("canteen", 2)].Version);
    }

    [Fact]
    public void A_library_in_use_is_not_deleted_by_a_job_of_its_own()
    {
        CardWorld world = WithFirst();
        world.Order = null;

        Assert.Equal("LOAD_FILE_IN_USE", Assert.IsType<JobRejected>(world.Ask(Operation.Terminate, "library", Shared)).Problem.Code);
    }

    [Fact]
    public void The_load_file_of_an_instance_stays_without_a_try_where_another_imports_it()
    {
        CardWorld world = WithFirst();
        CatalogueApplication importer = Applet("F0546D5901", "importer", First);
        world.Order = null;
        Done(world, world.Ask(Operation.Install, "importer", importer));
        world.Order = CardDomainTests.OrderOf(ContractMode.Simple);

        Done(world, world.AskTogether(Of(world, "t", Operation.Terminate)));

        Assert.Contains(First.PackageAid, world.State.Contents.Select(c => c.Aid));
        Assert.DoesNotContain(First.Applets[0], world.State.Contents.Select(c => c.Aid));
        Assert.DoesNotContain(world.History, h => h.Job == "t" && h.Text.Contains("DELETE the load file", StringComparison.Ordinal));
    }

    [Fact]
    public void An_upgrade_that_fails_behind_the_termination_leaves_no_version_that_is_not_there()
    {
        CardWorld world = WithFirst();
        EnqueueJob[] jobs = Upgrade(world);
        jobs[^1] = jobs[^1] with { Order = jobs[^1].Order! with { Personalisation = WorldKeys.Seal([0xFF]) } };

        world.AskTogether([.. jobs]);
        world.Run();

        Assert.Equal(JobStatus.Refused, world.Job("new").Status);
        Assert.Equal(("2.0", InstanceState.Installed), (world.Instances[("canteen", 2)].Version, world.Instances[("canteen", 2)].State));
        Assert.Null(Assert.Single(world.State.Services).PersonalisedBy);
    }

    [Fact]
    public void All_who_have_suspended_hold_it_until_it_runs_again()
    {
        CardWorld world = WithFirst();
        Done(world, world.AskTogether(Of(world, "phone", Operation.Suspend, RequestOrigin.Phone)));
        Done(world, world.AskTogether(Of(world, "care", Operation.Suspend, RequestOrigin.CustomerService)));
        Done(world, world.AskTogether(Of(world, "phone-again", Operation.Suspend, RequestOrigin.Phone)));
        Assert.Equal([RequestOrigin.Phone, RequestOrigin.CustomerService], Holders(world));

        Done(world, world.AskTogether(Of(world, "resume", Operation.Resume, RequestOrigin.Operator)));
        Assert.Empty(Holders(world));
        world.Order = null;
        Done(world, world.Ask(Operation.Suspend, "carrier", First));

        Assert.Equal([RequestOrigin.Operator], Holders(world));
    }

    [Fact]
    public void Who_asked_for_a_suspension_that_was_executed_unseen_holds_it_too()
    {
        CardWorld world = WithFirst();
        world.Road = world.Road with { MaxSends = 1 };
        world.FromCard = _ => [];
        world.AskTogether(Of(world, "care", Operation.Suspend, RequestOrigin.CustomerService));
        world.Run();
        world.FromCard = null;

        Done(world, world.AskTogether(Of(world, "phone", Operation.Suspend, RequestOrigin.Phone)));

        Assert.Equal(JobStatus.Expired, world.Job("care").Status);
        Assert.Equal([RequestOrigin.CustomerService, RequestOrigin.Phone], Holders(world));
    }

    [Fact]
    public void An_instance_stays_under_the_contract_that_has_brought_it()
    {
        CardWorld world = WithFirst();
        EnqueueJob suspend = Of(world, "s", Operation.Suspend, RequestOrigin.Operator);

        Done(world, world.AskTogether(suspend with { Order = suspend.Order! with { Contract = "another" } }));

        Assert.Equal("c1", world.Instances[("canteen", 1)].Contract);
    }

    private static IEnumerable<RequestOrigin> Holders(CardWorld world) => Assert.Single(world.State.Services).Holders.Select(h => h.Origin);

    private static IEnumerable<Aid> Known(CardWorld world) => world.State.Contents
        .Where(c => c.Kind != ContentKind.SecurityDomain).Select(c => c.Aid).OrderByDescending(a => a.ToString().StartsWith("F0546D57", StringComparison.Ordinal)).ThenBy(a => a.ToString());

    private static CardWorld WithFirst()
    {
        var world = new CardWorld(1) { Order = CardDomainTests.OrderOf(ContractMode.Simple) };
        foreach (CatalogueApplication application in new[] { Shared, OldOnly, First, Second, Tenant })
        {
            world.Applications[application.Id] = application;
        }

        Done(world, world.AskTogether(Library("one", Shared), Library("two", OldOnly), Of(world, "first", Operation.Install) with { MakeSelectable = true }));
        return world;
    }

    private static EnqueueJob[] Upgrade(CardWorld world)
    {
        world.Order = CardDomainTests.OrderOf(ContractMode.Simple);
        EnqueueJob old = Of(world, "old", Operation.Terminate);
        return
        [
            old with { Order = old.Order! with { Domain = old.Order.Domain! with { RemoveWhenEmpty = false } } },
            Library("library", OldOnly) with { Operation = Operation.Terminate, IfUnused = true },
            Of(world, "new", Operation.Install, application: Second) with { MakeSelectable = true, Order = world.Order with { Version = "2.0" } },
        ];
    }

    private static EnqueueJob Of(
        CardWorld world, string id, Operation operation, RequestOrigin by = RequestOrigin.Operator, CatalogueApplication? application = null) => new(
            id,
            operation,
            (application ?? First).Id,
            null,
            null,
            MakeSelectable: false,
            default,
            default,
            CardWorld.Asker,
            world.Order! with
            {
                Personalisation = operation == Operation.Install ? world.Order.Personalisation : default,
                By = Holder.Of(by, "somebody"),
            });

    private static EnqueueJob Library(string id, CatalogueApplication library) =>
        new(id, Operation.Install, library.Id, null, null, MakeSelectable: false, default, default, CardWorld.Asker);

    private static void Done(CardWorld world, IReply reply)
    {
        JobAccepted accepted = Assert.IsType<JobAccepted>(reply);
        world.Run();
        Assert.True(world.Job(accepted.Job.Id).Status == JobStatus.Done, world.Describe());
    }

    private static CatalogueApplication Library(string package, string name) => CardWorld.Application(
        new CapBuilder { PackageAid = Aid.Parse(package), Name = "tsm.test.library" }.Build(), name);

    private static CatalogueApplication Applet(string package, string name, params CatalogueApplication[] imports) => CardWorld.Application(
        new CapBuilder
        {
            PackageAid = Aid.Parse(package),
            Name = "tsm.test.applet",
            Applets = [new(Aid.Parse(package + "01"), 10)],
            Imports = [.. imports.Select(i => new CapImport(i.PackageAid, 1, 0))],
        }.Build(),
        name);
}
