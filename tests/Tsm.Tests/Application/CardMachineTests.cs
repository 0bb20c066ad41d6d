using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Simulator.Cards;

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

            JobRow(world, operation.ToString(), JobStatus.Done);
            Assert.Equal(confirmed, string.Concat(world.State.Contents.Where(c => c.Kind == ContentKind.Application).Select(c => c.Confirmed.ToString())));
        }

        Assert.Empty(world.Card.Content.LoadFiles);
        Assert.Empty(world.State.Contents);
        Assert.Empty(world.Account.CounterReused);
        Assert.Empty(world.Account.ExecutedTwice);
    }

    private static void JobRow(CardWorld world, string id, JobStatus status)
    {
        Tsm.Application.Ports.JobRow row = world.Job(id);
        Assert.True(row.Status == status, $"{row}\n{string.Join('\n', world.History)}");
    }
}
