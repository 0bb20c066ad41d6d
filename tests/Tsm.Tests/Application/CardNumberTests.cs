using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>A card whose number goes and comes.</summary>
public sealed class CardNumberTests
{
    private const string Number = "491720000001";
    private const string Other = "491720000002";

    [Fact]
    public void A_card_without_a_number_takes_no_jobs_and_says_what_to_do()
    {
        var world = new CardWorld(1);

        IReply lost = world.Turn(new LoseNumber(Number, CardWorld.Asker))!;
        IReply refused = world.Ask(Operation.Audit, "a");

        Assert.Equal(new NumberIs("", Number), lost);
        Problem problem = Assert.IsType<JobRejected>(refused).Problem;
        Assert.Equal("NUMBER_NONE", problem.Code);
        Assert.Contains("/number", problem.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_at_a_card_without_a_number_goes_on_when_it_has_one()
    {
        var world = new CardWorld(1) { CardIsOn = false };
        world.Ask(Operation.Install, "i", makeSelectable: true);
        world.Turn(new LoseNumber(Number, CardWorld.Asker));
        world.Run();
        Assert.Equal((JobStatus.Running, "Waiting for the card to have a number again."), (world.Job("i").Status, world.Job("i").Now));

        world.CardIsOn = true;
        IReply got = world.Turn(new ChangeNumber(Other, CardWorld.Asker))!;
        world.Run();

        Assert.Equal(new NumberIs(Other, ""), got);
        Assert.Equal(JobStatus.Done, world.Job("i").Status);
        Assert.Empty(world.Account.CounterReused);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void An_answer_that_is_on_the_way_when_the_number_goes_still_proves()
    {
        var world = new CardWorld(1);
        world.FromCard = m =>
        {
            world.Turn(new LoseNumber(Number, CardWorld.Asker));
            return [m];
        };

        world.Ask(Operation.Audit, "a");
        world.Run();

        // GET STATUS takes two packets: the first is proven without a number, the second waits for one.
        Assert.Equal((JobStatus.Running, 1), (world.Job("a").Status, world.Job("a").Proofs));
        world.FromCard = null;
        world.Turn(new ChangeNumber(Number, CardWorld.Asker));
        world.Run();
        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.Empty(world.Account.CounterReused);
    }

    [Fact]
    public void A_packet_that_has_not_left_leaves_for_the_new_number()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Audit, "a");

        world.Turn(new ChangeNumber(Other, CardWorld.Asker));
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.Equal(Other, world.State.Msisdn);
        Assert.Empty(world.Account.CounterReused);
    }

    [Fact]
    public void A_number_is_lost_only_by_the_card_that_has_it_and_the_same_number_twice_changes_nothing()
    {
        var world = new CardWorld(1);

        world.Turn(new LoseNumber(Other, CardWorld.Asker));
        world.Turn(new ChangeNumber(Number, CardWorld.Asker));

        Assert.Equal(Number, world.State.Msisdn);
        Assert.Empty(world.Audit);
    }

    [Fact]
    public void Each_change_stands_in_the_audit_trail_and_in_the_history()
    {
        var world = new CardWorld(1);

        world.Turn(new ChangeNumber(Other, CardWorld.Asker));
        world.Turn(new LoseNumber(Other, CardWorld.Asker));

        Assert.Equal([AuditAction.NumberChanged, AuditAction.NumberLost], world.Audit.Select(a => a.Action));
        Assert.Equal((Number, Other), (world.Audit[0].Details["before"], world.Audit[0].Details["number"]));
        Assert.Equal(2, world.History.Count(h => h.Kind == "number"));
    }
}
