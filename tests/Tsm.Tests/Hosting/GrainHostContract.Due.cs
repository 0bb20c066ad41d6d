using Tsm.Application.Hosting;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <content>Grains that want to be woken.</content>
public abstract partial class GrainHostContract
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    [ContractFact]
    public async Task A_deadline_comes_once_and_not_before_its_time()
    {
        await SendAsync(One, new WakeAt(Time.GetUtcNow().AddSeconds(10)));
        await PollAsync(times: 3);
        Assert.Equal(0, (await CountAsync(One, new Ask())).Wakes);

        Time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(async () => (await CountAsync(One, new Ask())).Wakes > 0);
        await PollAsync(times: 3);

        Assert.Equal(1, (await CountAsync(One, new Ask())).Wakes);
    }

    [ContractFact]
    public async Task A_deadline_that_passed_while_nobody_was_there_comes_after_the_start()
    {
        await SendAsync(One, new WakeAt(Time.GetUtcNow().AddSeconds(10)));
        await StopAsync();
        Time.Advance(TimeSpan.FromDays(1));

        await StartHostAsync();

        await UntilAsync(async () => (await CountAsync(One, new Ask())).Wakes > 0);
        await PollAsync(times: 3);
        Assert.Equal(1, (await CountAsync(One, new Ask())).Wakes);
    }

    [ContractFact]
    public async Task A_deadline_that_a_command_moves_before_its_turn_does_not_come()
    {
        await SendAsync(One, new WakeAt(Time.GetUtcNow().AddSeconds(1)));
        Gate gate = HoldNextWrite();
        Task<Count> moved = CountAsync(One, new WakeAt(Time.GetUtcNow().AddHours(1)));
        await gate.Entered.Task;

        Time.Advance(TimeSpan.FromSeconds(1));
        await PollAsync(times: 2);
        gate.Opened.SetResult();
        await moved;
        await PollAsync(times: 3);

        Assert.Equal(0, (await CountAsync(One, new Ask())).Wakes);
    }

    [ContractFact]
    public async Task A_grain_whose_deadline_fails_is_parked_and_others_are_woken()
    {
        // Nobody can read this state.
        await Store.Grains.CommitAsync(
            [new GrainWrite(One, 1, 1, "nonsense"u8.ToArray(), [], Time.GetUtcNow())], CancellationToken.None);
        await SendAsync(Two, new WakeAt(Time.GetUtcNow().AddSeconds(1)));

        Time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(async () => (await CountAsync(Two, new Ask())).Wakes > 0);

        Assert.Equal("nonsense", (await FindAsync(One)).Text());
    }

    /// <summary>How far time is moved while a test waits, so that the host polls; nothing where it polls on the machine's time.</summary>
    private protected virtual TimeSpan PollStep => Poll;

    /// <summary>Moves time until the store was asked for due grains that often since, and what it gave was dealt with.</summary>
    private async Task PollAsync(int times)
    {
        int target = DuePolls + times;
        await UntilAsync(() => Task.FromResult(DuePolls >= target));
    }

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            Time.Advance(PollStep);
            await Task.Delay(1, patience.Token);
        }
    }
}
