using Tsm.Application.AuditTrail;
using Tsm.Application.Jobs;
using Tsm.Card.Encoding;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>What a card's grain puts into the audit trail: who asked, and what was decided about security. Not every turn.</summary>
public sealed class CardAuditTests
{
    [Fact]
    public void A_job_that_is_asked_for_twice_is_recorded_once_with_who_asked()
    {
        var world = new CardWorld(1);

        world.Ask(Operation.Audit, "a");
        world.Ask(Operation.Audit, "a");
        world.Run();

        AuditEntry entry = Assert.Single(world.Audit);
        Assert.Equal((AuditAction.JobAsked, CardWorld.Asker, "card", world.State.Iccid, "a"), (entry.Action, entry.Actor, entry.SubjectKind, entry.Subject, entry.Job));
        Assert.Equal("Audit", entry.Details["operation"]);
    }

    [Fact]
    public void A_job_that_is_refused_is_not_recorded_as_asked_for()
    {
        var world = new CardWorld(1);

        world.Ask(Operation.Suspend, "s");

        Assert.Empty(world.Audit);
    }

    [Fact]
    public void A_job_that_is_called_off_twice_is_recorded_once()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Install, "i");

        world.Cancel("i");
        world.Cancel("i");
        world.Run();

        AuditEntry entry = Assert.Single(world.Audit, e => e.Action == AuditAction.JobCancelled);
        Assert.Equal((CardWorld.Asker, "i"), (entry.Actor, entry.Job));
    }

    [Fact]
    public void A_job_that_the_cards_security_refuses_is_recorded_as_decided_by_policy()
    {
        var world = new CardWorld(1, serverKey: "FFEEDDCCBBAA99887766554433221100");

        world.Ask(Operation.Install, "i");
        world.Run();

        AuditEntry entry = Assert.Single(world.Audit, e => e.Action == AuditAction.JobRefusedBySecurity);
        Assert.Equal((Actor.CardRules, "i", "Indicated"), (entry.Actor, entry.Job, entry.Details["grade"]));
        Assert.Equal(world.Job("i").Problem!.Code, entry.Details["code"]);
    }

    [Fact]
    public void A_packet_that_is_given_up_without_an_answer_is_recorded()
    {
        var world = new CardWorld(1) { FromCard = _ => [] };

        world.Ask(Operation.Install, "i");
        world.Run();

        AuditEntry entry = Assert.Single(world.Audit, e => e.Action == AuditAction.PacketWrittenOff);
        Assert.Equal((Actor.CardRules, "i"), (entry.Actor, entry.Job));
        Assert.True(world.State.Uncertain);
    }

    [Fact]
    public void A_counter_that_is_moved_ahead_is_recorded_with_where_from_and_where_to()
    {
        var world = new CardWorld(1);
        ulong before = world.State.Domains[0].Counter;
        Octets behind = Octets.Parse("027100 000B 0A 000000 0000000001 00 02");
        bool first = true;
        world.FromCard = m =>
        {
            (bool forge, first) = (first, false);
            return forge ? [m with { UserData = behind }] : [m];
        };

        world.Ask(Operation.Audit, "a");
        world.Run();

        AuditEntry entry = Assert.Single(world.Audit, e => e.Action == AuditAction.CounterAdvanced);
        Assert.Equal(Actor.CardRules, entry.Actor);
        Assert.Equal($"{before + 1}", entry.Details["from"]);
        Assert.Equal($"{before + 257}", entry.Details["to"]);
        Assert.Equal("Indicated", entry.Details["grade"]);
    }
}
