using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Security.Keys;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>A database that goes back in time must not make a card see a counter twice, or execute anything twice.</summary>
public sealed class CardRestoreTests
{
    [Fact]
    public void The_counter_moves_ahead_of_all_that_is_forgotten()
    {
        var world = new CardWorld(1);
        WorldBackup backup = world.Backup();
        world.Ask(Operation.Install, "i");
        world.Run();
        ulong used = world.State.Domains[0].Counter;

        world.Restore(backup);
        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.True(world.State.Domains[0].Counter > used + 1_000, $"{used}, then {world.State.Domains[0].Counter}");
        Assert.Empty(world.Account.CounterReused);
        AuditEntry entry = Assert.Single(world.Audit, e => e.Action == AuditAction.CounterAdvanced);
        Assert.Equal("0", entry.Details["from"]);
    }

    [Fact]
    public void What_a_forgotten_job_has_done_is_found_by_an_audit_and_not_done_again()
    {
        var world = new CardWorld(1);
        WorldBackup backup = world.Backup();
        world.Ask(Operation.Install, "i");
        world.Run();

        world.Restore(backup);
        world.Ask(Operation.Install, "again");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("again").Status, world.Job("again").Grade));
        Assert.DoesNotContain(world.History, h => h.Text.Contains("LOAD", StringComparison.Ordinal) && h.Kind == "sent");
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void What_was_sent_under_the_keys_of_a_domain_is_dead_before_the_audit_is_believed()
    {
        var world = new CardWorld(1) { Order = CardDomainTests.OrderOf(ContractMode.Delegated) };
        world.Ask(Operation.Install, "i");
        world.Run();
        WorldBackup backup = world.Backup();
        world.Ask(Operation.Activate, "forgotten");
        world.Run();

        world.Restore(backup);
        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.StartsWith("GET DATA, so that nothing sent before", world.History.First(h => h.Job == "a" && h.Kind == "sent").Text, StringComparison.Ordinal);
        Assert.Empty(world.State.Barriers);
        Assert.False(world.State.Uncertain);
        Assert.Equal(InstanceState.Active, world.Instances[("canteen", 1)].State);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void A_domain_that_is_gone_and_silent_keeps_no_card_from_its_jobs()
    {
        CardWorld world = WithService();
        WorldBackup backup = world.Backup();
        world.Ask(Operation.Terminate, "forgotten");
        world.Run();

        world.Restore(backup);
        DropAnswersToBars(world);
        world.Ask(Operation.Install, "again");
        world.Run();

        Assert.True(world.Job("again").Status == JobStatus.Done, world.Describe());
        Assert.Contains(world.History, h => h.Job == "again" && h.Text.StartsWith("INSTALL of the security domain", StringComparison.Ordinal));
        Assert.Empty(world.State.Barriers);
        Assert.False(world.State.Uncertain);
    }

    [Fact]
    public void A_domain_that_is_there_and_silent_lets_nothing_but_an_audit_through()
    {
        CardWorld world = WithService();
        world.Restore(world.Backup());
        DropAnswersToBars(world);

        world.Ask(Operation.Terminate, "t");
        world.Run();
        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal((JobStatus.Expired, "DOMAIN_SILENT"), (world.Job("t").Status, world.Job("t").Problem?.Code));
        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.True(world.State.Uncertain);
        world.FromCard = null;
        world.Ask(Operation.Terminate, "later");
        world.Run();
        Assert.Equal(JobStatus.Done, world.Job("later").Status);
        Assert.False(world.State.Uncertain);
    }

    [Fact]
    public void A_packet_that_was_under_way_at_the_backup_is_not_sent_again()
    {
        var world = new CardWorld(1, profile: CardProfiles.Small);
        world.FromCard = _ => [];
        world.Ask(Operation.Install, "i");
        WorldBackup backup = world.Backup();
        OutstandingPacket before = world.State.Outstanding!;
        world.FromCard = null;
        world.Run();

        world.Restore(backup);
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("i").Status, world.Job("i").Grade));
        Assert.Single(world.History, h => h.Kind == "sent" && h.Raw == before.Packet);
        Assert.Empty(world.Account.CounterReused);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    [Fact]
    public void In_the_last_range_of_the_counter_the_next_packet_is_refused_rather_than_repeated()
    {
        var world = new CardWorld(1) { Model = new() { Name = "aes", Algorithm = KeyAlgorithm.Aes, RestoreJump = 1_000_000 } };
        world.SetCounter((1UL << 40) - 1_000);

        world.Restore(world.Backup());
        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Failed, world.Job("a").Status);
        Assert.Equal(0, world.Packets);
    }

    [Fact]
    public void In_five_hundred_worlds_that_go_back_in_time_nothing_is_repeated_and_nothing_hangs()
    {
        Operation[] life = [Operation.Install, Operation.Activate, Operation.Suspend, Operation.Resume, Operation.Terminate, Operation.Audit];
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var world = new CardWorld(
                seed, new(Loss: 0.1, Repeat: 0.1, Late: 0.2, Crash: 0.02, Commit: 0.01, Unheard: 0.01), CardProfiles.Get(CardProfiles.Names[seed % CardProfiles.Names.Count]));
            WorldBackup backup = world.Backup();
            int restores = 0;
            for (int i = 0; i < 8; i++)
            {
                world.Ask(life[random.Next(life.Length)], $"{i}/{restores}", makeSelectable: random.Next(2) == 0);
                if (random.Next(3) > 0)
                {
                    world.Run();
                }

                if (random.Next(3) == 0)
                {
                    world.Restore(backup);
                    restores++;
                }

                if (random.Next(3) == 0)
                {
                    backup = world.Backup();
                }
            }

            world.Ask(Operation.Audit, "last");
            world.Run();

            string story = $"seed {seed}: {string.Join('\n', world.History.TakeLast(30).Select(h => $"{h.Kind} {h.Text}"))}";
            Assert.True(world.Account.CounterReused.Count == 0, $"{world.Account.CounterReused.FirstOrDefault()} {story}");
            Assert.True(world.Account.ExecutedTwice.Count == 0, $"{world.Account.ExecutedTwice.FirstOrDefault()} {story}");
            Assert.True(world.State.Jobs.Length == 0 && world.State.Outstanding is null, story);
            if (world.Job("last").Status == JobStatus.Done)
            {
                Assert.False(world.State.Uncertain, story);
                Assert.Equal(
                    world.Card.Content.Instances.Select(x => $"{x.Aid}={x.State.Value:X2}").Order(),
                    world.State.Contents.Where(c => c.Kind == ContentKind.Application).Select(c => $"{c.Aid}={c.Confirmed?.Value:X2}").Order());
            }
        }
    }

    private static CardWorld WithService()
    {
        var world = new CardWorld(1) { Order = CardDomainTests.OrderOf(ContractMode.Simple) };
        world.Road = world.Road with { MaxSends = 2 };
        world.Ask(Operation.Install, "i");
        world.Run();
        return world;
    }

    private static void DropAnswersToBars(CardWorld world) =>
        world.FromCard = m => world.State.Outstanding is { Parts: [{ Purpose: Purpose.Bar }, ..] } ? [] : [m];
}
