using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <content>What a host owes a grain after the database went back in time.</content>
public abstract partial class GrainHostContract
{
    [ContractFact]
    public async Task A_grain_is_told_once_that_the_database_went_back()
    {
        await SendAsync(One, new Add(1));
        Store.BeginEpoch();

        Count[] counts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CountAsync(One, new Add(1))));

        Assert.All(counts, c => Assert.Equal(1, c.Returns));
        Assert.Equal(1, (await CountAsync(One, new Ask())).Returns);
        Assert.Equal(6, counts.Max(c => c.Value));
    }

    [ContractFact]
    public async Task A_turn_that_was_loaded_before_the_database_went_back_is_run_again()
    {
        Watched.BeforeCommit = _ =>
        {
            Watched.BeforeCommit = _ => Task.CompletedTask;
            Store.BeginEpoch();
            return Task.CompletedTask;
        };

        Count count = await CountAsync(One, new Add(1));

        Assert.Equal((1, 1), (count.Value, count.Returns));
    }
}
