using Tsm.Application.Cards;
using Tsm.Application.Delivery;
using Tsm.Application.Jobs;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>Silence counts only while it could have been broken.</summary>
public sealed class CardOutageTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void An_hour_without_SMSC_costs_one_repetition_and_no_job()
    {
        CardWorld world = Field();
        DateTimeOffset start = world.Now, back = start + Hour;
        world.Life = now => now < back ? new(start, []) : new(now, [new(start, back)]);
        world.FromCard = m => world.Now < back ? [] : [m];

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("a").Status, world.Job("a").Grade));
        Assert.Equal(1, world.Job("a").SmsRepeated);
        Assert.InRange(world.Job("a").EndedAt!.Value, back, back + TimeSpan.FromMinutes(6));
    }

    [Fact]
    public void Without_the_watch_the_same_hour_would_have_ended_the_job()
    {
        CardWorld world = Field();
        DateTimeOffset back = world.Now + Hour;
        world.FromCard = m => world.Now < back ? [] : [m];

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Expired, world.Job("a").Status);
    }

    [Fact]
    public void An_outage_that_is_over_puts_the_deadline_off_by_its_length()
    {
        var world = new CardWorld(1) { CardIsOn = false };
        world.Road = world.Road with { AnswerTimeout = TimeSpan.FromMinutes(10), MaxSends = 1 };
        DateTimeOffset start = world.Now;
        world.Life = now => now < start + TimeSpan.FromMinutes(3)
            ? new(now, [])
            : new(now, [new(start + TimeSpan.FromMinutes(1), start + TimeSpan.FromMinutes(3))]);

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Expired, world.Job("a").Status);
        Assert.InRange(world.Now - start, TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(13.1));
    }

    [Fact]
    public void A_clock_that_jumps_by_a_day_expires_nothing()
    {
        var world = new CardWorld(1);
        DateTimeOffset start = world.Now, after = start + TimeSpan.FromDays(1);
        world.Ask(Operation.Audit, "a");

        // The deadline is far behind at once; what is known of the road ends before the jump.
        world.JumpAhead(TimeSpan.FromDays(1));
        world.Life = now => now < after + TimeSpan.FromMinutes(1) ? new(start, []) : new(now, [new(start, after)]);
        world.Run();

        Assert.Equal((JobStatus.Done, 0), (world.Job("a").Status, world.Job("a").SmsRepeated));
    }

    [Fact]
    public void Before_anything_is_known_of_the_road_nothing_is_decided()
    {
        var world = new CardWorld(1) { CardIsOn = false };
        DateTimeOffset start = world.Now;
        world.Life = now => now < start + TimeSpan.FromMinutes(1) ? RoadLife.Unknown : new(now, []);
        world.FromCard = m => [m];

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Expired, world.Job("a").Status);
        Assert.DoesNotContain(world.History, h => h.Kind == "sent" && h.At > start && h.At < start + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void What_leaves_together_does_not_come_back_together()
    {
        var timeout = TimeSpan.FromHours(1);
        List<DateTimeOffset> deadlines = [];
        for (int i = 0; i < 200; i++)
        {
            var world = new CardWorld(1, id: $"card-{i}") { CardIsOn = false };
            world.Road = world.Road with { AnswerTimeout = timeout };
            world.Ask(Operation.Audit, "a");
            DateTimeOffset start = world.Now;
            world.Turn(new PacketSubmitted(world.State.Outstanding!.Id, 1, SubmitOutcome.Accepted, null));
            deadlines.Add(world.State.Outstanding!.Deadline!.Value);
            Assert.InRange(deadlines[^1] - start, timeout, timeout * 1.1);
        }

        // Over a tenth of an hour, no minute has more than twice its share.
        int[] minutes = [.. deadlines.GroupBy(d => d.Minute).Select(g => g.Count())];
        Assert.True(minutes.Length >= 5 && minutes.Max() < 80, string.Join(' ', minutes));
    }

    /// <summary>A world with the times of the field, where five repetitions end a job.</summary>
    private static CardWorld Field()
    {
        var world = new CardWorld(1);
        world.Road = world.Road with { AnswerTimeout = TimeSpan.FromMinutes(5), MaxSends = 5 };
        return world;
    }
}
