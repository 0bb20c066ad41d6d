using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>The rules of the card grain, one by one.</summary>
public sealed class CardMachineTests
{
    public static TheoryData<string> Profiles => [.. CardProfiles.Names];

    [Theory, MemberData(nameof(Profiles))]
    public void An_application_lives_through_all_its_states(string profile)
    {
        var world = new CardWorld(1, profile: CardProfiles.Get(profile));
        (Operation Operation, string Confirmed)[] life =
        [
            (Operation.Install, "INSTALLED"), (Operation.Activate, "SELECTABLE"), (Operation.Suspend, "LOCKED (SELECTABLE)"),
            (Operation.Resume, "SELECTABLE"), (Operation.Audit, "SELECTABLE"), (Operation.Terminate, ""),
        ];

        foreach ((Operation operation, string confirmed) in life)
        {
            IReply reply = world.Ask(operation, operation.ToString());
            Assert.IsType<JobAccepted>(reply);
            world.Run();

            AssertEnded(world, operation.ToString(), JobStatus.Done);
            Assert.Equal(confirmed, string.Concat(world.State.Contents.Where(c => c.Kind == ContentKind.Application).Select(c => c.Confirmed.ToString())));
        }

        Assert.Empty(world.Card.Content.LoadFiles);
        Assert.Empty(world.State.Contents);
        Assert.Empty(world.Account.CounterReused);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void The_same_octets_leave_again_while_the_outcome_is_unknown_and_no_counter_is_spent()
    {
        var world = new CardWorld(1);
        int swallowed = 0;
        world.FromCard = m => swallowed++ < 2 ? [] : [m];

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.Contains(world.History, h => h.Text.StartsWith("The same", StringComparison.Ordinal));
        Assert.Empty(world.Account.CounterReused);
        Assert.Equal(world.Job("a").SmsRepeated, world.History.Count(h => h.Text.StartsWith("The same", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_full_card_refuses_with_proof_and_keeps_nothing()
    {
        var world = new CardWorld(1, profile: CardProfiles.Aes with { Memory = 1_000 }, model: new CardModel { Name = "aes", Algorithm = KeyAlgorithm.Aes, Memory = 60_000 });

        world.Ask(Operation.Install, "i");
        world.Run();

        JobRow row = world.Job("i");
        Assert.Equal((JobStatus.Refused, Grade.Proven, "6A84"), (row.Status, row.Grade, row.Problem!.Code));
        Assert.Empty(world.Card.Content.LoadFiles);
        Assert.Empty(world.State.Contents);
    }

    [Fact]
    public void A_load_that_the_card_has_lost_starts_again()
    {
        var world = new CardWorld(1, profile: CardProfiles.Small);
        int answers = 0;
        world.FromCard = m =>
        {
            // The card is taken out after the first packet: what it has loaded is gone.
            if (answers++ == 0)
            {
                world.Card.Reset();
            }

            return [m];
        };

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("i").Status);
        Assert.Contains(world.History, h => h.Text.Contains("starts again", StringComparison.Ordinal));
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void A_job_called_off_in_the_middle_of_a_load_leaves_nothing_on_the_card()
    {
        var world = new CardWorld(1, profile: CardProfiles.Small);
        world.FromCard = m =>
        {
            world.Cancel("i");
            return [m];
        };

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal(JobStatus.Cancelled, world.Job("i").Status);
        Assert.Empty(world.Card.Content.LoadFiles);
        Assert.Null(world.Card.Load);
        Assert.Empty(world.State.Contents);
    }

    [Fact]
    public void A_silent_card_ends_as_expired_and_is_audited_before_the_next_job()
    {
        var world = new CardWorld(1) { CardIsOn = false };
        world.Ask(Operation.Install, "i");
        world.Run();
        Assert.Equal((JobStatus.Expired, Grade.Unknown), (world.Job("i").Status, world.Job("i").Grade));
        Assert.True(world.State.Uncertain);

        world.CardIsOn = true;
        world.Ask(Operation.Install, "again");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("again").Status);
        Assert.Contains("GET STATUS", world.History.First(h => h.Job == "again" && h.Kind == "sent").Text, StringComparison.Ordinal);
        Assert.False(world.State.Uncertain);
    }

    [Fact]
    public void A_job_asked_for_twice_is_done_once()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Install, "i");
        world.Ask(Operation.Install, "i");
        world.Run();
        int sent = world.Packets;

        IReply reply = world.Ask(Operation.Install, "i");
        world.Run();

        Assert.IsType<JobForgotten>(reply);
        Assert.Equal(sent, world.Packets);
    }

    [Fact]
    public void The_same_download_again_succeeds_without_a_message()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Install, "i");
        world.Run();
        int sent = world.Packets;

        IReply reply = world.Ask(Operation.Install, "j");

        Assert.Equal(JobStatus.Done, Assert.IsType<JobAccepted>(reply).Job.Status);
        Assert.Equal(sent, world.Packets);
    }

    [Theory]
    [InlineData(Operation.Activate)]
    [InlineData(Operation.Suspend)]
    [InlineData(Operation.Resume)]
    public void What_is_not_on_the_card_has_no_life_cycle(Operation operation)
    {
        var world = new CardWorld(1);

        Problem problem = Assert.IsType<JobRejected>(world.Ask(operation, "x")).Problem;

        Assert.Equal("LIFECYCLE_ILLEGAL", problem.Code);
        Assert.NotEmpty(problem.Next);
        Assert.Equal(0, world.Packets);
    }

    [Fact]
    public void Suspending_before_activation_and_resuming_what_runs_are_illegal_suspending_twice_is_not()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Install, "i");
        world.Run();
        Assert.IsType<JobRejected>(world.Ask(Operation.Suspend, "s0"));
        world.Ask(Operation.Activate, "a");
        world.Run();
        Assert.IsType<JobRejected>(world.Ask(Operation.Resume, "r0"));
        world.Ask(Operation.Suspend, "s1");
        world.Run();

        IReply again = world.Ask(Operation.Suspend, "s2");

        Assert.Equal(JobStatus.Done, Assert.IsType<JobAccepted>(again).Job.Status);
        Assert.IsType<JobRejected>(world.Ask(Operation.Activate, "a2"));
    }

    [Fact]
    public void A_missing_import_is_named_before_any_message()
    {
        var world = new CardWorld(1);
        var needy = world.Sample with { Id = "needy", Imports = [.. world.Sample.Imports, new(Aid.Parse("F000000001"), 1, 0)] };

        Problem problem = Assert.IsType<JobRejected>(world.Ask(Operation.Install, "i", needy)).Problem;

        Assert.Equal("IMPORT_MISSING", problem.Code);
        Assert.Contains("F000000001 1.0", problem.Meaning, StringComparison.Ordinal);
        Assert.Equal(0, world.Packets);
    }

    [Fact]
    public void An_application_too_big_for_the_card_is_refused_before_any_message()
    {
        var world = new CardWorld(1);
        var big = world.Sample with { Id = "big", Memory = 1_000_000 };

        Assert.Equal("APPLICATION_TOO_BIG", Assert.IsType<JobRejected>(world.Ask(Operation.Install, "i", big)).Problem.Code);
    }

    [Fact]
    public void Another_version_under_the_same_aid_is_refused()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Install, "i");
        world.Run();
        var other = world.Sample with { Id = "other", Version = "2.0" };

        Assert.Equal("AID_EXISTS", Assert.IsType<JobRejected>(world.Ask(Operation.Install, "j", other, instance: Aid.Parse("F0546D53010102"))).Problem.Code);
    }

    [Fact]
    public void A_refusal_of_the_smsc_ends_the_job_as_failed()
    {
        var world = new CardWorld(1, new(Refusal: 1));
        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Failed, "smpp"), (world.Job("i").Status, world.Job("i").Problem!.Layer));
        Assert.False(world.State.Uncertain);
    }

    [Fact]
    public void A_full_queue_refuses()
    {
        var world = new CardWorld(1) { CardIsOn = false };
        for (int i = 0; i < CardLimits.Jobs; i++)
        {
            Assert.IsType<JobAccepted>(world.Ask(Operation.Audit, $"{i}"));
        }

        Assert.Equal("QUEUE_FULL", Assert.IsType<JobRejected>(world.Ask(Operation.Audit, "more")).Problem.Code);
    }

    private static void AssertEnded(CardWorld world, string id, JobStatus status)
    {
        JobRow row = world.Job(id);
        Assert.True(row.Status == status, $"{row}\n{string.Join('\n', world.History)}");
    }
}
