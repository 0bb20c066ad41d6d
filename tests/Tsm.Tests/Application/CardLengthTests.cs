using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>Commands and scripts that no card takes are refused: before anything leaves where that can be seen, and by the job's end at the latest.</summary>
public sealed class CardLengthTests
{
    private static readonly CatalogueApplication LongNames = CardWorld.Application(
        new CapBuilder
        {
            PackageAid = Aid.Parse("F0546D54000000000000000000000000"),
            Name = "tsm.test.applet",
            Applets = [new(Aid.Parse("F0546D54000000000000000000000001"), 10)],
        }.Build(),
        "long-names");

    // Three AIDs of 16 octets leave 195 octets for C9, and a token takes 65 of them.
    [Theory]
    [InlineData(ContractMode.Simple, 195, true)]
    [InlineData(ContractMode.Simple, 200, false)]
    [InlineData(ContractMode.Delegated, 120, true)]
    [InlineData(ContractMode.Delegated, 150, false)]
    public void Parameters_that_no_INSTALL_holds_are_refused_before_anything_leaves(ContractMode mode, int length, bool fits)
    {
        var world = new CardWorld(1);
        world.Order = CardDomainTests.OrderOf(mode) with { Parameters = WorldKeys.Seal(new byte[length]) };

        IReply reply = world.Ask(Operation.Install, "i", LongNames);

        if (fits)
        {
            world.Run();
            Assert.True(world.Job("i").Status == JobStatus.Done, world.Describe());
            return;
        }

        Assert.Equal("COMMAND_TOO_LONG", Assert.IsType<JobRejected>(reply).Problem.Code);
        Assert.Empty(world.History);
    }

    [Fact]
    public void A_job_that_the_packets_of_the_model_do_not_hold_is_refused_before_anything_leaves()
    {
        var world = new CardWorld(1) { Order = CardDomainTests.OrderOf(ContractMode.Delegated) with { Personalisation = default } };
        world.Model = world.Model with { MaxSegments = 1 };

        Assert.Equal("SCRIPT_TOO_LONG", Assert.IsType<JobRejected>(world.Ask(Operation.Install, "i")).Problem.Code);
        Assert.Empty(world.History);
    }

    [Fact]
    public void A_job_whose_scripts_came_to_be_too_long_while_it_waited_is_refused_and_the_next_one_runs()
    {
        var world = new CardWorld(1) { CardIsOn = false, Parameters = Octets.Own(new byte[120]) };
        world.Ask(Operation.Audit, "before");
        world.Ask(Operation.Install, "i");
        world.Ask(Operation.Audit, "after");

        world.Model = world.Model with { MaxSegments = 1 };
        world.CardIsOn = true;
        world.Run();

        Assert.Equal((JobStatus.Refused, "SCRIPT_TOO_LONG"), (world.Job("i").Status, world.Job("i").Problem!.Code));
        Assert.Equal(JobStatus.Done, world.Job("after").Status);
        Assert.Empty(world.State.Contents);
        Assert.Empty(world.Card.Content.LoadFiles);
    }

    [Fact]
    public void Keys_that_no_packet_holds_take_the_domain_with_them()
    {
        var world = new CardWorld(1, profile: CardProfiles.Get("aes256")) { Order = CardDomainTests.OrderOf(ContractMode.Simple) with { Personalisation = default } };
        world.Model = world.Model with { MaxSegments = 1 };

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, "SCRIPT_TOO_LONG"), (world.Job("i").Status, world.Job("i").Problem!.Code));
        Assert.Empty(world.State.Contents);
        Assert.Empty(world.State.SecurityDomains);
    }

    [Fact]
    public void A_packet_under_way_is_sent_again_as_it_was_cut_whatever_the_model_says_by_then()
    {
        int answers = 0;
        var world = new CardWorld(1) { FromCard = m => answers++ == 0 ? [] : [m] };
        world.Ask(Operation.Install, "i");
        Assert.True(world.State.Outstanding!.SegmentCount > 1);

        world.Model = world.Model with { MaxSegments = 1 };
        world.Run();

        Assert.True(world.Job("i").Status == JobStatus.Done, world.Describe());
        Assert.True(world.Job("i").SmsRepeated > 0);
    }

    [Fact]
    public void A_load_that_came_to_have_too_many_blocks_is_refused_and_taken_back()
    {
        CatalogueApplication big = LongNames with { LoadFile = Tsm.Card.CapFiles.LoadFile.Wrap(Octets.Own(new byte[20_000])) };
        var world = new CardWorld(1, profile: CardProfiles.Aes with { Memory = 60_000 });
        world.Ask(Operation.Install, "i", big);

        world.Model = world.Model with { MaxLoadBlock = 32 };
        world.Run();

        Assert.Equal((JobStatus.Refused, "LOAD_FILE_TOO_LONG"), (world.Job("i").Status, world.Job("i").Problem!.Code));
        Assert.Empty(world.State.Contents);
    }
}
